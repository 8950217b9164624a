/** What is changed and not live yet, and what the gate found: drawn alike on two pages. */

import { el, icon } from "/static/desk/dom.js";
import { nothing } from "/static/desk/load.js";
import { address } from "./hash.js";
import { byAt, chip } from "./nodes.js";
import { TEXTS } from "./texts.js";

const SAVED = 6;
const SHOWN = 4;

/** Passed, published anyway, or not judged. */
export function verdictChip(verdict) {
  if (!verdict) return chip(TEXTS.notJudged);
  return verdict.passed ? chip([icon("tick"), TEXTS.passed], "good") : chip([icon("warning"), TEXTS.publishedAnyway], "warn");
}

export function pendingNodes(pending) {
  if (!pending.known) return [nothing(TEXTS.unknownLive, TEXTS.unknownLiveHint, "unknown-live")];
  const { saved, intents, answers, other } = pending;
  if (!saved.length) return [nothing(TEXTS.allLive, TEXTS.allLiveHint, "all-live")];
  return [
    el("p", { class: "big", testid: "pending" }, TEXTS.pendingSummary(intents.length, answers.length, other.length)),
    el("ul", { class: "short-list" }, saved.slice(0, SAVED).map((one) => el("li", { testid: "saved" }, el("span", { dir: "auto" }, one.note || TEXTS.noNote), " ", byAt(one.by, one.at)))),
    saved.length > SAVED && el("p", { class: "hint" }, TEXTS.more(saved.length - SAVED)),
  ].filter(Boolean);
}

/** That a rollback takes what is saved and not live out of the drafts, and where it is found again. */
export function leavingNode({ known, saved }) {
  if (known && !saved.length) return null;
  const people = [...new Set(saved.map((one) => one.by))];
  return el("p", { class: "near-line warn" }, icon("warning"), el("span", { dir: "auto" }, known ? TEXTS.leaving(saved.length, people) : TEXTS.mayLeave));
}

/** Every change, for who is about to publish. */
export function pendingDetails({ intents, answers, other }) {
  const lines = (sign, texts, kind) => texts.slice(0, SHOWN).map((text) => el("li", { class: kind, dir: "auto" }, el("span", { "aria-hidden": "true" }, sign), el("span", { class: "sr" }, TEXTS[kind]), " ", text));
  const rest = (texts) => texts.length > SHOWN && el("li", { class: "hint" }, TEXTS.more(texts.length - SHOWN));
  const intent = (one) =>
    el(
      "li", { class: "change", testid: "pending-intent" },
      el("p", {}, one.is_gone ? el("strong", {}, one.title) : el("a", { href: address("intents", one.intent) }, el("strong", {}, one.title)), " ", one.is_new && chip(TEXTS.isNew, "good"), one.is_gone && chip(TEXTS.isGone, "warn")),
      el("ul", { class: "diff" }, lines("+", one.added, "added"), rest(one.added), lines("−", one.removed, "removed"), rest(one.removed)),
    );
  const answer = (one) => {
    const gone = one.before.filter((text) => !one.now.includes(text));
    const come = one.now.filter((text) => !one.before.includes(text));
    return el("li", { class: "change", testid: "pending-answer" }, el("p", {}, el("strong", {}, TEXTS.answerOf(one.name))), el("ul", { class: "diff" }, lines("+", come, "added"), lines("−", gone, "removed"), !come.length && !gone.length && el("li", { class: "hint" }, TEXTS.otherOrder)));
  };
  return el("ul", { class: "changes" }, intents.map(intent), answers.map(answer), other.map((path) => el("li", { class: "change" }, TEXTS.otherFile(path))));
}
