// The keys of the counter, on the page and on the PC's keyboard.

import { $ } from "./dom.js";
import { notice, page, press } from "./page.js";
import { askCall, askClose, askPause, askTransfer } from "./questions.js";
import { say } from "./words.js";

const JUST_CALLED_MS = 3_000; // the hub lets nobody end a ticket so soon after its call
const ARMED_MS = 3_000;

const SHORTCUTS = {
  KeyT: "next", KeyG: "recall", KeyE: "start", KeyX: "finish", KeyV: "no-show", KeyL: "hold", KeyC: "transfer",
  KeyS: "call", KeyN: "pause", KeyD: "close", KeyP: "amount",
};
const PARTING = ["next", "finish", "no-show", "hold"]; // from the person here: a letter typed by mistake must not

let called = 0; // when somebody was last called here
let armed = null; // the key that counts when it is pressed once more
let disarming;

export function takeKeys() {
  const at = (verb, fields) => press(verb, { counter: page.counter.counter, ...fields });
  const keys = {
    "next": () => (page.counter.status === "paused" ? openAgain(page.counter) : at("next")),
    "recall": () => at("recall"),
    "start": () => at("start"),
    "finish": () => at("finish"),
    "no-show": () => at("no-show"),
    "hold": () => at("hold"),
    "requeue": () => at("requeue"),
    "transfer": askTransfer,
    "call": askCall,
    "pause": askPause,
    "close": askClose,
  };
  for (const [id, pressed] of Object.entries(keys)) {
    $(id).addEventListener("click", () => {
      $(id).blur(); // as every key
      arm(null);
      pressed();
    });
  }
  document.addEventListener("keydown", (event) => {
    const id = SHORTCUTS[event.code];
    const typing = event.target.matches("input, textarea") || document.querySelector("dialog[open]");
    if (!id || typing || !page.counter || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (id === "amount") $("amount").focus();
    else if (PARTING.includes(id) && page.counter.label && armed !== id) arm($(id).disabled ? null : id);
    else $(id).click();
  });
}

// The first press of a letter that would part from somebody only says what the second one does.
function arm(id) {
  clearTimeout(disarming);
  armed = id;
  for (const each of PARTING) $(each).classList.toggle("armed", each === id);
  if (!id) return;
  const key = $(id).querySelector("kbd").textContent;
  notice(say("Press {key} once more: {words}", { key, words: $(id).querySelector("span").textContent }));
  disarming = setTimeout(arm, ARMED_MS, null);
}

function openAgain({ counter, serves }) {
  press("open", { counter, clerk: page.told.clerk, services: serves });
}

// The hub holds to these rules; here they are seen before a key is pressed.
export function showKeys(counter) {
  const { status, label } = counter;
  const here = Boolean(label);
  const paying = page.state.panels[counter.counter]?.show === "pay";
  if (status === "calling") called = Date.parse(counter.since);
  const mayPart = !paying && !(here && page.now() - called < JUST_CALLED_MS);
  const may = {
    "next": mayPart,
    "recall": here && counter.recalled < page.state.catalog.recalls,
    "start": status === "calling",
    "finish": here && mayPart,
    "no-show": here && mayPart,
    "hold": here && mayPart,
    "requeue": here && mayPart,
    "transfer": here && mayPart,
    "call": mayPart && status !== "paused",
    "pause": status === "free" && !paying,
    "close": mayPart,
  };
  for (const [id, can] of Object.entries(may)) {
    $(id).disabled = !page.ready || !can;
    $(id).classList.toggle("pressed", page.pressed?.verb === id);
  }
  for (const key of document.querySelectorAll("[data-label]")) {
    key.disabled = !page.ready || (key.dataset.verb === "call" && !may.call);
  }
  $("next-words").textContent = status === "paused" ? say("Open again") : say("Next");
  $("next-note").textContent = paying ? say("when the fee is paid or cancelled") : whatNextDoes(status, label);
}

function whatNextDoes(status, label) {
  if (status === "calling") return say("{label} counts as a no-show", { label });
  return status === "serving" ? say("{label} is finished", { label }) : "";
}
