// Choosing a counter, and the services that it is opened with.

import { $, fill, h } from "./dom.js";
import { pick, say } from "./words.js";

let chosen = null; // a counter's id
let unticked = new Set(); // services that it is not opened with

export function takeChoice(page) {
  $("opening").addEventListener("submit", (event) => {
    event.preventDefault();
    const services = offered(page).map((each) => each.id).filter((id) => !unticked.has(id));
    page.press("open", chosen, { clerk: page.told.clerk, services });
  });
}

export function chooseCounter(page) {
  const allowed = page.told.counters;
  const counters = page.state.catalog.counters.filter((each) => !allowed.length || allowed.includes(each.id));
  if (counters.length === 1) chosen = counters[0].id;
  if (!counters.some((each) => each.id === chosen)) chosen = null;

  const cards = counters.map((each) => ({
    id: each.id,
    name: page.counterName(each.id),
    number: each.number,
    services: each.services.map((id) => pick(page.service(id)?.name ?? {})).join(" · "),
    open: page.state.counters[each.id]?.status !== "closed",
    chosen: each.id === chosen,
  }));
  fill($("counters"), cards, () => cards.map((card) => counterCard(page, card)));

  $("opening").hidden = !chosen;
  if (!chosen) return;
  const ticks = offered(page);
  fill($("services"), ticks, () => ticks.map((tick) => serviceTick(page, tick)));
  $("opening-title").textContent = say("Services at {counter} today", { counter: page.counterName(chosen) });
  $("open-words").textContent = say("Open {counter}", { counter: page.counterName(chosen) });
  $("open").disabled = !page.ready || ticks.every((tick) => unticked.has(tick.id));
}

// The services of the chosen counter: its own, and those where it helps out.
function offered(page) {
  const info = page.counterInfo(chosen);
  return [...info.services, ...info.overflow].map((id) => {
    const { letter, name } = page.service(id);
    return { id, letter, name: pick(name), helps: info.overflow.includes(id) };
  });
}

function counterCard(page, card) {
  const button = h(
    "button",
    { type: "button", className: "counter", ariaChecked: String(card.chosen), role: "radio" },
    h("strong", {}, card.number),
    h("span", {}, h("b", {}, card.name), h("small", {}, card.services)),
    h("em", { className: card.open ? "open" : "" }, card.open ? say("In use") : say("Not open")),
  );
  button.addEventListener("click", () => {
    chosen = card.id;
    unticked = new Set();
    chooseCounter(page);
    $("open").scrollIntoView({ block: "nearest" });
  });
  return button;
}

function serviceTick(page, tick) {
  const box = h("input", { type: "checkbox", checked: !unticked.has(tick.id) });
  box.addEventListener("change", () => {
    if (box.checked) unticked.delete(tick.id);
    else unticked.add(tick.id);
    chooseCounter(page);
  });
  const helps = tick.helps ? [h("small", {}, say("when none of its own waits"))] : [];
  return h("label", { className: "tick" }, box, h("b", {}, tick.letter), h("span", {}, tick.name), ...helps);
}
