// Appointments: one by hand, many from a spreadsheet, and one that is not kept.

import { $, fill, h } from "./dom.js";
import { post } from "./link.js";
import { notice, page, press, refusal } from "./page.js";
import { day, hour, instant, pick, say } from "./words.js";

const IMPORT_MS = 120_000;

export function takeAppointments() {
  $("booking").addEventListener("submit", async (event) => {
    event.preventDefault();
    const at = instant($("booked-time").value, page.state.center.timezone);
    const answer = await press("book", { service: $("booked-service").value, at });
    if (answer?.ok) showBooked([answer.result], []);
  });
  $("unbooking").addEventListener("submit", async (event) => {
    event.preventDefault();
    const code = $("unbooked").value.toUpperCase();
    const answer = await press("cancel-appointment", { code });
    if (!answer?.ok) return;
    $("unbooking").reset();
    showBooked([], []);
    showWords(say("The appointment {code} is cancelled.", { code }));
  });
  $("importing").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!page.ready) return;
    page.pressed = { verb: "import" }; // all keys wait
    showBooked([], []);
    showWords(say("Importing…"));
    const answer = await post("/appointments", { csv: await $("file").files[0].text() }, IMPORT_MS);
    page.pressed = null;
    showWords("");
    if (!answer.ok) return notice(refusal(answer.error));
    $("importing").reset();
    showBooked(answer.result.appointments, answer.result.mistakes);
  });
}

export function showAppointments() {
  const services = page.state.catalog.services.map(({ id, name }) => [id, pick(name)]);
  fill($("booked-service"), services, () => services.map(([value, name]) => h("option", { value }, name)));
}

function showBooked(appointments, mistakes) {
  const { timezone } = page.state.center;
  const rows = appointments.map(({ code, service, at }) => {
    const moment = Date.parse(at);
    return [code, service, day(moment, timezone), hour(moment, timezone)];
  });
  showWords(summary(rows.length, mistakes.length));
  fill($("mistakes"), mistakes, () => mistakes.map(mistakeLine));
  $("mistakes").hidden = mistakes.length === 0;
  fill($("booked-rows"), rows, () => rows.map(bookedRow));
  $("booked").hidden = $("download").hidden = rows.length === 0;
  URL.revokeObjectURL($("download").href);
  const csv = [["code", "service", "date", "time"], ...rows].map((row) => row.join(",")).join("\r\n");
  $("download").href = URL.createObjectURL(new Blob(["\ufeff", csv], { type: "text/csv" }));
}

function bookedRow([code, service, date, time]) {
  const name = pick(page.service(service)?.name ?? {});
  return h("tr", {}, h("td", {}, h("b", {}, code)), h("td", {}, name), h("td", {}, `${date} ${time}`));
}

function mistakeLine({ line, message, values }) {
  return h("li", {}, h("b", {}, say("Line {line}", { line })), `: ${say(message, values)}`);
}

function summary(booked, mistakes) {
  if (!mistakes) return booked ? say("{count} appointments are made.", { count: booked }) : "";
  if (!booked) return say("Nothing was booked. Correct these lines and import the file again:");
  return say("{count} appointments are made; these lines are left:", { count: booked });
}

function showWords(words) {
  $("booked-words").textContent = words;
  $("booked-words").hidden = !words;
}
