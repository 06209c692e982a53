// The clerk's page: which counter, then that counter, as the server tells it.

import { showCharge, takeCharge } from "./charge.js";
import { chooseCounter, takeChoice } from "./choose.js";
import { showDesk, takeDesk } from "./desk.js";
import { $ } from "./dom.js";
import { act, follow, post } from "./link.js";
import { offerLanguage, pick, say, sayAll } from "./words.js";

const DOUBLE_MS = 500; // a second click this soon after a first one is part of it
const ANSWERED_MS = 1_500; // after an answer, how long its effect may take to be told
const NOTICE_MS = 8_000;

// What a code of the contract means to a clerk.
const REFUSALS = {
  "bad-request": "This could not be done.",
  "busy": "The centre could not write it down. Please press again.",
  "conflict": "That cannot be done now. The screen shows how it is.",
  "day-closed": "The day is closed.",
  "forbidden": "This login may not do that at this counter.",
  "nobody-waiting": "Nobody is waiting for this counter.",
  "not-taking": "This service is closed.",
  "unknown-counter": "The centre has no such counter.",
  "unknown-service": "The centre has no such service.",
  "unknown-ticket": "There is no such number today.",
  "unreachable": "The centre did not answer. Look at the number before you press again.",
};

const CONFLICTS = {
  seen: "The counter has moved on. The screen shows how it is now.",
  label: "That number is at another counter, or was served already.",
  clerk: "Somebody else works there, or you work at another counter.",
};

// Everything the views draw from: what was told last, and what this page itself knows.
const page = {
  told: null,
  touch: false, // the server is in reach
  pressed: null, // the act under way, and the turn that the counter then had
  get state() {
    return this.told?.picture;
  },
  get counter() {
    const counter = this.state?.counters[this.told.counter];
    return counter && counter.status !== "closed" ? counter : null;
  },
  get live() {
    return this.touch && this.state.live;
  },
  get ready() {
    return this.live && !this.pressed;
  },
  // The hub's time now, in ms: the PC's own clock may be wrong.
  now() {
    return this.hubAt + performance.now() - this.toldAt;
  },
  service(id) {
    return this.state.catalog.services.find((each) => each.id === id);
  },
  counterInfo(id) {
    return this.state.catalog.counters.find((each) => each.id === id);
  },
  counterName(id) {
    const info = this.counterInfo(id);
    return pick(info.name) || say("Counter {number}", { number: info.number });
  },
  press,
};

// One act at a time, with the turn that the page showed when the key was pressed. The keys come back when the
// act is seen in the state, when it was refused, or after a while.
async function press(verb, counter, fields = {}) {
  if (!page.ready) return;
  const pressed = { verb, counter, turn: page.state.counters[counter].turn, answered: false };
  page.pressed = pressed;
  notice("");
  show();
  const [answer] = await Promise.all([act(verb, { counter, seen: pressed.turn, ...fields }), sleep(DOUBLE_MS)]);
  pressed.answered = true;
  if (!answer.ok) notice(say(refusal(answer.error)));
  else if (!moved(pressed)) await sleep(ANSWERED_MS);
  if (page.pressed === pressed) page.pressed = null;
  show();
}

function moved(pressed) {
  return page.state.counters[pressed.counter]?.turn !== pressed.turn;
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function refusal({ code, field }) {
  return CONFLICTS[code === "conflict" && field] ?? REFUSALS[code] ?? REFUSALS["bad-request"];
}

// A word on what did not happen; it goes by itself, for the state above is what counts.
function notice(words) {
  clearTimeout(noticed);
  $("notice").textContent = words;
  $("notice").hidden = !words;
  noticed = setTimeout(() => ($("notice").hidden = true), NOTICE_MS);
}
let noticed;

function told(news) {
  if (page.told && news.version !== page.told.version) return location.reload();
  page.told = news;
  page.touch = true;
  page.toldAt = performance.now();
  page.hubAt = news.picture.at ? Date.parse(news.picture.at) : Date.now();
  if (page.pressed?.answered && moved(page.pressed)) page.pressed = null;
  show();
}

function lost() {
  page.touch = false;
  show();
}

function show() {
  const { state, counter } = page;
  $("trouble").hidden = page.live;
  $("trouble").textContent = page.touch
    ? say("The centre does not answer. Waiting for it…")
    : say("Out of touch with the server. Connecting again…");
  document.body.classList.toggle("lost", !page.live);
  if (!state?.center || !state.catalog) return;
  $("title").textContent = pick(state.center.title);
  $("name").textContent = pick(state.center.name);
  $("clerk").textContent = page.told.clerk;
  $("counter").textContent = counter ? page.counterName(counter.counter) : "";
  document.title = counter ? `${counter.label ?? "–"} · ${page.counterName(counter.counter)}` : "Lượt";
  if ($("desk").hidden === Boolean(counter)) scrollTo(0, 0);
  $("leave").hidden = Boolean(counter);
  $("desk").hidden = !counter;
  $("choose").hidden = Boolean(counter);
  if (counter) {
    showDesk(page);
    showCharge(page);
  } else {
    chooseCounter(page);
  }
  tick();
}

// What runs with the time.
function tick() {
  if (!page.state?.center) return;
  $("clock").textContent = new Intl.DateTimeFormat("vi", {
    hour: "2-digit", minute: "2-digit", timeZone: page.state.center.timezone,
  }).format(page.now());
  if (page.counter) {
    showDesk(page);
    showCharge(page);
  }
}

sayAll();
offerLanguage($("language"));
takeChoice(page);
takeDesk(page);
takeCharge(page);
$("leave").addEventListener("click", async () => {
  await post("/logout");
  location.assign("/login");
});
follow(told, lost);
setInterval(tick, 1_000);
