/** Small parts that several pages draw alike. */

import { button, el, icon } from "/static/desk/dom.js";
import { timeOf } from "/static/desk/time.js";
import { address } from "./hash.js";
import { TEXTS } from "./texts.js";

export const chip = (text, kind = "", props = {}) => el("span", { class: `chip ${kind}`, ...props }, text);
export const percent = (share) => (share === null || share === undefined ? "–" : `${Math.round(100 * share)} %`);

/** An intent's name as people read it. */
export function titleOf(intent) {
  const words = (intent ?? "").replaceAll("_", " ").replaceAll("/", ": ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The name that the files keep: small letters, digits and _. */
export function nameOf(title) {
  const plain = title.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+/, "").replace(/_+$/, "").slice(0, 64);
}

/** One of the likeliest readings of a message: the intent and how likely. */
export const reading = (likely) => (likely.length ? likely.map((one) => `${titleOf(one.intent)} ${percent(one.confidence)}`).join(", ") : TEXTS.noReading);

/** A field for one line that shows all of a long one: it grows, and takes no line break. */
export function lineField(text, props) {
  const node = el("textarea", { rows: "1", dir: "auto", maxlength: "2000", ...props, class: "line-field" });
  node.value = text;
  node.addEventListener("keydown", (event) => event.key === "Enter" && !event.ctrlKey && event.preventDefault());
  return node;
}

/** A list of facts: label and value. */
export const facts = (pairs) => el("dl", { class: "figures" }, pairs.filter(Boolean).map(([label, value, testid]) => el("div", { class: "figure" }, el("dt", {}, label), el("dd", { testid }, value))));

/** The question that a group is called by, as the words of a link. */
export const groupName = (group) => el("span", { dir: "auto" }, group.name ? `“${group.name}”` : TEXTS.wordsGone);

/** A link that goes back to the list. */
export const back = (page, label) => el("p", { class: "way-back" }, el("a", { class: "button plain small", href: address(page), testid: "back" }, icon("back"), label));

/** Who did something, and when. */
export const byAt = (by, at) => el("span", { class: "hint" }, el("bdi", {}, by), ", ", timeOf(at));

/** What the content check says: errors first. */
export function problemList(problems, testid = "content-problem") {
  const sorted = [...problems].sort((one, other) => one.severity.localeCompare(other.severity));
  return el("ul", { class: "content-problems" }, sorted.map((one) => el("li", { class: one.severity, testid }, icon("warning"), el("div", {}, el("strong", {}, TEXTS.severities[one.severity]), " ", one.text, " ", el("span", { class: "hint" }, one.line ? `${one.file}:${one.line}` : one.file)))));
}

/** A part of a page with its heading. */
export const part = (title, testid, ...content) => el("section", { class: "page-part", testid, "aria-label": title }, el("h2", {}, title), content);

export const linkButton = (label, page, props = {}) => el("a", { class: "button", href: address(page), ...props }, label);
export const small = (label, props) => button(label, { class: "button small", ...props });

/** Bars, a day each; the words beside them say the same. */
export function days(byDay) {
  const most = Math.max(1, ...byDay.map((one) => one.questions));
  const width = 100 / byDay.length;
  const ns = "http://www.w3.org/2000/svg";
  const chart = document.createElementNS(ns, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 100 24", preserveAspectRatio: "none", class: "days", role: "img", "aria-label": TEXTS.daysInWords(byDay) })) chart.setAttribute(name, value);
  byDay.forEach((one, at) => {
    const bar = document.createElementNS(ns, "rect");
    const height = one.questions ? Math.max(1.5, (24 * one.questions) / most) : 0.6;
    for (const [name, value] of Object.entries({ x: at * width + width * 0.12, y: 24 - height, width: width * 0.76, height })) bar.setAttribute(name, value);
    chart.append(bar);
  });
  return chart;
}
