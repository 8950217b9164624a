/** One intent: its examples and answers, changed in place and saved together. */

import { el, problemBox } from "/static/desk/dom.js";
import { fill, nothing, pageNode } from "/static/desk/load.js";
import { api, ApiError, intentPath } from "./api.js";
import { answersNode } from "./answers.js";
import { Edit } from "./edit.js";
import { examplesNode } from "./examples.js";
import { askConflict } from "./merge.js";
import { Warnings } from "./near.js";
import { back, chip, facts, part, percent, problemList, small, titleOf } from "./nodes.js";
import { address } from "./hash.js";
import { TEXTS } from "./texts.js";

export class IntentPage {
  constructor(studio, intent) {
    Object.assign(this, { studio, intent, edit: new Edit(), warnings: new Warnings(studio, intent) });
    this.title = titleOf(intent);
    this.body = el("div", { class: "intent-body", testid: "intent-body" });
    this.problem = el("div", { testid: "save-problem" });
    this.merge = el("div", { testid: "merge-box" });
    this.changes = el("p", { testid: "change-count", role: "status" });
    this.go = small(TEXTS.save, { class: "button primary", testid: "save-intent", onclick: () => this.save() });
    this.bar = el("div", { class: "save-bar", hidden: true, testid: "save-bar" }, this.changes, small(TEXTS.undoAll, { testid: "undo-all", onclick: () => this.undo() }), this.go);
    this.root = pageNode(this.title, "page-intent", back("intents", TEXTS.backToIntents), this.merge, this.problem, this.body, this.bar);
    this.load();
  }

  load() {
    return fill(this.body, () => api(intentPath(this.intent)), (found) => this.show(found), this.studio.handled);
  }

  unsaved() {
    return this.edit.count > 0;
  }

  /** Draws a state of the intent, with what is changed and not saved. */
  show(found) {
    this.found = found;
    const nodes = this.nodes();
    this.changed();
    return nodes;
  }

  redraw() {
    this.body.replaceChildren(...this.nodes());
    this.changed();
  }

  nodes() {
    const { live, uses, problems, examples } = this.found;
    const confused = live?.taken_for?.map(([name, count]) => TEXTS.confusedWith(titleOf(name), count)).join(", ");
    return [
      facts([[TEXTS.exampleCount, String(examples.length)], [TEXTS.rightLong, percent(live?.right), "right-share"]]),
      confused && el("p", {}, TEXTS.othersTakenFor, confused, "."),
      problems.length ? part(TEXTS.whatIsWrong, "intent-problems", problemList(problems)) : null,
      answersNode(this),
      examplesNode(this),
      part(TEXTS.usedIn, "uses", uses.length ? el("ul", { class: "short-list" }, uses.map((one) => el("li", {}, chip(one.rule ? TEXTS.rule : TEXTS.story), " ", one.name, " ", el("span", { class: "hint" }, `${one.file}:${one.line}`)))) : nothing(TEXTS.usedNowhere, TEXTS.usedNowhereHint, "used-nowhere")),
    ].filter(Boolean);
  }

  /** Something was changed: how much is said, and can be saved. */
  changed() {
    const { count } = this.edit;
    this.bar.hidden = !count;
    this.changes.textContent = TEXTS.changeCount(count);
  }

  undo() {
    this.edit.clear();
    this.problem.replaceChildren();
    this.redraw();
  }

  async save() {
    if (!this.edit.count || this.go.disabled) return;
    this.go.disabled = true;
    this.problem.replaceChildren();
    try {
      const found = await api(intentPath(this.intent), { version: this.found.version, edit: this.edit.body(), note: TEXTS.editNote(this.title, this.edit) });
      this.edit.clear();
      this.merge.replaceChildren();
      this.found = found;
      this.redraw();
      this.studio.announce(TEXTS.saved);
      this.problem.replaceChildren(el("p", { class: "told", testid: "saved-told" }, TEXTS.saved, " ", el("a", { href: address("try") }, TEXTS.tryIt), " ", el("a", { href: address("publish") }, TEXTS.publishIt)));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.failed(error);
    } finally {
      this.go.disabled = false;
    }
  }

  failed(error) {
    if (this.studio.handled(error)) return;
    if (error.status === 409 && error.data?.theirs) return this.conflict(error.data);
    this.problem.replaceChildren(problemBox(error));
    this.problem.scrollIntoView({ block: "nearest" });
  }

  /** Somebody else was faster: their change stands beside ours, and nothing is lost. */
  conflict({ by, version, seen, theirs }) {
    const mine = this.edit.body();
    const clashes = this.edit.onto(seen, theirs);
    this.found = { ...this.found, version, examples: theirs.examples, answers: theirs.answers };
    this.redraw();
    askConflict(this, { by, seen, theirs, mine, clashes });
  }
}
