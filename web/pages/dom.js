// Elements, found and made.

export const $ = (id) => document.getElementById(id);

export function h(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// Fills an element anew only when what it shows has changed: a click that has begun must not lose its button.
const shown = new WeakMap();

export function fill(element, content, build) {
  const key = JSON.stringify(content);
  if (shown.get(element) === key) return;
  shown.set(element, key);
  element.replaceChildren(...build(content));
}
