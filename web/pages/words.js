// The words that people read. Message ids are English, so English needs no catalogue.

// What languages call themselves: the centre may speak all of them, our pages speak the first two.
export const LANGUAGES = { vi: "Tiếng Việt", en: "English", rad: "Êđê" };
const OURS = ["vi", "en"];
const KEPT = "luot-language";

export const language = OURS.find((each) => each === localStorage.getItem(KEPT)) ?? "vi";
const catalogue = language === "en" ? {} : await (await fetch(`/words/${language}`)).json();

export function say(message, values = {}) {
  return (catalogue[message] ?? message).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// A text of the centre, which has it in several languages.
export function pick(text) {
  return text[language] || text.vi || Object.values(text)[0] || "";
}

export function money(amount) {
  return `${grouped(amount)}\u00a0₫`;
}

export function grouped(amount) {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, ".");
}

// Seconds as 3:36, or 1:02:03.
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours, minutes, rest] = parts.map((part) => String(part).padStart(2, "0"));
  return parts[0] ? `${parts[0]}:${minutes}:${rest}` : `${parts[1]}:${rest}`;
}

// Minutes, as 5–10.
export function range({ low, high }) {
  return high > low ? `${low}–${high}` : String(high);
}

// Milliseconds since 1970 as 08:12, and as 23/11/2026, at the centre.
export function hour(at, timeZone) {
  return new Intl.DateTimeFormat("vi", { hour: "2-digit", minute: "2-digit", timeZone }).format(at);
}

export function day(at, timeZone) {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "short", timeZone }).format(at);
}

// The date at the centre as the contract writes it, and so in the order of time.
export function isoDay(at, timeZone) {
  return new Intl.DateTimeFormat("sv", { dateStyle: "short", timeZone }).format(at);
}

// A date and hour at the centre, as "2026-11-23T08:15", as the contract writes times.
export function instant(local, timeZone) {
  const asUtc = Date.parse(`${local}Z`);
  const there = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "medium", timeZone }).format(asUtc);
  return new Date(2 * asUtc - Date.parse(`${there.replace(" ", "T")}Z`)).toISOString();
}

// Puts the words into the parts of a page that ask for them by `data-say`.
export function sayAll() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-say]")) {
    element.textContent = say(element.dataset.say);
  }
  for (const element of document.querySelectorAll("[data-hint]")) {
    element.placeholder = say(element.dataset.hint);
  }
}

// The button that switches to the other language.
export function offerLanguage(button) {
  const other = OURS.find((each) => each !== language);
  button.textContent = LANGUAGES[other];
  button.lang = other;
  button.addEventListener("click", () => {
    localStorage.setItem(KEPT, other);
    location.reload();
  });
}
