// Elements, found and made.

export const $ = (id) => document.getElementById(id);

export function h(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// A key, which loses the focus when it is pressed: a space or an Enter later on, or a scanner's, must not press
// it again.
export function key(pressed, properties, ...children) {
  const made = h("button", { type: "button", className: "key", ...properties }, ...children);
  made.addEventListener("click", () => {
    made.blur();
    pressed();
  });
  return made;
}

// Fills an element anew only when what it shows has changed: a click that has begun must not lose its button.
const shown = new WeakMap();

export function fill(element, content, build) {
  const key = JSON.stringify(content);
  if (shown.get(element) === key) return;
  shown.set(element, key);
  element.replaceChildren(...build(content));
}
