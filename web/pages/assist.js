// Staff take a number for a person who does not use the kiosk.

import { whyClosed } from "./closed.js";
import { $, fill, h } from "./dom.js";
import { act, uuid } from "./link.js";
import { begin, page, press } from "./page.js";
import { LANGUAGES, hour, pick, range, say } from "./words.js";

const APPOINTMENT = "appointment"; // its number comes by its code
const SETTLED = "unreachable"; // after any other answer the same wish is a new request

let wish = { key: "", request: "" }; // what was asked last: the same again, until it is answered, is one request
let given = null; // the ticket that is shown

$("count").addEventListener("input", () => show());
$("arrival").addEventListener("submit", (event) => {
  event.preventDefault();
  take("check-in", { code: $("code").value.toUpperCase() });
});
$("another").addEventListener("click", () => {
  given = null;
  $("person").reset();
  $("arrival").reset();
  show();
});
$("take-back").addEventListener("click", async () => {
  if ((await press("cancel", { ticket: given.id }))?.ok) $("another").click();
});

async function take(verb, fields) {
  const key = JSON.stringify([verb, fields]);
  if (wish.key !== key) wish = { key, request: uuid() };
  const answer = await press(verb, { request: wish.request, language: chosen("language"), ...fields });
  if (answer && answer.error?.code !== SETTLED) wish = { key: "", request: "" };
  if (!answer?.ok) return;
  given = answer.result;
  show();
  act("delivered", { ticket: given.id, outcome: "shown" });
}

function show() {
  document.title = given ? given.label : say("Take a number");
  if ($("given").hidden === Boolean(given)) scrollTo(0, 0);
  $("asking").hidden = Boolean(given);
  $("given").hidden = !given;
  if (given) showGiven();
  else showAsking();
}

function showAsking() {
  const { center, catalog, queues } = page.state;
  const categories = catalog.categories.filter(({ id }) => id !== APPOINTMENT).map(({ id, name }) => [id, pick(name)]);
  offerChoice("categories", "category", categories);
  offerChoice("languages", "language", center.languages.map((id) => [id, LANGUAGES[id]]));
  $("languages").hidden = center.languages.length < 2;
  const most = Math.max(...catalog.services.map((each) => each.people));
  $("people").hidden = most < 2;
  $("count").max = most;
  const offers = catalog.services.map(({ id, letter, name, people }) => ({
    id, letter, name: pick(name), people, words: offerWords(queues[id]),
  }));
  fill($("offers"), offers, () => offers.map(offerKey));
  for (const key of $("offers").children) {
    key.disabled = !page.ready || !queues[key.dataset.service]?.taking || Number($("count").value) > key.dataset.people;
  }
  $("check-in").disabled = !page.ready;
}

function offerChoice(fieldset, name, choices) {
  const list = $(fieldset).querySelector("div") ?? $(fieldset).appendChild(h("div"));
  fill(list, choices, () =>
    choices.map(([value, words], index) =>
      h("label", { className: "tick" }, h("input", { type: "radio", name, value, defaultChecked: index === 0 }), h("span", {}, words)),
    ),
  );
}

function chosen(name) {
  return $("person").elements[name].value;
}

function offerKey({ id, letter, name, people, words }) {
  const key = h("button", { type: "button", className: "key" }, h("b", {}, letter), h("span", {}, name, h("small", {}, words)));
  Object.assign(key.dataset, { service: id, people });
  key.addEventListener("click", () => {
    key.blur();
    take("take", { service: id, category: chosen("category"), people: Number($("count").value) });
  });
  return key;
}

function offerWords(queue) {
  if (!queue?.taking) return whyClosed(queue, page.state.center.timezone);
  const waiting = say("{count} waiting", { count: queue.waiting });
  return queue.wait ? `${waiting} · ${say("{range} minutes", { range: range(queue.wait) })}` : waiting;
}

function showGiven() {
  $("given-label").textContent = given.label;
  $("given-service").textContent = pick(page.service(given.service)?.name ?? {});
  $("given-place").textContent = pick(given.place);
  $("given-ahead").textContent = given.ahead ? say("{count} people", { count: given.ahead }) : say("nobody");
  $("given-wait").textContent = waitWords();
  $("take-back").disabled = !page.ready;
}

function waitWords() {
  if (given.wait) return say("{range} minutes", { range: range(given.wait) });
  if (given.opens) return say("from {hour} on", { hour: hour(Date.parse(given.opens), page.state.center.timezone) });
  return say("not known yet");
}

begin(show);
