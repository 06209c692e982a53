// What every page of ours has: the state as the server tells it, acts, and words on what did not happen.

import { $ } from "./dom.js";
import { showHead, takeHead } from "./head.js";
import { act, follow } from "./link.js";
import { pick, say, sayAll } from "./words.js";

const DOUBLE_MS = 500; // a second click this soon after a first one is part of it
const ANSWERED_MS = 1_500; // after an answer, how long its effect may take to be told
const NOTICE_MS = 8_000;

// What a code means to whoever pressed.
const REFUSALS = {
  "bad-request": "This could not be done.",
  "busy": "The centre could not write it down. Please press again.",
  "conflict": "That cannot be done now. The screen shows how it is.",
  "day-closed": "The day is closed.",
  "disk": "The server cannot write to its disk. Call the technician.",
  "forbidden": "This login may not do that here.",
  "kept": "It is noted here, and told to the centre as soon as that answers.",
  "nobody-waiting": "Nobody is waiting for this counter.",
  "not-taking": "This service gives no numbers now.",
  "unknown-counter": "The centre has no such counter.",
  "unknown-service": "The centre has no such service.",
  "unknown-ticket": "There is no such number today.",
  "unreachable": "The centre did not answer. Look at the screen before you press again.",
  "void": "The centre did not answer in time, and no number was given. Please press again.",
};

// The same, where the field at fault says more.
const FIELDS = {
  "bad-request at": "That hour is over already.",
  "conflict clerk": "Somebody else works there, or you work at another counter.",
  "conflict code": "Who has this appointment has a number already, or comes on another day.",
  "conflict label": "That number is at another counter, or was served already, or came back too late.",
  "conflict seen": "The counter has moved on. The screen shows how it is now.",
  "conflict to": "Nobody works at that counter now.",
  "not-taking category": "All numbers of this kind are given today.",
  "unknown-ticket code": "There is no such appointment.",
};

// Everything the views draw from: what was told last, and what this page itself knows.
export const page = {
  told: null,
  touch: false, // the server is in reach
  pressed: null, // the act under way, and the turn that its counter then had
  get state() {
    return this.told?.picture;
  },
  get counter() {
    return this.state?.counters[this.told.counter];
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
  category(id) {
    return this.state.catalog.categories.find((each) => each.id === id);
  },
  counterInfo(id) {
    return this.state.catalog.counters.find((each) => each.id === id);
  },
  counterName(id) {
    const info = this.counterInfo(id);
    return pick(info.name) || say("Counter {number}", { number: info.number });
  },
};

let show = () => {}; // draws the page anew
let tick = () => {}; // draws what runs with the time
let noticed;

// Follows the server, and draws with `onShow` at each change and `onTick` every second as well.
export function begin(onShow, onTick = () => {}) {
  [show, tick] = [onShow, onTick];
  sayAll();
  takeHead();
  follow(told, lost);
  setInterval(draw, 1_000, tick);
}

// Asks for one act at a time and tells what was refused; the answer is `{ok, result, error}`, or none where
// the page may not ask now. At a counter the keys come back when the act is seen in the state, when it was
// refused, or after a while.
export async function press(verb, fields = {}) {
  if (!page.ready) return null;
  const pressed = { verb, counter: fields.counter, turn: turnOf(fields.counter), answered: false };
  page.pressed = pressed;
  notice("");
  draw(show);
  const seen = fields.counter ? { seen: pressed.turn } : {};
  const [answer] = await Promise.all([act(verb, { ...seen, ...fields }), sleep(DOUBLE_MS)]);
  pressed.answered = true;
  if (!answer.ok) notice(refusal(answer.error));
  else if (fields.counter && !moved(pressed)) await sleep(ANSWERED_MS);
  if (page.pressed === pressed) page.pressed = null;
  draw(show);
  return answer;
}

// A word on what did not happen; it goes by itself, for the state above is what counts.
export function notice(words) {
  clearTimeout(noticed);
  $("notice").textContent = words;
  $("notice").hidden = !words;
  noticed = setTimeout(() => ($("notice").hidden = true), NOTICE_MS);
}

export function refusal({ code, field }) {
  return say(FIELDS[`${code} ${field}`] ?? REFUSALS[code] ?? REFUSALS["bad-request"]);
}

function turnOf(counter) {
  return page.state.counters[counter]?.turn;
}

function moved(pressed) {
  return turnOf(pressed.counter) !== pressed.turn;
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function told(news) {
  if (page.told && news.version !== page.told.version) return location.reload();
  page.told = news;
  page.touch = true;
  page.toldAt = performance.now();
  page.hubAt = news.picture.at ? Date.parse(news.picture.at) : Date.now();
  if (page.pressed?.answered && page.pressed.counter && moved(page.pressed)) page.pressed = null;
  draw(show);
}

function lost() {
  page.touch = false;
  draw(show);
}

function draw(what) {
  showHead(page);
  if (!page.state?.center || !page.state.catalog) return;
  what();
  if (what !== tick) tick();
}
