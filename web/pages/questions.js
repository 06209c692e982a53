// What a clerk is asked before an act: which number, why, to whom, and whether really.

import { ask } from "./dialog.js";
import { $, fill, h, key } from "./dom.js";
import { notice, page, press } from "./page.js";
import { pick, say } from "./words.js";

const REASONS = ["Short break", "Lunch", "Meeting", "Computer trouble"];

// The act counts for the person who was here when the question was asked.
function here() {
  const { counter, turn } = page.counter;
  return { counter, seen: turn };
}

export async function askCall() {
  const at = here();
  const verb = await ask($("calling"));
  const [label] = labels($("label").value);
  if (verb) press(verb, { ...at, label });
}

export async function askPause() {
  const at = here();
  fill($("reasons"), REASONS, () => REASONS.map(reasonKey));
  const verb = await ask($("pausing"));
  if (verb) press("pause", { ...at, reason: $("reason").value.trim() });
}

function reasonKey(reason) {
  return key(() => {
    $("reason").value = say(reason);
    $("pausing").close("pause");
  }, {}, say(reason));
}

export async function askTransfer() {
  const at = here();
  const places = destinations();
  fill($("destinations"), places, () => places.map(destination));
  if (!(await ask($("transferring")))) return;
  const [kind, id] = new FormData($("transferring").querySelector("form")).get("to").split(" ");
  press("transfer", { ...at, [kind]: id, note: $("transfer-note").value.trim() });
}

export async function askClose() {
  const at = here();
  const { status, label } = page.counter;
  $("closing-words").textContent = {
    calling: say("{label} waits again in its own place.", { label }),
    serving: say("{label} is finished", { label }),
  }[status] ?? say("Nobody is called to it until it is opened again.");
  if (await ask($("closing"))) press("close", at);
}

// After the hub was away, until it is answered: the hub calls nobody to this counter before.
export async function askOutage() {
  if (!page.counter.outage || !page.ready || document.querySelector("dialog[open]")) return;
  const at = here();
  const answer = await ask($("outage"));
  if (!answer) return;
  const told = answer === "nobody" ? [] : labels($("served").value);
  const served = await press("report-served", { ...at, labels: told });
  if (served?.ok && served.result.unknown.length) {
    notice(say("Nobody has {labels}.", { labels: served.result.unknown.join(", ") }));
  }
}

// "a12, b7" is A012 and B007.
function labels(typed) {
  const found = typed.toUpperCase().matchAll(/([A-Z])\s*(\d{1,4})/g);
  return Array.from(found, ([, letter, digits]) => letter + digits.padStart(3, "0"));
}

// The other services, and the other counters where somebody works.
function destinations() {
  const { counter, service } = page.counter;
  const { services, counters } = page.state.catalog;
  const open = ({ id }) => id !== counter && page.state.counters[id]?.status !== "closed";
  return [
    ...services.filter(({ id }) => id !== service).map((each) => ["service", each.id, each.letter, pick(each.name)]),
    ...counters.filter(open).map(({ id, number }) => ["to", id, number, page.counterName(id)]),
  ];
}

function destination([kind, id, letter, name]) {
  const choice = h("input", { type: "radio", name: "to", value: `${kind} ${id}`, required: true });
  return h("label", { className: "tick" }, choice, h("b", {}, letter), h("span", {}, name));
}
