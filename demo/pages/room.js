// The control room: the table as the server tells it, and hands for it.

import { $, fill, h } from "/pages/dom.js";
import { follow, post } from "/pages/link.js";
import { showCounters, showPress } from "/room/counters.js";
import { addLines, run, showRail } from "/room/rail.js";
import { allowSound, chime } from "/room/sound.js";

const MENDS_MS = 60_000; // a button is answered when the centre has mended itself
const TICKETS = 8; // that lie there
const SIGNS = { going: "…", done: "✓", failed: "✕" };

let before = null; // the table as it was told last

function told({ table, lines }) {
  if (!$("lost").hidden) return location.reload(); // it may be another demo by now
  showScreens(table);
  showFigures(table.figures);
  showCounters($("counters"), table.counters, table.unplugged, (counter, key) => post(`/keys/${counter}/${key}`));
  showTickets(table);
  showTrouble(table);
  showRail($("rail"), table.processes, table.broker, (name) => press(`/kill/${name}`));
  addLines($("lines"), lines);
  $("subscribe").textContent = table.subscribe;
  if (before) {
    if (table.calls > before.calls) chime();
    if (table.touch.count > before.touch.count) showTouch(table.touch);
    for (const line of lines) {
      run($("rail"), line);
      showPress(line);
    }
  }
  before = table;
}

function lost() {
  $("lost").hidden = false;
  document.body.classList.add("lost");
}

// The screens: one picture under way at a time, and then the newest.

const loading = {};
let newest = {};

function showScreens({ screens, processes, broker }) {
  newest = screens;
  for (const [name, count] of Object.entries(screens)) showPicture(name, count);
  for (const figure of document.querySelectorAll("figure[data-part]")) {
    const away = !processes.find((each) => each.name === figure.dataset.part)?.up;
    figure.classList.toggle("away", away);
    for (const glass of figure.querySelectorAll(".glass")) {
      glass.dataset.words = broker ? "coming back…" : "the broker is away";
    }
  }
}

async function showPicture(name, count) {
  const shown = $(name);
  if (loading[name] || !count || shown.dataset.count === String(count)) return;
  loading[name] = true;
  const next = Object.assign(new Image(), { src: `/screens/${name}?${count}`, id: name, alt: shown.alt, draggable: false });
  next.dataset.count = count;
  try {
    await next.decode();
    shown.replaceWith(next);
  } catch {
    // The next news tries again.
  }
  loading[name] = false;
  if (newest[name] !== count) showPicture(name, newest[name]);
}

$("kiosk-glass").addEventListener("click", (event) => {
  const box = $("kiosk-glass").getBoundingClientRect();
  post("/touch", { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height });
});

// Where a finger is, ours or a citizen's.
function showTouch({ x, y }) {
  const ring = h("i", { className: "touch" });
  ring.style.left = `${x * 100}%`;
  ring.style.top = `${y * 100}%`;
  ring.addEventListener("animationend", () => ring.remove());
  $("kiosk-glass").append(ring);
}

// Figures

function showFigures(figures) {
  for (const name of ["given", "called", "printed"]) $(name).textContent = figures[name];
  showTimes("touch-to-paper", figures.touch_to_paper);
  showTimes("key-to-screen", figures.key_to_screen);
}

function showTimes(id, { median, percentile_99, times }) {
  $(id).textContent = seconds(median);
  $(id).parentElement.title = times ? `median of ${times}; 99 of 100 within ${seconds(percentile_99)}` : "not measured yet";
}

function seconds(value) {
  if (value === null) return "–";
  return value >= 0.5 ? `${value.toFixed(value < 10 ? 1 : 0)} s` : `${Math.round(value * 1000)} ms`;
}

// Paper: each ticket slides out of the slot and pushes the older ones down.

function showTickets({ tickets: cut, paper_out }) {
  $("printer").classList.toggle("empty", paper_out);
  $("paper-words").textContent = paper_out ? "no paper" : "ready";
  const first = Math.max(before?.tickets ?? 0, cut - TICKETS) + 1;
  for (let number = first; number <= cut; number += 1) {
    const address = `/tickets/${number}`;
    const ticket = h("li", { className: before ? "new" : "" },
      h("a", { href: address, target: "_blank", rel: "noopener" },
        h("img", { src: address, alt: `Ticket ${number}`, width: 576, height: 900 })));
    $("tickets").prepend(ticket);
  }
  while ($("tickets").children.length > TICKETS) $("tickets").lastChild.remove();
}

// Trouble

function showTrouble({ charge, paper_out, unplugged, web, stories }) {
  $("pay").hidden = !charge;
  $("ask-fee").hidden = Boolean(charge);
  $("charge").textContent = `${charge} is open on a panel`;
  label("paper", paper_out ? "Put paper in" : "Take the paper out", paper_out ? "the kiosk shows numbers only" : "and see what the kiosk says");
  label("keypad", unplugged ? "Plug keypad 1 in" : "Unplug keypad 1", unplugged ? "the bridge finds it again" : "pull it off the serial line");
  $("clerk").href = web;
  fill($("stories"), stories, () =>
    stories.map(({ steps: [title, ...steps], state }) =>
      h("li", { className: state }, h("i", { textContent: SIGNS[state], title: state }), h("b", { textContent: title }), ...steps.map((step) => ` · ${step}`))));
}

function label(id, words, note) {
  const [bold, small] = $(id).children;
  bold.textContent = words;
  small.textContent = note;
}

function press(path) {
  return post(path, {}, MENDS_MS);
}

for (const name of ["pay", "ask-fee", "paper", "keypad", "cut", "scan"]) {
  $(name).addEventListener("click", () => press(`/trouble/${name}`));
}
$("kill-hub").addEventListener("click", () => press("/kill/hub"));

$("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText($("subscribe").textContent);
  $("copy").textContent = "Copied";
  setTimeout(() => ($("copy").textContent = "Copy"), 1500);
});

$("sound").addEventListener("click", () => {
  const on = $("sound").getAttribute("aria-pressed") !== "true";
  $("sound").setAttribute("aria-pressed", on);
  $("sound").textContent = on ? "Sound on" : "Sound off";
  allowSound(on);
  chime();
});

follow(told, lost);
