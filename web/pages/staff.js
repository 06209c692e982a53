// The manager's page: what the centre asks of staff, the services of today, and appointments.

import { showAppointments, takeAppointments } from "./appointments.js";
import { ask } from "./dialog.js";
import { $, fill, h, key } from "./dom.js";
import { showFigures, takeFigures } from "./figures.js";
import { begin, page, press } from "./page.js";
import { day, hour, instant, isoDay, say } from "./words.js";

const left = new Set(); // questions that a person wants to leave as they are

takeAppointments();
takeFigures();

$("floor").addEventListener("submit", (event) => {
  event.preventDefault();
  const numbers = Array.from($("letters").querySelectorAll("input"), (each) => [each.name, Number(each.value)]);
  press("set-floor", { numbers: Object.fromEntries(numbers) });
});

$("time").addEventListener("submit", async (event) => {
  event.preventDefault();
  const at = instant($("right-time").value, page.state.center.timezone);
  if ((await press("confirm-clock", { at }))?.ok) $("time").reset();
});

$("end-day").addEventListener("click", async () => {
  if ((await ask($("ending"))) === "end") press("end-day");
});

begin(() => {
  document.title = say("Management");
  showRestored(page.state);
  showClock(page.state.center);
  showOldDay(page.state);
  showQuestions(page.state);
  showFigures();
  showAppointments();
  for (const each of $("staff").querySelectorAll("button")) each.disabled = !page.ready;
});

function showRestored({ center, catalog }) {
  $("restored").hidden = center.awaits.length === 0;
  const devices = center.awaits.join(", ");
  $("awaits").textContent = say("These have not told their numbers of today yet: {devices}.", { devices });
  const streams = [...catalog.services, ...catalog.categories].map((each) => each.letter);
  const letters = [...new Set(streams.filter(Boolean))];
  fill($("letters"), letters, () =>
    letters.map((letter) =>
      h("label", {}, h("b", {}, letter), h("input", { name: letter, type: "number", min: 0, max: 999, required: true })),
    ),
  );
}

function showClock({ clock, timezone }) {
  $("clock-doubt").hidden = clock.known && clock.jump_s === 0;
  $("hub-time").textContent = say(
    "The centre goes by {hour} on {date}, but its clock is in doubt. Look at a good clock and say what time it is.",
    { date: day(page.now(), timezone), hour: hour(page.now(), timezone) },
  );
}

function showOldDay({ center, queues }) {
  $("old-day").hidden = center.day >= isoDay(page.now(), center.timezone);
  const waiting = Object.values(queues).reduce((all, each) => all + each.waiting, 0);
  const date = day(Date.parse(center.day), "UTC");
  $("old-numbers").textContent = say(
    "{waiting} with numbers of {date} still wait. The new day begins once they have been served, or when you say that the hall is empty.",
    { waiting, date },
  );
}

function showQuestions({ center, counters }) {
  const stands = ({ counter, label }) => (counters[counter]?.label ?? null) === label; // it may be answered since
  const open = center.questions.filter((each) => stands(each) && !left.has(id(each)));
  for (const each of left) if (!center.questions.some((question) => id(question) === each)) left.delete(each);
  $("questions").hidden = open.length === 0;
  const rows = open.map(({ counter, label, away_s }) => ({ counter, label, minutes: Math.floor(away_s / 60) }));
  fill($("asked"), rows, () => rows.map(questionRow));
}

function id({ counter, label }) {
  return `${counter} ${label}`;
}

function questionRow(question) {
  const { counter, label } = question;
  const values = { ...question, counter: page.counterName(counter) };
  const words = label
    ? say("{counter} has been out of touch for {minutes} minutes, and still has the number {label}.", values)
    : say("{counter} has been out of touch for {minutes} minutes.", values);
  const end = label
    ? key(() => press("requeue", { counter }), {}, say("Requeue"))
    : key(() => press("close", { counter }), {}, say("Close the counter"));
  const leave = key(() => {
    left.add(id(question));
    showQuestions(page.state);
  }, {}, say("Leave it so"));
  return h("li", {}, h("span", {}, words), end, leave);
}
