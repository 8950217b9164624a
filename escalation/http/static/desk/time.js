/** The server's time, lengths of time in words, and clocks that run on the page. */

import { el, hidden, icon } from "./dom.js";
import { TEXTS } from "./texts.js";

export const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const dateFormat = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

let clockOffset = 0;

/** Takes the server's time: clocks on the page run by it. */
export function setClock(seconds) {
  clockOffset = seconds - Date.now() / 1000;
}

export const now = () => Date.now() / 1000 + clockOffset;

/** A length of time in words, coarser the longer it is. */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return TEXTS.second(whole);
  if (whole < 3600) return TEXTS.minute(Math.floor(whole / 60), whole % 60);
  if (whole < 86400) return TEXTS.hour(Math.floor(whole / 3600), Math.floor((whole % 3600) / 60));
  return TEXTS.day(Math.floor(whole / 86400));
}

/** Clocks that run down, and what they say when they have. */
const DOWN = { lease: "leaseOver", offer: "offerOver", timeLeft: "leftOver", snooze: "snoozeOver" };

/** A text that is kept current by {@link tickClocks}. `kind` names the text: `plain`, `waits`, `awaits`, or one of {@link DOWN}. */
export function ticking(kind, at) {
  const node = el("span", { class: "ticking" });
  const down = kind in DOWN;
  node.tick = () => {
    const seconds = down ? at - now() : now() - at;
    const text = down && seconds <= 0 ? TEXTS[DOWN[kind]] : TEXTS[kind](span(seconds));
    if (node.textContent !== text) node.textContent = text;
  };
  node.tick();
  return node;
}

/** A clock for a row of the queue: short for the eye, in words for a screen reader. */
export const rowClock = (prefix, at) => el("span", { class: "row-clock", title: prefix }, icon("clock"), hidden(`${prefix} `), ticking("plain", at));

export function tickClocks() {
  for (const node of document.querySelectorAll(".ticking")) node.tick();
}

export function timeOf(at) {
  const date = new Date(at * 1000);
  const today = date.toDateString() === new Date().toDateString();
  return el("time", { datetime: date.toISOString(), title: fullFormat.format(date) }, (today ? clockFormat : dateFormat).format(date));
}

/** A moment as the field `datetime-local` writes it. */
export function localInput(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The moment that such a field holds, in Unix seconds; null when it is empty. */
export const momentOf = (field) => (field.value ? new Date(field.value).getTime() / 1000 : null);

/** Tomorrow at nine, here. */
export function tomorrow() {
  const date = new Date(now() * 1000);
  date.setDate(date.getDate() + 1);
  date.setHours(9, 0, 0, 0);
  return date.getTime() / 1000;
}
