/** The brief: what an agent reads first. Each line that rests on a message links to it. */

import { el, linked } from "./dom.js";
import { moodBlocks, moodTrend } from "./mood.js";
import { TEXTS } from "./texts.js";

/** How sure a fact is that was read from what the contact wrote: said only when it may be wrong. */
function sureness(confidence) {
  if (confidence === null || confidence === undefined || confidence >= 0.9) return null;
  return el("span", { class: "sure" }, ` ${TEXTS.sure(Math.round(confidence * 100))}`);
}

/** Draws the brief: each line that rests on a message links to it. */
export function briefNodes(brief, show) {
  const cite = (number) =>
    number === null || number === undefined
      ? null
      : el("button", { type: "button", class: "cite", testid: "cite", "aria-label": TEXTS.showLine(number), onclick: () => show(number) }, TEXTS.line(number));
  const section = (title, className, content) => el("section", { class: `block ${className}` }, el("h3", {}, title), content);
  const facts = (items) =>
    el("dl", { class: "facts" }, items.map((fact) => el("div", {}, el("dt", { dir: "auto" }, fact.label), el("dd", { dir: "auto" }, ...linked(fact.value), sureness(fact.confidence), " ", cite(fact.message)))));
  const reason = (item) =>
    el("li", {}, el("strong", {}, item.label), item.evidence ? el("q", { dir: "auto" }, item.evidence) : null, " ", cite(item.message));
  const tried = (item) => el("li", {}, el("strong", { dir: "auto" }, item.understood), el("span", { dir: "auto" }, item.answer), " ", cite(item.message));
  const parts = [
    section(TEXTS.ask, "ask", el("p", { dir: "auto" }, brief.ask || TEXTS.noAsk, " ", cite(brief.ask_message))),
    brief.reasons.length && section(TEXTS.reasons, "reasons", el("ul", {}, brief.reasons.map(reason))),
    brief.mood.length && section(TEXTS.moodTitle, "moods", el("div", { class: "trend-line" }, moodTrend(brief.mood), moodBlocks(brief.mood.at(-1), true))),
    brief.profile.length && section(TEXTS.profile, "profile", facts(brief.profile)),
    brief.facts.length && section(TEXTS.facts, "known", facts(brief.facts)),
    brief.tried.length && section(TEXTS.tried, "tried", el("ul", {}, brief.tried.map(tried))),
    brief.orders.length && section(TEXTS.orders, "orders", facts(brief.orders)),
    brief.history.length && section(TEXTS.history, "history", facts(brief.history)),
  ].filter(Boolean);
  if (parts.length === 1) parts.push(el("p", { class: "hint" }, TEXTS.nothingKnown));
  return parts;
}
