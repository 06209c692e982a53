// The clerk's page: which counter, then that counter, as the server tells it.

import { showCharge, takeCharge } from "./charge.js";
import { chooseCounter, takeChoice } from "./choose.js";
import { showDesk } from "./desk.js";
import { $ } from "./dom.js";
import { takeKeys } from "./keys.js";
import { begin, page } from "./page.js";

takeChoice();
takeKeys();
takeCharge();

begin(
  () => {
    const { counter } = page;
    document.title = counter ? `${counter.label ?? "–"} · ${page.counterName(counter.counter)}` : "Lượt";
    if ($("desk").hidden === Boolean(counter)) scrollTo(0, 0);
    $("desk").hidden = !counter;
    $("choose").hidden = Boolean(counter);
    if (!counter) chooseCounter();
  },
  () => {
    if (page.counter) {
      showDesk();
      showCharge();
    }
  },
);
