// The head of every page: where we are, the ways to the other pages, the hour, and what is wrong.

import { $, fill, h } from "./dom.js";
import { post } from "./link.js";
import { hour, offerLanguage, pick, say } from "./words.js";

const WAYS = {
  "/": "Counter",
  "/assist": "Take a number",
  "/staff": "Management",
};

// Why the hub gives no numbers, and what staff do meanwhile.
const STOPPED = {
  disk: "The centre's computer cannot write to its disk. No numbers are given by it; kiosks go on by themselves.",
  folder: "The centre's data folder would not survive a power cut. No numbers are given by it; kiosks go on by themselves.",
  journal: "The centre's journal is damaged. No numbers are given by it; kiosks go on by themselves.",
  restored: "A backup was restored. No numbers are given until the kiosks have told theirs, or a manager says from where to go on.",
  "second-hub": "A second hub runs on this network. No numbers are given by it until one of the two is switched off.",
};

// What a machine needs, and what staff do about it.
const NEEDS = {
  "paper-low": "{device}: the paper is nearly out",
  "paper-out": "{device}: no paper. Put in a roll, close the cover.",
  "cover-open": "{device}: the printer's cover is open. Close it.",
  "error": "{device}: the printer is jammed or too hot. Look at it.",
  "offline": "{device}: the printer does not print now. Look at it.",
  "silent": "{device}: the printer does not answer. Look at its cable and its power.",
  "rush": "{device}: numbers are taken faster than people come. Look who is there.",
};

export function takeHead() {
  const words = (id, tag = "span") => h(tag, { id });
  const head = h(
    "header",
    {},
    h("p", { className: "place" }, words("title"), " ", words("name", "strong")),
    h("nav", { id: "ways" }),
    h("p", { className: "where" }, words("counter", "strong"), " ", words("clerk")),
    h("button", { id: "language", type: "button", className: "quiet" }),
    h("button", { id: "leave", type: "button", className: "quiet", textContent: say("Log out") }),
    words("clock", "time"),
  );
  document.body.prepend(
    h("div", { className: "band" }),
    head,
    h("p", { id: "trouble", className: "passing", role: "alert", hidden: true }),
    h("section", { id: "stopped", role: "alert", hidden: true }),
    h("ul", { id: "needs", role: "status", hidden: true }),
  );
  document.body.append(h("p", { id: "notice", className: "passing", role: "status", hidden: true }));
  offerLanguage($("language"));
  $("leave").addEventListener("click", async () => {
    await post("/logout");
    location.assign("/login");
  });
}

export function showHead(page) {
  const { state, counter } = page;
  $("trouble").hidden = page.live;
  $("trouble").textContent = page.touch
    ? silent(page.told.facts)
    : say("Out of touch with the server. Connecting again…");
  document.body.classList.toggle("lost", !page.live);
  if (!state?.center || !state.catalog) return;
  const { stopped, hint } = state.center;
  $("stopped").hidden = !stopped;
  fill($("stopped"), [stopped, hint], () => [
    h("strong", {}, say(STOPPED[stopped] ?? "The centre gives no numbers now.")),
    h("small", { lang: "en" }, hint),
  ]);
  const needs = page.live ? state.needs : [];
  $("needs").hidden = needs.length === 0;
  fill($("needs"), needs, () => needs.map((each) => h("li", {}, needed(each))));
  $("title").textContent = pick(state.center.title);
  $("name").textContent = pick(state.center.name);
  $("clerk").textContent = page.told.clerk;
  $("counter").textContent = counter ? page.counterName(counter.counter) : "";
  $("leave").hidden = Boolean(counter);
  $("clock").textContent = hour(page.now(), state.center.timezone);
  const ways = Object.keys(WAYS).filter((way) => way !== "/staff" || page.told.role === "manager");
  fill($("ways"), ways, () => ways.map(wayTo));
}

function needed({ device, what, tickets_left: left }) {
  const words = say(NEEDS[what] ?? "{device}: look at it.", { device });
  return what === "paper-low" && left !== null ? `${words} · ${say("about {count} tickets left", { count: left })}` : words;
}

function silent(facts) {
  return facts
    ? say("The centre does not answer. {count} facts are kept here for it.", { count: facts })
    : say("The centre does not answer. Waiting for it…");
}

function wayTo(way) {
  const here = way === location.pathname ? "page" : null;
  return h("a", { href: way, ariaCurrent: here }, say(WAYS[way]));
}
