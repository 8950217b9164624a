/** What is said to an intent: a field for each wording, and for whom it is. */

import { ask, field, select } from "/static/desk/dialogs.js";
import { el } from "/static/desk/dom.js";
import { ApiError } from "./api.js";
import { nothing } from "/static/desk/load.js";
import { chip, part, small } from "./nodes.js";
import { TEXTS } from "./texts.js";

export function answersNode(page) {
  const { answers } = page.found;
  const reading = answers.some((answer) => answer.reading) ? null : readingNode(page);
  if (!answers.length) return part(TEXTS.answers, "answers", nothing(TEXTS.noAnswers, TEXTS.noAnswersHint, "no-answers"), reading);
  return part(TEXTS.answers, "answers", el("p", { class: "hint" }, TEXTS.answersHint), answers.map((answer) => answerNode(page, answer)), reading);
}

/** Where nothing says the intent back yet. */
function readingNode(page) {
  const text = el("input", { id: "intent-reading", testid: "intent-reading", maxlength: "120", autocomplete: "off", dir: "auto" });
  text.value = page.edit.reading;
  text.addEventListener("input", () => {
    page.edit.reading = text.value.trim();
    page.changed();
  });
  return el("div", { class: "answer", testid: "no-reading" }, el("h3", {}, TEXTS.readingTitle), field(TEXTS.readingMissing, text, [TEXTS.readingHint, TEXTS.readingMissingHint].join(" ")));
}

function answerNode(page, answer) {
  const title = answer.reading ? TEXTS.readingTitle : answer.name === `utter_${page.intent}` ? TEXTS.theAnswer : TEXTS.answerOf(answer.name);
  const more = page.edit.moreWordings.filter((one) => one.answer === answer.name);
  return el(
    "div", { class: "answer", testid: "answer", "data-answer": answer.name },
    el("h3", {}, title),
    el("ul", { class: "wordings" }, answer.wordings.map((wording) => wordingNode(page, answer, wording)), more.map((one) => newNode(page, one))),
    answer.reading ? null : small(TEXTS.addWording, { testid: "add-wording", onclick: () => askWording(page, answer) }),
  );
}

function wordingNode(page, answer, wording) {
  const { edit } = page;
  const id = `words-${answer.name}-${wording.number}`;
  const dropped = edit.isDropped(answer.name, wording.number);
  const text = el("textarea", { id, rows: String(Math.min(7, 2 + Math.ceil(wording.text.length / 90))), dir: "auto", maxlength: "2000", testid: "wording", "aria-label": TEXTS.wordingLabel(wording.number + 1, forWhom(wording).join(", ")), disabled: dropped });
  text.value = edit.said(answer.name, wording.number, wording.text);
  const mark = () => text.classList.toggle("is-changed", text.value.trim() !== wording.text.trim());
  text.addEventListener("input", () => {
    edit.say(answer.name, wording.number, wording.text, text.value.trim() === wording.text.trim() ? wording.text : text.value);
    mark();
    page.changed();
  });
  mark();
  const drop = () => {
    if (dropped) edit.keepWording(answer.name, wording.number);
    else edit.dropWording(answer.name, wording.number, wording.text);
    page.redraw();
  };
  const chips = forWhom(wording).map((one) => chip(one));
  const buttons = wording.buttons.map((one) => chip(TEXTS.hasButton(one)));
  const out = answer.wordings.length > 1 && small(dropped ? TEXTS.keep : TEXTS.takeOut, { class: "button small plain", testid: "drop-wording", "aria-label": TEXTS.takeOutWording(wording.number + 1), onclick: drop });
  return el("li", { class: dropped ? "wording is-dropped" : "wording" }, text, el("p", { class: "row-foot" }, el("span", { class: "chips-line" }, chips, buttons), out || null));
}

function newNode(page, one) {
  const drop = () => {
    page.edit.moreWordings = page.edit.moreWordings.filter((other) => other !== one);
    page.redraw();
  };
  return el("li", { class: "wording", testid: "new-wording" }, el("p", { class: "new-text", dir: "auto" }, one.text), el("p", { class: "row-foot" }, el("span", { class: "chips-line" }, chip(TEXTS.isNew, "good"), forWhom(one).map((text) => chip(text))), small(TEXTS.takeOut, { class: "button small plain", onclick: drop })));
}

/** For whom a wording is, in words; everybody else gets the others. */
function forWhom(wording) {
  return [
    wording.channel && TEXTS.onChannel(TEXTS.channels[wording.channel] ?? wording.channel),
    wording.tone && TEXTS.forUpset,
    wording.language && TEXTS.inLanguage(wording.language),
    wording.until && TEXTS.untilDay(wording.until),
    ...(wording.conditions ?? []).map(TEXTS.onlyIf),
  ].filter(Boolean);
}

function askWording(page, answer) {
  const text = el("textarea", { id: "new-wording-text", testid: "new-wording-text", rows: "4", dir: "auto", maxlength: "2000", required: true });
  const channel = select("wording-channel", [["", TEXTS.everywhere], ...Object.entries(TEXTS.channels)]);
  const tone = select("wording-tone", [["", TEXTS.everybody], ["plain", TEXTS.forUpset]]);
  const language = el("input", { id: "wording-language", testid: "wording-language", maxlength: "2", autocomplete: "off", size: "4" });
  const until = el("input", { id: "wording-until", testid: "wording-until", type: "date" });
  ask({
    title: TEXTS.addWording.replace("…", ""), yes: TEXTS.addIt, testid: "wording-dialog",
    content: [field(TEXTS.newWordingText, text, TEXTS.newWordingHint), field(TEXTS.wordingChannel, channel), field(TEXTS.wordingTone, tone), field(TEXTS.wordingLanguage, language, TEXTS.wordingLanguageHint), field(TEXTS.wordingUntil, until, TEXTS.wordingUntilHint)],
    submit: async () => {
      if (!text.value.trim()) throw new ApiError(0, TEXTS.lacksAnswer);
      page.edit.moreWordings.push({ answer: answer.name, text: text.value.trim(), channel: channel.value, tone: tone.value, language: language.value.trim().toLowerCase(), until: until.value });
      page.redraw();
    },
  });
}
