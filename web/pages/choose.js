// Choosing a counter, and the services that it is opened with.

import { ask } from "./dialog.js";
import { $, fill, h, key } from "./dom.js";
import { page, press } from "./page.js";
import { pick, say } from "./words.js";

let chosen = null; // a counter's id
let unticked = new Set(); // services that it is not opened with

export function takeChoice() {
  $("opening").addEventListener("submit", async (event) => {
    event.preventDefault();
    const services = offered().map((each) => each.id).filter((id) => !unticked.has(id));
    const opening = { counter: chosen, clerk: page.told.clerk, services, seen: page.state.counters[chosen].turn };
    const other = worker(chosen);
    if (other) {
      $("taking-over-words").textContent = inUse(chosen, other);
      if (!(await ask($("taking-over")))) return;
    }
    press("open", { ...opening, take_over: Boolean(other) });
  });
}

// Who works at a counter, where somebody does.
function worker(id) {
  const counter = page.state.counters[id];
  return counter?.status !== "closed" ? (counter?.clerk ?? null) : null;
}

function inUse(id, clerk) {
  const values = { clerk, counter: page.counterName(id), label: page.state.counters[id].label };
  return values.label
    ? say("{clerk} works at {counter}, and {label} is there. Take it over only when {clerk} has left.", values)
    : say("{clerk} works at {counter}. Take it over only when {clerk} has left.", values);
}

export function chooseCounter() {
  const allowed = page.told.counters;
  const counters = page.state.catalog.counters.filter((each) => !allowed.length || allowed.includes(each.id));
  if (counters.length === 1) chosen = counters[0].id;
  if (!counters.some((each) => each.id === chosen)) chosen = null;

  const cards = counters.map((each) => ({
    id: each.id,
    name: page.counterName(each.id),
    number: each.number,
    services: each.services.map((id) => pick(page.service(id)?.name ?? {})).join(" · "),
    worker: worker(each.id),
    chosen: each.id === chosen,
  }));
  fill($("counters"), cards, () => cards.map(counterCard));

  $("opening").hidden = !chosen;
  if (!chosen) return;
  const ticks = offered();
  fill($("services"), ticks, () => ticks.map(serviceTick));
  $("opening-title").textContent = say("Services at {counter} today", { counter: page.counterName(chosen) });
  $("open-words").textContent = say("Open {counter}", { counter: page.counterName(chosen) });
  $("open").disabled = !page.ready || ticks.every((tick) => unticked.has(tick.id));
}

// The services of the chosen counter: its own, and those where it helps out.
function offered() {
  const info = page.counterInfo(chosen);
  return [...info.services, ...info.overflow].map((id) => {
    const { letter, name } = page.service(id);
    return { id, letter, name: pick(name), helps: info.overflow.includes(id) };
  });
}

function counterCard(card) {
  const worker = card.worker ? say("In use by {clerk}", { clerk: card.worker }) : say("Not open");
  return key(
    () => {
      chosen = card.id;
      unticked = new Set();
      chooseCounter();
      $("open").scrollIntoView({ block: "nearest" });
    },
    { className: "counter", ariaChecked: String(card.chosen), role: "radio" },
    h("strong", {}, card.number),
    h("span", {}, h("b", {}, card.name), h("small", {}, card.services)),
    h("em", { className: card.worker ? "open" : "" }, worker),
  );
}

function serviceTick(tick) {
  const box = h("input", { type: "checkbox", checked: !unticked.has(tick.id) });
  box.addEventListener("change", () => {
    if (box.checked) unticked.delete(tick.id);
    else unticked.add(tick.id);
    chooseCounter();
  });
  const helps = tick.helps ? [h("small", {}, say("when none of its own waits"))] : [];
  return h("label", { className: "tick" }, box, h("b", {}, tick.letter), h("span", {}, tick.name), ...helps);
}
