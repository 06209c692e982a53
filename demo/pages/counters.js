// The counters: the number sign and the keypad of each, as they hang on the serial line.

import { h } from "/pages/dom.js";
import { drawLed } from "/room/led.js";

const KEYS = [["next", "Tiếp", "next"], ["recall", "Gọi lại", "recall"], ["no-show", "Vắng", "no-show"], ["finish", "Xong", "finish"]];
const BLINK_MS = 500;
const PRESS_MS = 180;
const LAMPS = { "": "", waiting: "asking the hub…", accepted: "", refused: "the hub said no" };

// Builds them anew when there are others, else shows what has changed; `press` gets a counter and a key.
export function showCounters(section, counters, unplugged, press) {
  if (section.children.length !== counters.length) {
    section.replaceChildren(...counters.map((counter) => build(counter, press)));
  }
  for (const [place, counter] of counters.entries()) {
    const article = section.children[place];
    const alone = unplugged && place === 0;
    article.dataset.status = counter.status;
    article.dataset.lamp = alone ? "" : counter.lamp;
    article.classList.toggle("unplugged", alone);
    article.querySelector(".words").textContent = counter.words;
    article.querySelector(".lamp-words").textContent = alone ? "keypad unplugged" : LAMPS[counter.lamp];
    article.led = counter;
    draw(article);
  }
}

// A key goes down, whoever pressed it.
export function showPress({ device, topic, words }) {
  const [, , verb] = topic.split("/");
  const [, counter] = words.match(/counter=(\S+)/) ?? [];
  const key = device.startsWith("bridge") && document.querySelector(`#counter-${counter} [data-key="${verb}"]`);
  if (!key) return;
  key.classList.add("pressed");
  setTimeout(() => key.classList.remove("pressed"), PRESS_MS);
}

function build({ id, name, services }, press) {
  const keys = KEYS.map(([key, words, english]) =>
    h("button", { type: "button", className: "key", onclick: () => press(id, key) }, words, h("small", { textContent: english })));
  keys.forEach((button, place) => (button.dataset.key = KEYS[place][0]));
  const article = h("article", { id: `counter-${id}` },
    h("h2", {}, h("b", { textContent: name }), " ", h("span", { textContent: services, title: services })),
    h("canvas", { className: "led" }),
    h("div", { className: "keypad" }, h("i", { className: "lamp" }), ...keys),
    h("p", {}, h("span", { className: "words" }), h("span", { className: "lamp-words" })),
  );
  new ResizeObserver(() => draw(article, true)).observe(article.querySelector("canvas"));
  return article;
}

function draw(article, anew = false) {
  if (!article.led) return;
  const { shown, blinks } = article.led;
  const lit = !blinks || Math.floor(performance.now() / BLINK_MS) % 2 === 0;
  const canvas = article.querySelector("canvas");
  const key = `${shown} ${lit}`;
  if (canvas.key === key && !anew) return;
  canvas.key = key;
  canvas.setAttribute("aria-label", shown);
  drawLed(canvas, shown, lit);
}

setInterval(() => document.querySelectorAll("#counters article").forEach((article) => draw(article)), BLINK_MS / 2);
