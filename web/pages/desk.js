// The counter: the number that is here now, its keys, and who waits.

import { showAside } from "./aside.js";
import { $ } from "./dom.js";
import { showKeys } from "./keys.js";
import { page } from "./page.js";
import { askOutage } from "./questions.js";
import { duration, pick, say } from "./words.js";

const STATUS = {
  calling: "Calling",
  serving: "Being served",
  free: "Nobody is at the counter",
  paused: "The counter is paused",
};

export function showDesk() {
  const { counter } = page;
  showNow(counter);
  showAside(counter);
  showKeys(counter); // those of the labels aside, too
  askOutage();
}

function showNow(counter) {
  $("now").dataset.status = counter.status;
  $("status").textContent = say(STATUS[counter.status]);
  $("since").textContent = duration((page.now() - Date.parse(counter.since)) / 1000);
  $("number").textContent = counter.label ?? "–";
  $("about").textContent = counter.label
    ? pick(page.service(counter.service)?.name ?? {})
    : counter.reason || waiting(counter);
  $("priority").hidden = !counter.priority;
  $("priority").textContent = counter.priority ? pick(page.category(counter.category)?.name ?? {}) : "";
  $("calls").textContent = counter.recalled
    ? say("Recalled {times} of {most} times", { times: counter.recalled, most: page.state.catalog.recalls })
    : "";
  $("note").hidden = !counter.note;
  $("note-words").textContent = counter.note;
}

function waiting(counter) {
  const queued = counter.serves.map((id) => page.state.queues[id]?.waiting ?? 0);
  const people = queued.reduce((sum, each) => sum + each, counter.waiting.length);
  return people ? say("{people} people wait for this counter", { people }) : say("Nobody is waiting for this counter.");
}
