// Beside the counter: numbers put aside for it, and who waits for the centre's services.

import { $, fill, h, key } from "./dom.js";
import { page, press } from "./page.js";
import { pick, range, say } from "./words.js";

export function showAside(counter) {
  showLabels("held", counter.held, ["call", "requeue"]);
  showLabels("sent", counter.waiting, ["call"]);
  showQueues(counter);
}

const LABEL_KEYS = {
  call: "Call",
  requeue: "Requeue",
};

function showLabels(id, labels, verbs) {
  $(id).hidden = labels.length === 0;
  fill($(`${id}-labels`), labels, () =>
    labels.map((label) => h("li", {}, h("strong", {}, label), ...verbs.map((verb) => labelKey(verb, label)))),
  );
}

function labelKey(verb, label) {
  const made = key(() => press(verb, { counter: page.counter.counter, label }), {}, say(LABEL_KEYS[verb]));
  Object.assign(made.dataset, { verb, label });
  return made;
}

function showQueues(counter) {
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
