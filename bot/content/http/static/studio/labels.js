/** Label 20: what past messages mean, one after the other. */

import { button, el, problemBox } from "/static/desk/dom.js";
import { fill, nothing } from "/static/desk/load.js";
import { api, ApiError } from "./api.js";
import { percent, titleOf } from "./nodes.js";
import { TEXTS } from "./texts.js";

export class Labels {
  constructor(studio) {
    this.studio = studio;
    this.progress = el("p", { class: "hint", testid: "label-count" });
    this.body = el("div", { class: "label-body" });
    this.root = el("section", { class: "page-part label-part", testid: "labels", "aria-label": TEXTS.labelTitle }, el("h2", {}, TEXTS.labelTitle), el("p", {}, TEXTS.labelHint), this.progress, this.body);
    this.offer();
  }

  count(labels, wanted) {
    this.wanted = wanted;
    this.progress.textContent = TEXTS.labelCount(labels, wanted);
  }

  offer() {
    this.body.replaceChildren(button(TEXTS.labelStart, { testid: "label-start", onclick: () => this.load() }));
  }

  async load() {
    await fill(this.body, () => api("/labels"), (found) => this.begin(found), this.studio.handled);
    this.body.querySelector("h3")?.focus();
  }

  begin(found) {
    this.count(found.labels, found.labels_wanted);
    Object.assign(this, { messages: found.messages, intents: found.intents, at: 0 });
    if (!this.messages.length) return nothing(TEXTS.labelNone, TEXTS.labelNoneHint, "label-none");
    return this.card();
  }

  card() {
    const message = this.messages[this.at];
    const [likeliest] = message.likely;
    this.problem = el("div", {});
    const choose = el("select", { id: "label-intent", testid: "label-intent" }, el("option", { value: "" }, TEXTS.labelChoose), this.options(message));
    choose.addEventListener("change", () => choose.value && this.put(choose.value));
    const model = likeliest ? TEXTS.labelRead(titleOf(likeliest[0]), percent(likeliest[1]), message.understood) : TEXTS.noReading;
    return el(
      "div", { class: "label-card", testid: "label-card" },
      el("h3", { tabindex: "-1" }, TEXTS.labelAt(this.at + 1, this.messages.length)),
      el("blockquote", { dir: "auto", testid: "label-text" }, message.text),
      el("p", {}, model),
      this.problem,
      el("div", { class: "acts" },
        likeliest && button(TEXTS.labelRight(titleOf(likeliest[0])), { class: "button primary", testid: "label-right", onclick: () => this.put(likeliest[0]) }),
        button(TEXTS.labelOther, { testid: "label-none-of-ours", onclick: () => this.put("") }),
        button(TEXTS.labelSkip, { class: "button plain", testid: "label-skip", onclick: () => this.next() })),
      el("div", { class: "field" }, el("label", { for: "label-intent" }, TEXTS.labelElse), choose),
    );
  }

  /** The likeliest first, then all by name. */
  options(message) {
    const likely = message.likely.map(([name]) => name);
    const rest = this.intents.filter(([name]) => !likely.includes(name));
    const option = ([name, title]) => el("option", { value: name }, title);
    return [el("optgroup", { label: TEXTS.labelLikely }, likely.map((name) => option([name, titleOf(name)]))), el("optgroup", { label: TEXTS.labelAll }, rest.map(option))];
  }

  async put(intent) {
    const { conversation_id, number } = this.messages[this.at];
    try {
      const { labels } = await api("/labels", { conversation_id, number, intent });
      this.count(labels, this.wanted);
      this.next();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.studio.handled(error)) return;
      this.problem.replaceChildren(problemBox(error));
      if (error.status === 404) setTimeout(() => this.next(), 2000);
    }
  }

  next() {
    this.at += 1;
    const over = this.at >= this.messages.length;
    this.body.replaceChildren(over ? el("div", { class: "acts" }, el("p", { role: "status", testid: "label-done" }, TEXTS.labelDone), button(TEXTS.labelMore, { onclick: () => this.load() })) : this.card());
    this.body.querySelector("h3")?.focus();
  }
}
