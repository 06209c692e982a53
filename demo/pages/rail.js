// The bus: the parts of the centre on one rail, messages running along it, and below them their words.

import { fill, h } from "/pages/dom.js";

const LINES = 200;
const RUN_MS = 500;
const HUB = "hub";
const still = matchMedia("(prefers-reduced-motion: reduce)");

// Shows the parts; `kill` is called with the name of one that is pressed.
export function showRail(rail, processes, broker, kill) {
  rail.classList.toggle("cut", !broker);
  fill(rail, [processes, broker], () => processes.map((part) => build(part, broker, kill)));
}

function build({ name, up, restarts }, broker, kill) {
  const state = up ? "online" : broker ? "coming back" : "out of reach";
  const times = restarts ? `, started again ${restarts} ×` : "";
  const note = up ? (restarts ? `↻${restarts}` : "") : broker ? state : "";
  const button = h("button", { type: "button", className: up ? "" : "away", onclick: () => kill(name) },
    h("span", { className: "light" }), name, h("small", { textContent: note }));
  button.title = `${name}: ${state}${times}. Press to kill -9 its process.`;
  button.dataset.part = name;
  return h("li", {}, button);
}

// Adds the lines below those that are there, in sight unless somebody reads further up.
export function addLines(list, lines) {
  const follows = list.scrollTop + list.clientHeight >= list.scrollHeight - list.clientHeight / 2;
  for (const line of lines) {
    list.append(
      h("li", { className: line.kind },
        h("time", { textContent: line.at }), " ",
        h("b", { textContent: line.topic }), " ",
        h("span", { textContent: line.words }),
      ),
    );
  }
  while (list.children.length > LINES) list.firstChild.remove();
  if (follows) list.scrollTop = list.scrollHeight;
}

// Lets a message run from its sender to who is meant.
export function run(rail, line) {
  const [from, to] = ends(line);
  const a = rail.querySelector(`[data-part="${from}"] .light`);
  const b = rail.querySelector(`[data-part="${to}"] .light`);
  if (!a || !b || still.matches || document.hidden) return;
  const box = rail.getBoundingClientRect();
  const x = (dot) => dot.getBoundingClientRect().left - box.left + rail.scrollLeft;
  const spark = h("i", { className: `spark ${line.kind}` });
  rail.append(spark);
  spark
    .animate([{ translate: `${x(a)}px 0` }, { translate: `${x(b)}px 0` }], { duration: RUN_MS, easing: "ease-in-out" })
    .finished.finally(() => spark.remove());
}

// Which two parts a line runs between.
function ends({ kind, device, topic }) {
  const name = topic.split("/")[1];
  if (kind === "ask") return [device, HUB];
  if (kind === "reply" || kind === "refusal") return [HUB, name];
  if (topic === "call") return [HUB, "board-1"];
  if (topic.startsWith("state/panel/")) return [HUB, "panel-1"];
  return [];
}
