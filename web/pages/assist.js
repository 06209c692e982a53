// Staff take a number for a person who does not use the kiosk.

import { whyClosed } from "./closed.js";
import { $, fill, h, key } from "./dom.js";
import { act, uuid } from "./link.js";
import { begin, page, press } from "./page.js";
import { LANGUAGES, hour, pick, range, say } from "./words.js";

const APPOINTMENT = "appointment"; // its number comes by its code
const ERRANDS = 4; // on one number, at the most
const SETTLED = "unreachable"; // after any other answer the same wish is a new request

let wish = { same: "", request: "" }; // what was asked last: the same again, until it is answered, is one request
let given = null; // the ticket that is shown
let errands = []; // the services that were touched so far, where several are wanted

$("count").addEventListener("input", () => show());
$("arrival").addEventListener("submit", (event) => {
  event.preventDefault();
  take("check-in", { code: $("code").value.toUpperCase() });
});
$("several").addEventListener("change", () => {
  errands = [];
  show();
});
$("take-several").addEventListener("click", () => take("take", wanted(errands[0], errands.slice(1))));
$("another").addEventListener("click", () => {
  given = null;
  errands = [];
  $("person").reset();
  $("arrival").reset();
  show();
});
$("take-back").addEventListener("click", async () => {
  if ((await press("cancel", { ticket: given.id }))?.ok) $("another").click();
});

async function take(verb, fields) {
  const same = JSON.stringify([verb, fields]);
  if (wish.same !== same) wish = { same, request: uuid() };
  const answer = await press(verb, { request: wish.request, language: chosen("language"), ...fields });
  if (answer && answer.error?.code !== SETTLED) wish = { same: "", request: "" };
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
  const categories = catalog.categories.filter(({ id }) => id !== APPOINTMENT);
  offerChoice("categories", "category", categories.map(({ id, name }) => [id, pick(name)]));
  offerChoice("languages", "language", center.languages.map((id) => [id, LANGUAGES[id]]));
  $("languages").hidden = center.languages.length < 2;
  const most = Math.max(...catalog.services.map((each) => each.people));
  $("people").hidden = most < 2;
  $("count").max = most;
  const several = $("several").checked;
  $("how").textContent = say(several ? "Touch them in the order in which you want to go." : "Touch a service to take the number");
  const offers = catalog.services.map(({ id, letter, name, people }) => ({
    id, letter, name: pick(name), people, words: offerWords(queues[id]),
  }));
  fill($("offers"), offers, () => offers.map(offerKey));
  for (const offer of $("offers").children) {
    const { service, people } = offer.dataset;
    const full = several && errands.length === ERRANDS && !errands.includes(service);
    offer.disabled = !page.ready || !queues[service]?.taking || Number($("count").value) > Number(people) || full;
    const nth = errands.indexOf(service) + 1;
    offer.dataset.nth = nth || "";
    if (several) offer.setAttribute("aria-pressed", String(nth > 0));
    else offer.removeAttribute("aria-pressed");
  }
  $("take-several").hidden = !several;
  $("take-several").disabled = !page.ready || errands.length === 0;
  $("check-in").disabled = !page.ready;
}

function offerChoice(fieldset, name, choices) {
  const list = $(fieldset).querySelector("div") ?? $(fieldset).appendChild(h("div"));
  fill(list, choices, () => choices.map(([value, words], index) => choice(name, value, words, index === 0)));
}

function choice(name, value, words, first) {
  const radio = h("input", { type: "radio", name, value, defaultChecked: first });
  return h("label", { className: "tick" }, radio, h("span", {}, words));
}

function chosen(name) {
  return $("person").elements[name].value;
}

function offerKey({ id, letter, name, people, words }) {
  const made = key(
    () => ($("several").checked ? pickErrand(id) : take("take", wanted(id, []))),
    {},
    h("b", {}, letter),
    h("span", {}, name, h("small", {}, words)),
  );
  Object.assign(made.dataset, { service: id, people });
  return made;
}

function pickErrand(service) {
  errands = errands.includes(service) ? errands.filter((each) => each !== service) : [...errands, service];
  show();
}

function wanted(service, then) {
  return { service, then, category: chosen("category"), people: Number($("count").value) };
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
  $("given-then").hidden = given.then.length === 0;
  const then = given.then.map((each) => pick(page.service(each)?.name ?? {})).join(", ");
  $("given-then").textContent = say("then {services}", { services: then });
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
