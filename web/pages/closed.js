// Why a service gives no numbers now.

import { hour, say } from "./words.js";

const CLOSED = {
  shut: "Closed for today",
  full: "All numbers of today are given",
  hours: "Outside its hours",
  stopped: "No numbers now",
};

export function whyClosed(queue, timeZone) {
  const opens = queue?.why === "hours" && queue.opens;
  return [
    say(CLOSED[queue?.why] ?? CLOSED.stopped),
    queue?.notice,
    opens && say("from {hour} on", { hour: hour(Date.parse(opens), timeZone) }),
  ].filter(Boolean).join(" · ");
}
