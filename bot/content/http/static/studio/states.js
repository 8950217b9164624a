/** Saved states: all that was saved, also what left the drafts, and the way back to it. */

import { ask } from "/static/desk/dialogs.js";
import { el } from "/static/desk/dom.js";
import { fill } from "/static/desk/load.js";
import { api } from "./api.js";
import { byAt, chip, part, small } from "./nodes.js";
import { TEXTS } from "./texts.js";

export class SavedStates {
  /** `changed` is called when the drafts hold something else. */
  constructor(studio, changed) {
    Object.assign(this, { studio, changed });
    this.list = el("div", { testid: "states" });
    this.root = part(TEXTS.statesTitle, "states-part", el("p", { class: "hint" }, TEXTS.statesHint), this.list);
    this.load();
  }

  load() {
    return fill(this.list, () => api("/states"), (found) => el("ol", { class: "rows" }, found.map((one) => this.row(one))), this.studio.handled);
  }

  row(one) {
    const bring = one.is_here ? null : small(TEXTS.bringBack, { testid: "bring-back", "aria-label": TEXTS.bringBackState(one.id), onclick: () => this.bringBack(one) });
    return el(
      "li", { class: "row", testid: "state", "data-state": one.id },
      el("p", { class: "row-head" }, el("strong", {}, TEXTS.stateNumber(one.id)), one.is_here ? chip(TEXTS.isInDrafts, "good") : chip(TEXTS.differsIn(one))),
      el("p", { dir: "auto" }, one.note || TEXTS.noNote),
      el("p", { class: "row-foot" }, byAt(one.by, one.at), bring),
    );
  }

  bringBack(one) {
    ask({
      title: TEXTS.bringBackTitle(one.id), yes: TEXTS.bringBack, testid: "bringing-back", danger: true, content: [el("p", {}, el("span", { dir: "auto" }, one.note || TEXTS.noNote), " ", byAt(one.by, one.at)), el("p", {}, TEXTS.bringBackBody)],
      submit: async () => {
        await api(`/states/${one.id}/restore`, {});
        this.studio.announce(TEXTS.broughtBack(one.id));
        this.load();
        this.changed();
      },
    });
  }
}
