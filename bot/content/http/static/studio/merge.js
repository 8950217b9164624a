/** Two editors on one intent: their change beside ours. What only one of us changed is merged already. */

import { button, el, icon } from "/static/desk/dom.js";
import { differences } from "./edit.js";
import { small } from "./nodes.js";
import { TEXTS } from "./texts.js";

/** Who is named for changes that were made in the files. */
const IN_THE_FOLDER = "the folder";

export function askConflict(page, { by, seen, theirs, mine, clashes }) {
  const open = new Set(clashes);
  const settled = (clash) => {
    open.delete(clash);
    go.hidden = open.size > 0;
    if (!open.size) go.focus();
  };
  const go = button(TEXTS.saveMerged, { class: "button primary", testid: "save-merged", onclick: () => page.save() });
  go.hidden = open.size > 0;
  const their = differences(seen, theirs).map(([kind, text, before]) => line(kind, text, before));
  const box = el(
    "section", { class: "merge", testid: "conflict", tabindex: "-1", "aria-label": TEXTS.conflictTitle },
    el("h2", {}, icon("warning"), TEXTS.conflictTitle),
    el("p", {}, TEXTS.conflictBody(by === IN_THE_FOLDER ? TEXTS.inTheFolder : by)),
    el("div", { class: "sides" },
      el("div", { class: "side", testid: "theirs" }, el("h3", {}, TEXTS.theirChange), el("ul", { class: "diff" }, their)),
      el("div", { class: "side", testid: "mine" }, el("h3", {}, TEXTS.yourChange), el("ul", { class: "diff" }, ours(mine)))),
    clashes.map((clash) => clashNode(page, clash, () => settled(clash))),
    el("div", { class: "acts" }, go, small(TEXTS.dropMine, { testid: "drop-mine", onclick: () => {
      page.undo();
      page.merge.replaceChildren();
    } })),
  );
  page.merge.replaceChildren(box);
  box.focus({ preventScroll: true });
  box.scrollIntoView({ block: "start" });
}

/** One wording that both changed: theirs, mine, or words made of both. */
function clashNode(page, clash, done) {
  const text = el("textarea", { rows: "4", dir: "auto", testid: "merged-text", "aria-label": TEXTS.mergedText });
  text.value = clash.mine;
  const node = el("div", { class: "clash", testid: "clash" });
  const take = (words) => {
    if (clash.theirs === null) {
      if (words !== null) page.edit.moreWordings.push({ answer: clash.answer, text: words, channel: "", tone: "", language: "", until: "" });
    } else page.edit.say(clash.answer, clash.number, clash.theirs, words ?? clash.theirs);
    page.redraw();
    node.replaceChildren(el("p", { class: "told" }, icon("tick"), TEXTS.settled, " ", el("q", { dir: "auto" }, words ?? clash.theirs ?? "")));
    done();
  };
  node.append(
    el("h3", {}, TEXTS.bothChanged),
    el("dl", { class: "clash-texts" }, [[TEXTS.itWas, clash.seen || TEXTS.wasNothing], [TEXTS.theirChange, clash.theirs ?? TEXTS.tookItOut], [TEXTS.yours, clash.mine]].map(([label, words]) => el("div", {}, el("dt", {}, label), el("dd", { dir: "auto" }, words)))),
    el("div", { class: "field" }, el("p", { class: "legend" }, TEXTS.mergedText), text),
    el("div", { class: "acts" }, button(TEXTS.takeMerged, { class: "button small primary", testid: "take-merged", onclick: () => take(text.value.trim()) }), small(TEXTS.takeTheirs, { testid: "take-theirs", onclick: () => take(null) })),
  );
  return node;
}

function line(kind, text, before) {
  const sign = { added: "+", removed: "−", says: "≠", silent: "−" }[kind];
  return el("li", { class: kind === "removed" || kind === "silent" ? "removed" : "added" }, el("span", { "aria-hidden": "true" }, sign), " ", TEXTS.kinds[kind], " ", el("q", { dir: "auto" }, text), before ? el("p", { class: "hint" }, TEXTS.itWas, ": ", el("q", { dir: "auto" }, before)) : null);
}

function ours(mine) {
  return [
    ...mine.add.map((text) => line("added", text)),
    ...mine.remove.map((text) => line("removed", text)),
    ...mine.reword.map((one) => line("says", one.new, one.old)),
    ...mine.words.map((one) => line("says", one.text, one.was)),
    ...mine.more_wordings.map((one) => line("says", one.text)),
    ...mine.fewer_wordings.map((one) => line("silent", one.was)),
    ...(mine.reading ? [line("says", mine.reading)] : []),
  ];
}
