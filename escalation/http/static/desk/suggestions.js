/** What agents answered to questions like the contact's last one; used as a draft, never sent by itself. */

import { api } from "./api.js";
import { button, el, icon } from "./dom.js";
import { fill, nothing } from "./load.js";
import { TEXTS } from "./texts.js";

export class Suggestions {
  constructor({ base, use }) {
    Object.assign(this, { base, use });
    this.panel = el("div", { class: "suggestions", id: "suggestions", role: "region", "aria-label": TEXTS.suggested, testid: "suggestions", hidden: true });
    this.opener = button([icon("lamp"), el("span", { class: "word" }, TEXTS.suggested)], { class: "button small plain", testid: "suggest", title: TEXTS.suggested, "aria-expanded": "false", "aria-controls": "suggestions", onclick: () => this.toggle() });
  }

  /** `about` is the message that they answer: with another one, what was fetched is stale. */
  draw({ usable, about }) {
    if (!usable) this.toggle(false);
    if (about !== this.about) this.fetched = false;
    this.about = about;
    if (!this.panel.hidden && !this.fetched) this.fetch();
  }

  toggle(open = this.panel.hidden) {
    this.panel.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    if (open && !this.fetched) this.fetch();
  }

  async fetch() {
    this.fetched = true;
    const found = await fill(this.panel, () => api(`${this.base}/suggestions`), (items) => this.nodes(items));
    if (!found) this.fetched = false;
  }

  nodes(items) {
    if (!items.length) return nothing(TEXTS.suggestedNone, TEXTS.suggestedNoneHint, "no-suggestion");
    return [el("p", { class: "hint" }, TEXTS.suggestedHint), el("ul", {}, items.map((item) => this.node(item)))];
  }

  node(item) {
    const use = () => {
      this.use(item.text);
      this.toggle(false);
    };
    const source = TEXTS.suggestedTo(item.question, Math.round(item.likeness * 100), item.reference);
    return el("li", { testid: "suggestion" }, el("p", { dir: "auto" }, item.text), el("p", { class: "hint", dir: "auto" }, source), button(TEXTS.useAsDraft, { class: "button small", testid: "use-suggestion", onclick: use }));
  }
}
