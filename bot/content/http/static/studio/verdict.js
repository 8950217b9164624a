/** What the gate found: reasons in words, figures per intent, and past messages whose answer would change. */

import { button, el, icon } from "/static/desk/dom.js";
import { address } from "./hash.js";
import { chip, percent, titleOf } from "./nodes.js";
import { TEXTS } from "./texts.js";

const SHOWN = 50;

export function verdictNodes(outcome, anyway) {
  const { verdict, version, seconds, warnings } = outcome;
  const live = version !== null && version !== undefined;
  const head = live ? el("p", { class: "told good", role: "status", testid: "published" }, icon("tick"), el("span", {}, TEXTS.isPublished(version), " ", TEXTS.took(seconds))) : el("p", { class: "told bad", role: "status", testid: "refused" }, icon("warning"), el("span", {}, TEXTS.refusedByGate));
  return [
    head,
    outcome.anyway ? el("p", { testid: "in-spite" }, TEXTS.inSpite(outcome.anyway)) : null,
    verdict.against.length ? el("ul", { class: "content-problems", testid: "against" }, verdict.against.map((text) => el("li", { class: "error" }, icon("warning"), el("div", {}, text)))) : null,
    !live && anyway ? el("p", { class: "acts" }, button(TEXTS.anyway, { class: "button small", testid: "anyway", onclick: anyway })) : null,
    verdict.remarks.length ? el("ul", { class: "remarks" }, verdict.remarks.map((text) => el("li", {}, text))) : null,
    intentTable(verdict),
    changeList(verdict.changes),
    warnings?.length ? el("details", {}, el("summary", {}, TEXTS.checkWarnings(warnings.length)), el("ul", { class: "remarks" }, warnings.map((text) => el("li", {}, text)))) : null,
  ].filter(Boolean);
}

/** Intents whose figures changed; all of them on demand. */
function intentTable({ intents, live_calibration: before }) {
  if (!intents.length) return null;
  const first = before === null || before === undefined;
  const changed = first ? intents : intents.filter((one) => one.live === null || Math.abs(one.live - one.candidate) > 0.0005);
  const table = (rows) =>
    el(
      "div", { class: "table-box", tabindex: "0", role: "region", "aria-label": TEXTS.perIntent },
      el(
        "table", { testid: "per-intent" },
        el("caption", { class: "sr" }, TEXTS.perIntent),
        el("thead", {}, el("tr", {}, [TEXTS.intent, TEXTS.examplesShort, TEXTS.liveColumn, TEXTS.newColumn].map((label) => el("th", { scope: "col" }, label)))),
        el("tbody", {}, rows.map((one) => el("tr", { class: one.live !== null && one.candidate < one.live - 0.0005 ? "worse" : "" }, el("th", { scope: "row" }, el("a", { href: address("intents", one.intent) }, titleOf(one.intent))), el("td", {}, String(one.examples)), el("td", {}, percent(one.live)), el("td", {}, percent(one.candidate), one.live !== null && one.live !== undefined ? arrow(one) : null)))),
      ),
    );
  const rest = intents.length - changed.length;
  return el("details", { open: changed.length > 0 && changed.length < 12 }, el("summary", {}, TEXTS.perIntentSummary(changed.length, first)), changed.length ? table(changed) : el("p", { class: "hint" }, TEXTS.noneChanged), rest > 0 && changed.length ? el("p", { class: "hint" }, TEXTS.sameAsBefore(rest)) : null);
}

function arrow(one) {
  const by = Math.round(100 * (one.candidate - one.live));
  return by === 0 ? null : el("span", { class: by < 0 ? "down" : "up" }, ` ${by > 0 ? "+" : "−"}${Math.abs(by)}`);
}

/** Escalated ones come first, as the gate orders them. */
function changeList(changes) {
  if (!changes.length) return el("p", { class: "hint", testid: "no-changes" }, TEXTS.noAnswerChanges);
  const name = (intent) => (intent ? titleOf(intent) : TEXTS.noAnswer);
  const row = (one) => el("li", { class: "row", testid: "answer-change" }, el("p", {}, el("q", { dir: "auto" }, one.text)), el("p", { class: "chips-line" }, el("span", { class: "hint" }, `${name(one.before)} → ${name(one.after)}`), one.escalated ? chip(TEXTS.wentToPerson, "warn") : null, one.note ? chip(TEXTS.changeNotes[one.note] ?? one.note, one.note === "would now be answered" ? "good" : "") : null));
  return el("details", { open: changes.length < 12 }, el("summary", { testid: "changes-summary" }, TEXTS.answerChanges(changes.length)), el("ol", { class: "rows" }, changes.slice(0, SHOWN).map(row)), changes.length > SHOWN ? el("p", { class: "hint" }, TEXTS.more(changes.length - SHOWN)) : null);
}
