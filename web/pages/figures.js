// The services of today: their figures, and whether they give numbers.

import { whyClosed } from "./closed.js";
import { ask } from "./dialog.js";
import { $, fill, h, key } from "./dom.js";
import { page, press } from "./page.js";
import { pick, range, say } from "./words.js";

const HEADS = ["Given", "Waiting", "At counters", "Minutes", "Within range"];

export function takeFigures() {
  $("heads").append(h("th"), ...HEADS.map((head) => h("th", {}, say(head))), h("th"));
}

export function showFigures() {
  const { catalog, center, queues } = page.state;
  const rows = catalog.services.map(({ id, letter, name }) => {
    const queue = queues[id];
    return {
      id,
      letter,
      name: pick(name),
      closed: queue?.taking ? "" : whyClosed(queue, center.timezone),
      shut: queue?.why === "shut",
      figures: [
        queue?.issued ?? "–",
        queue?.waiting ?? "–",
        queue?.serving ?? "–",
        queue?.wait ? range(queue.wait) : "–",
        queue?.kept == null ? "–" : `${queue.kept} %`,
      ],
    };
  });
  fill($("figures"), rows, () => rows.map(serviceRow));
}

function serviceRow(row) {
  const quiet = { className: "quiet" };
  const turn = row.shut
    ? key(() => press("reopen", { service: row.id }), quiet, say("Give numbers again"))
    : key(() => shut(row), quiet, say("Give no more numbers"));
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("b", {}, row.letter), " ", row.name, h("small", {}, row.closed)),
    ...row.figures.map((figure, column) => figureCell(HEADS[column], figure)),
    h("td", {}, turn),
  );
}

// On a phone the table has no head: each cell says what it is.
function figureCell(head, figure) {
  const cell = h("td", {}, String(figure));
  cell.dataset.head = say(head);
  return cell;
}

async function shut({ id, name }) {
  $("shutting-title").textContent = name;
  if (await ask($("shutting"))) press("shut", { service: id, reason: $("shut-reason").value.trim() });
}
