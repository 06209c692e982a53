// The server: what it tells comes by an event stream that mends itself, what is asked goes by POST.

const SILENCE_MS = 12_000; // the server speaks every 5 s at least
const BACK_OFF_MS = [500, 4_000]; // first and longest; each wait is a random share of it
const REPEAT_MS = [500, 1_000, 2_000]; // between one try of a request and the next; the last one stays
const PATIENCE_MS = 8_000; // for an act: longer, and the clerk should look again before pressing

// Calls `onTold` with each state, and `onLost` when the server is out of reach.
export function follow(onTold, onLost) {
  let failures = 0;
  let source, silence, again;

  function connect() {
    clearTimeout(again);
    source?.close();
    source = new EventSource("/events");
    source.addEventListener("told", (event) => {
      failures = 0;
      listen();
      onTold(JSON.parse(event.data));
    });
    source.addEventListener("out", () => location.assign("/login"));
    source.addEventListener("error", lost);
    listen();
  }

  function listen() {
    clearTimeout(silence);
    silence = setTimeout(lost, SILENCE_MS);
  }

  function lost() {
    clearTimeout(silence);
    source.close();
    onLost();
    const [first, longest] = BACK_OFF_MS;
    again = setTimeout(connect, Math.random() * Math.min(longest, first * 2 ** failures));
    failures += 1;
  }

  // A laptop that wakes up, or a cable that is plugged in again, need not wait.
  addEventListener("online", connect);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && source.readyState === EventSource.CLOSED) connect();
  });
  connect();
}

// Sends an act under one request id until it is answered; the answer is `{ok, result, error}`.
export async function act(verb, fields) {
  const body = { request: uuid(), ...fields };
  const deadline = performance.now() + PATIENCE_MS;
  for (let tries = 0; ; tries += 1) {
    const answer = await post(`/act/${verb}`, body, deadline - performance.now());
    if (answer.error?.code === "logged-out") location.assign("/login");
    const wait = REPEAT_MS[Math.min(tries, REPEAT_MS.length - 1)];
    if (answer.error?.code !== "unreachable" || performance.now() + wait > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

// Sends once.
export async function post(path, body = {}, within = PATIENCE_MS) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Luot": "1" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(within),
    });
    return await response.json();
  } catch (error) {
    return { ok: false, error: { code: "unreachable", message: String(error), field: "" } };
  }
}

// `crypto.randomUUID` is there only over https and on localhost; a centre's own network may have neither.
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
