/** The right-hand side: one handoff, kept in place while its data change. */

import { Acts } from "./acts.js";
import { api } from "./api.js";
import { briefNodes } from "./brief.js";
import { Composer } from "./composer.js";
import { button, dismissButton, el, icon, problemBox, redraw } from "./dom.js";
import { askDelete, askEdit } from "./forms.js";
import { headingNodes, noticeNodes } from "./head.js";
import { paced } from "./pace.js";
import { stepNodes } from "./steps.js";
import { TEXTS } from "./texts.js";
import { Transcript } from "./transcript.js";

export class Detail {
  /** `message` is the number of the one to show first. */
  constructor(desk, id, message = null) {
    this.desk = desk;
    this.id = id;
    this.message = message;
    this.version = 0;
    this.path = `/handoffs/${encodeURIComponent(id)}`;
    this.build();
    this.refresh = paced(() => this.load());
    this.ready = this.refresh();
  }

  build() {
    this.heading = el("div", { class: "detail-title" });
    this.acts = new Acts(this);
    const back = el("button", { type: "button", class: "button plain back", "aria-label": TEXTS.back, testid: "back", onclick: () => this.desk.close() }, icon("back"));
    const header = el("header", { class: "detail-head" }, back, this.heading, this.acts.root);
    this.errors = el("div", { class: "errors", testid: "detail-problem" });
    this.notices = el("div", { class: "notices" });
    this.briefNodes = el("div", { class: "brief-part" }, el("p", { class: "hint loading" }, TEXTS.loading));
    this.stepNodes = el("div", { class: "brief-part" });
    this.brief = el("section", { class: "brief", "aria-label": TEXTS.brief, tabindex: "0", testid: "brief" }, this.briefNodes, this.stepNodes);
    this.body = el("div", { class: "detail-body" });
    const on = { sendAgain: (line) => this.act(`messages/${line.number}/again`), edit: (line) => askEdit(this, line), remove: (line) => askDelete(this, line) };
    this.transcript = new Transcript({ base: this.path, body: this.body, on, announce: (text) => this.desk.announce(text) });
    this.composer = new Composer(this);
    this.body.append(this.brief, el("div", { class: "talk" }, this.transcript.root, this.composer.root));
    this.root = el("article", { class: "detail", testid: "detail", "data-id": this.id }, header, this.notices, this.errors, this.body);
  }

  may(action) {
    return this.data?.may.includes(action) ?? false;
  }

  // Data

  async load() {
    const version = ++this.version;
    try {
      const data = await api(this.path);
      // An answer to something done meanwhile is newer than this one.
      if (version === this.version) this.show(data);
    } catch (error) {
      this.loadFailed(error);
    }
  }

  loadFailed(error) {
    if (this.desk.handled(error)) return;
    if (this.data && error.status !== 404 && error.status !== 403) return;
    const retry = button(TEXTS.tryAgain, { class: "button small", onclick: () => this.refresh() });
    this.heading.drawn = null;
    this.heading.replaceChildren(el("h1", { tabindex: "-1" }, TEXTS.goneTitle));
    this.briefNodes.drawn = null;
    this.briefNodes.replaceChildren(problemBox(error, [retry]));
    this.stepNodes.replaceChildren();
  }

  show(data) {
    const first = !this.data;
    this.data = data;
    const { summary, brief, transcript, steps, goodwill } = data;
    if (first) this.composer.firstMode();
    redraw(this.heading, summary, () => headingNodes(summary, this.desk.me));
    redraw(this.notices, summary, () => noticeNodes(summary, this.desk.me));
    this.acts.draw();
    redraw(this.briefNodes, brief, () => [el("h2", { class: "sr" }, TEXTS.brief), ...briefNodes(brief, (number) => this.transcript.showLine(number))]);
    redraw(this.stepNodes, [steps, goodwill], () => stepNodes(steps, goodwill));
    this.composer.draw();
    this.transcript.show(transcript, summary.contact, first);
    if (first && this.message !== null) this.transcript.showLine(this.message);
    this.desk.noticing.draw();
    this.followDelivery(transcript);
  }

  /** While a message is under way its tick is looked for, ever more rarely. */
  followDelivery(transcript) {
    clearTimeout(this.deliveryTimer);
    const underWay = transcript.some((line) => line.status === "pending" || line.status === "sending");
    this.deliveryDelay = underWay ? Math.min(60_000, (this.deliveryDelay ?? 1_000) * 2) : undefined;
    if (underWay) this.deliveryTimer = setTimeout(() => this.desk.detail === this && this.refresh(), this.deliveryDelay);
  }

  showTyping(data) {
    this.transcript.showTyping(data, this.data?.summary.contact);
  }

  /** Shows what the server answered to an act: newer than anything that is still being fetched. */
  apply(data) {
    this.version += 1;
    this.show(data);
    this.desk.refreshQueue();
  }

  // What an agent does

  /** Does an act for a form: what goes wrong is thrown, for the form to show, and what it says about is fetched. */
  async must(name, body, done, method = "POST") {
    this.busy = name;
    this.acts.draw();
    try {
      const data = await api(`${this.path}/${name}`, method === "DELETE" ? undefined : body, method);
      this.busy = null;
      this.apply(data);
      if (done) this.desk.announce(done);
    } catch (error) {
      this.busy = null;
      this.acts.draw();
      this.desk.handled(error);
      this.refresh();
      this.desk.refreshQueue();
      throw error;
    }
  }

  /** Does an act at once; True when the server did it. An error is shown below the head. */
  async act(name, body = {}) {
    if (this.busy) return false;
    this.errors.replaceChildren();
    try {
      await this.must(name, body);
      return true;
    } catch (error) {
      if (this.desk.me) this.errors.replaceChildren(problemBox(error, [dismissButton(() => this.errors.replaceChildren())]));
      return false;
    }
  }
}
