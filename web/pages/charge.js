// A fee at the counter: asked for with a QR code, paid by transfer or in cash.

import { $, fill, h, key } from "./dom.js";
import { page, press } from "./page.js";
import { duration, grouped, money, say } from "./words.js";

export function takeCharge() {
  $("amount").addEventListener("input", () => {
    const digits = $("amount").value.replace(/\D/g, "").replace(/^0+/, "").slice(0, 9);
    $("amount").value = digits ? grouped(Number(digits)) : "";
  });
  $("other-fee").addEventListener("submit", (event) => {
    event.preventDefault();
    charge(Number($("amount").value.replace(/\D/g, "")), $("purpose").value.trim());
    $("other-fee").reset();
    document.activeElement?.blur();
  });
}

function charge(amount, purpose) {
  press("charge", { counter: page.counter.counter, amount, purpose });
}

export function showCharge() {
  const counter = page.counter;
  const panel = page.state.panels[counter.counter];
  const open = panel?.show === "pay";
  const order = ["pay", "paid", "expired"].includes(panel?.show)
    ? { show: panel.show, amount: panel.amount, purpose: panel.purpose, reference: panel.reference, label: panel.label }
    : null;
  $("order").hidden = !order;
  $("order").className = order?.show ?? "";
  fill($("order"), order, () => (order ? DRAWN[order.show](order) : []));
  if (open) {
    const total = Date.parse(panel.expires) - Date.parse(panel.since);
    const left = Date.parse(panel.expires) - page.now();
    $("left").textContent = say("{time} left", { time: duration(left / 1000) });
    $("left-bar").value = Math.max(0, left / total);
  }
  $("asking").hidden = open;
  const services = counter.service ? [counter.service] : counter.serves;
  const fees = services.flatMap((id) => page.service(id)?.fees ?? []);
  fill($("fees"), fees, () => fees.map(feeKey));
  for (const button of $("charge").querySelectorAll("button")) {
    button.disabled = !page.ready || counter.status === "paused";
  }
}

function feeKey({ purpose, amount }) {
  return key(() => charge(amount, purpose), { className: "fee" }, h("span", {}, purpose), h("b", {}, money(amount)));
}

function verbKey(verb, words) {
  return key(() => press(verb, { counter: page.counter.counter }), {}, words);
}

const DRAWN = {
  pay: (order) => [
    h("p", { className: "state" }, say("Waiting for the payment")),
    h("p", { className: "amount" }, money(order.amount)),
    h("p", {}, order.label ? `${order.purpose} · ${order.label}` : order.purpose),
    h("p", { className: "reference" }, say("Message of the transfer"), " ", h("b", {}, order.reference)),
    h("p", { className: "row" }, h("progress", { id: "left-bar", max: 1 }), h("span", { id: "left" })),
    h("p", { className: "row" }, verbKey("paid-cash", say("Paid in cash")), verbKey("cancel-charge", say("Cancel"))),
  ],
  paid: (order) => [
    h("p", { className: "state" }, say("Received")),
    h("p", { className: "amount" }, money(order.amount)),
    h("p", {}, order.label ? `${order.purpose} · ${order.label}` : order.purpose),
  ],
  expired: (order) => [
    h("p", { className: "state" }, say("The code has expired, nothing was received")),
    h("p", { className: "amount" }, money(order.amount)),
    h("p", {}, order.purpose),
    h("p", { className: "row" }, key(() => charge(order.amount, order.purpose), {}, say("Make a new code"))),
  ],
};
