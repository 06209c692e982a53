// The manager's page: what the centre asks of staff, the services of today, and appointments.

import { showAppointments, takeAppointments } from "./appointments.js";
import { $, fill, h } from "./dom.js";
import { showFigures, takeFigures } from "./figures.js";
import { begin, page, press } from "./page.js";
import { day, hour, instant, say } from "./words.js";

const left = new Set(); // questions that a person wants to leave as they are

takeAppointments();
takeFigures();

$("floor").addEventListener("submit", (event) => {
  event.preventDefault();
  const numbers = Object.fromEntries([...$("letters").querySelectorAll("input")].map((each) => [each.name, Number(each.value)]));
  press("set-floor", { numbers });
});

$("time").addEventListener("submit", async (event) => {
  event.preventDefault();
  const at = instant($("right-time").value, page.state.center.timezone);
  if ((await press("confirm-clock", { at }))?.ok) $("time").reset();
});

begin(() => {
  document.title = say("Management");
  showRestored(page.state);
  showClock(page.state.center);
  showQuestions(page.state);
  showFigures();
  showAppointments();
  for (const key of $("staff").querySelectorAll("button")) key.disabled = !page.ready;
});

function showRestored({ center, catalog }) {
  $("restored").hidden = center.awaits.length === 0;
  $("awaits").textContent = say("These have not told their numbers of today yet: {devices}.", { devices: center.awaits.join(", ") });
  const letters = [...new Set([...catalog.services, ...catalog.categories].map((each) => each.letter).filter(Boolean))];
  fill($("letters"), letters, () =>
    letters.map((letter) =>
      h("label", {}, h("b", {}, letter), h("input", { name: letter, type: "number", min: 0, max: 999, required: true })),
    ),
  );
}

function showClock({ clock, timezone }) {
  $("clock-doubt").hidden = clock.known && clock.jump_s === 0;
  const told = { date: day(page.now(), timezone), hour: hour(page.now(), timezone) };
  $("hub-time").textContent = say("The centre goes by {hour} on {date}, but its clock is in doubt. Look at a good clock and say what time it is.", told);
}

function showQuestions({ center, counters }) {
  const stands = ({ counter, label }) => (counters[counter]?.label ?? null) === label; // it may be answered since
  const open = center.questions.filter((each) => stands(each) && !left.has(key(each)));
  for (const each of left) if (!center.questions.some((question) => key(question) === each)) left.delete(each);
  $("questions").hidden = open.length === 0;
  const rows = open.map(({ counter, label, away_s }) => ({ counter, label, minutes: Math.floor(away_s / 60) }));
  fill($("asked"), rows, () => rows.map(questionRow));
}

function key({ counter, label }) {
  return `${counter} ${label}`;
}

function questionRow(question) {
  const { counter, label, minutes } = question;
  const values = { counter: page.counterName(counter), label, minutes };
  const words = label
    ? say("{counter} has been out of touch for {minutes} minutes, and still has the number {label}.", values)
    : say("{counter} has been out of touch for {minutes} minutes.", values);
  const end = h("button", { type: "button", className: "key" }, label ? say("Requeue") : say("Close the counter"));
  end.addEventListener("click", () => press(label ? "requeue" : "close", { counter }));
  const leave = h("button", { type: "button", className: "key" }, say("Leave it so"));
  leave.addEventListener("click", () => {
    left.add(key(question));
    showQuestions(page.state);
  });
  return h("li", {}, h("span", {}, words), end, leave);
}
