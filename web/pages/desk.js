// The counter: the number that is here now, the keys, and who waits.

import { $, fill, h } from "./dom.js";
import { duration, pick, say } from "./words.js";

const JUST_CALLED_MS = 3_000; // the hub lets nobody end a ticket so soon after its call

const STATUS = {
  calling: "Calling",
  serving: "Being served",
  free: "Nobody is at the counter",
  paused: "The counter is paused",
};

const SHORTCUTS = {
  KeyT: "next", KeyG: "recall", KeyV: "no-show", KeyX: "finish",
  KeyS: "call", KeyN: "pause", KeyD: "close", KeyP: "amount",
};

let called = 0; // when somebody was last called here

export function takeDesk(page) {
  const press = (verb, fields) => page.press(verb, page.counter.counter, fields);
  const keys = {
    "next": () => (page.counter.status === "paused" ? openAgain(page) : press("next")),
    "recall": () => press("recall"),
    "no-show": () => press("no-show"),
    "finish": () => press("finish"),
    "pause": () => press("pause"),
    "call": () => ask($("calling")),
    "close": () => ask($("closing")),
  };
  for (const [id, pressed] of Object.entries(keys)) {
    $(id).addEventListener("click", () => {
      $(id).blur(); // a space or an Enter later on, or a scanner's, must not press it again
      pressed();
    });
  }
  $("calling").addEventListener("close", () => {
    if ($("calling").returnValue) press("call", { label: asLabel($("label").value) });
  });
  $("closing").addEventListener("close", () => {
    if ($("closing").returnValue) press("close");
  });
  document.addEventListener("keydown", (event) => {
    const id = SHORTCUTS[event.code];
    const typing = event.target.matches("input") || document.querySelector("dialog[open]");
    if (!id || typing || !page.counter || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (id === "amount") $("amount").focus();
    else $(id).click();
  });
}

// A dialog keeps the answer of the last time, and Escape gives none.
function ask(dialog) {
  dialog.returnValue = "";
  dialog.querySelector("form").reset();
  dialog.showModal();
}

function openAgain(page) {
  const { counter, serves } = page.counter;
  page.press("open", counter, { clerk: page.told.clerk, services: serves });
}

// "a12" is A012.
function asLabel(typed) {
  const [, letter, digits] = typed.replace(/\s/g, "").toUpperCase().match(/^([A-Z])(\d+)$/);
  return letter + digits.padStart(3, "0");
}

export function showDesk(page) {
  const counter = page.counter;
  showNow(page, counter);
  showKeys(page, counter);
  showQueue(page, counter);
}

function showNow(page, counter) {
  $("now").dataset.status = counter.status;
  $("status").textContent = say(STATUS[counter.status]);
  $("since").textContent = duration((page.now() - Date.parse(counter.since)) / 1000);
  $("number").textContent = counter.label ?? "–";
  $("about").textContent = counter.label ? about(page, counter) : waiting(page, counter);
  $("calls").textContent = counter.recalled ? say("Called {times} times", { times: counter.recalled + 1 }) : "";
}

function about(page, counter) {
  const service = page.service(counter.service);
  const parts = [service && pick(service.name), counter.category === "priority" && say("Priority")];
  return parts.filter(Boolean).join(" · ");
}

function waiting(page, counter) {
  const people = counter.serves.reduce((sum, id) => sum + (page.state.queues[id]?.waiting ?? 0), 0);
  return people ? say("{people} people wait for this counter", { people }) : say("Nobody is waiting for this counter.");
}

function showKeys(page, counter) {
  const { status, label } = counter;
  const here = Boolean(label);
  const paying = page.state.panels[counter.counter]?.show === "pay";
  if (status === "calling") called = Date.parse(counter.since);
  const justCalled = here && page.now() - called < JUST_CALLED_MS;
  const mayEnd = !justCalled && !paying; // the hub holds to these rules; here they are seen before a key is pressed
  const may = {
    "next": mayEnd,
    "recall": here,
    "no-show": here && mayEnd,
    "finish": here && mayEnd,
    "call": mayEnd && status !== "paused",
    "pause": status === "free" && !paying,
    "close": mayEnd,
  };
  for (const [id, can] of Object.entries(may)) {
    $(id).disabled = !page.ready || !can;
    $(id).classList.toggle("pressed", page.pressed?.verb === id);
  }
  $("next-words").textContent = status === "paused" ? say("Open again") : say("Next");
  $("next-note").textContent = paying
    ? say("when the fee is paid or cancelled")
    : { calling: say("{label} counts as a no-show", { label }), serving: say("{label} is finished", { label }) }[status] ?? "";
  $("closing-words").textContent = {
    calling: say("{label} waits again in its own place.", { label }),
    serving: say("{label} is finished", { label }),
  }[status] ?? say("Nobody is called to it until it is opened again.");
}

function showQueue(page, counter) {
  const rows = page.state.catalog.services.map((service) => {
    const queue = page.state.queues[service.id];
    return {
      letter: service.letter,
      name: pick(service.name),
      waiting: queue?.waiting ?? 0,
      wait: queue?.waiting && queue.wait ? range(queue.wait) : "",
      own: counter.serves.includes(service.id),
    };
  });
  for (const [id, own] of [["own", true], ["others", false]]) {
    const shown = rows.filter((row) => row.own === own);
    fill($(id), shown, () => shown.map(queueRow));
  }
}

function range({ low, high }) {
  return high > low ? `${low}–${high}` : String(high);
}

function queueRow(row) {
  return h(
    "li",
    {},
    h("b", {}, row.letter),
    h("span", {}, row.name),
    h("small", {}, row.wait && say("{range} minutes", { range: row.wait })),
    h("strong", {}, String(row.waiting)),
  );
}
