/** Publish: what goes live, the steps, the verdict, and the way back. */

import { ask, field } from "/static/desk/dialogs.js";
import { button, el, icon, problemBox } from "/static/desk/dom.js";
import { fill, nothing, pageNode } from "/static/desk/load.js";
import { api, ApiError } from "./api.js";
import { byAt, chip, part, small } from "./nodes.js";
import { leavingNode, pendingDetails, pendingNodes, verdictChip } from "./pending.js";
import { SavedStates } from "./states.js";
import { TEXTS } from "./texts.js";
import { verdictNodes } from "./verdict.js";

const LOOK_EVERY = 1500;

export class PublishPage {
  constructor(studio) {
    this.studio = studio;
    this.pending = el("div", { testid: "publish-pending" });
    this.work = el("div", { testid: "publish-work" });
    this.versions = el("div", { testid: "versions" });
    this.states = new SavedStates(studio, () => this.loadPending());
    this.root = pageNode(TEXTS.publishTitle, "page-publish", el("p", {}, TEXTS.publishHint), part(TEXTS.goesLive, "goes-live", this.pending), this.work, part(TEXTS.versionsTitle, "versions-part", el("p", { class: "hint" }, TEXTS.versionsHint), this.versions), this.states.root);
    this.loadPending();
    this.loadVersions();
    this.look();
  }

  close() {
    clearTimeout(this.timer);
    this.closed = true;
  }

  loadPending() {
    return fill(this.pending, () => api("/overview"), (found) => this.pendingPart(found), this.studio.handled);
  }

  pendingPart({ pending, live }) {
    const changed = !pending.known || pending.saved.length;
    this.note = el("input", { id: "publish-note", testid: "publish-note", maxlength: "200", autocomplete: "off", "aria-describedby": "publish-note-hint" });
    this.problem = el("div", { testid: "publish-problem" });
    this.start = button(TEXTS.publishNow, { class: "button primary", testid: "publish", onclick: () => this.publish() });
    this.start.disabled = Boolean(this.running);
    const form = changed || !live ? [field(TEXTS.publishNote, this.note, TEXTS.publishNoteHint), this.problem, el("p", { class: "acts" }, this.start)] : [];
    return [...pendingNodes(pending), pending.known && changed ? el("details", {}, el("summary", { testid: "show-changes" }, TEXTS.showChanges), pendingDetails(pending)) : null, ...form].filter(Boolean);
  }

  async publish(anyway = "") {
    this.start.disabled = true;
    this.problem.replaceChildren();
    try {
      this.show(await api("/publishing", { note: this.note?.value.trim() ?? "", anyway }));
      this.work.scrollIntoView({ block: "center" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.studio.handled(error)) return;
      this.start.disabled = false;
      if (anyway) throw error;
      this.problem.replaceChildren(problemBox(error));
    }
  }

  async look() {
    clearTimeout(this.timer);
    try {
      this.show(await api("/publishing"));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.studio.handled(error) || this.closed) return;
      this.work.replaceChildren(problemBox(error, [button(TEXTS.tryAgain, { class: "button small", onclick: () => this.look() })]));
    }
  }

  show(state) {
    if (this.closed) return;
    const ended = this.running && !state.running;
    this.running = state.running;
    const key = JSON.stringify(state);
    if (key !== this.shown) this.work.replaceChildren(...this.workNodes(state).filter(Boolean));
    this.shown = key;
    if (this.start) this.start.disabled = state.running;
    if (state.running) this.timer = setTimeout(() => this.look(), LOOK_EVERY);
    if (!ended) return;
    this.studio.announce(state.outcome?.version ? TEXTS.isPublished(state.outcome.version) : TEXTS.notPublished);
    this.loadPending();
    this.loadVersions();
    this.states.load();
  }

  workNodes(state) {
    if (state.begun_at === null || state.begun_at === undefined) return [];
    const { outcome, failed, running, asked } = state;
    const mark = (at) => (running && at === state.steps.length - 1 ? el("span", { class: "spinner", "aria-hidden": "true" }) : failed && at === state.steps.length - 1 ? icon("warning") : icon("tick"));
    const steps = el("ol", { class: "steps", testid: "steps" }, state.steps.map(([, text], at) => el("li", {}, mark(at), text.replace(/ …$/, ""))), running && !state.steps.length ? el("li", {}, el("span", { class: "spinner", "aria-hidden": "true" }), TEXTS.beginning) : null);
    const by = el("p", {}, el("span", { dir: "auto" }, asked.note || TEXTS.noNote), " ", byAt(asked.by ?? "", state.begun_at));
    const title = running ? TEXTS.publishing : TEXTS.lastPublishing;
    return [part(title, "publishing", by, running ? el("p", { role: "status", class: "hint" }, TEXTS.mayClose) : null, steps, failed ? problemBox({ title: TEXTS.couldNotPublish, detail: "" }) : null, failed ? el("pre", { class: "failure", testid: "failure", tabindex: "0" }, failed) : null, outcome ? verdictNodes(outcome, this.studio.oversees ? () => this.askAnyway() : null) : null)];
  }

  askAnyway() {
    const why = el("input", { id: "anyway-why", testid: "anyway-why", maxlength: "300", required: true });
    ask({
      title: TEXTS.anywayTitle, yes: TEXTS.anyway.replace("…", ""), testid: "anyway", danger: true, content: [el("p", {}, TEXTS.anywayBody), field(TEXTS.anywayWhy, why)],
      submit: async () => {
        if (!why.value.trim()) throw new ApiError(0, TEXTS.anywayMissing);
        await this.publish(why.value.trim());
      },
    });
  }

  loadVersions() {
    return fill(this.versions, () => api("/versions"), (found) => this.versionNodes(found), this.studio.handled);
  }

  versionNodes(found) {
    if (!found.length) return nothing(TEXTS.neverPublished, TEXTS.neverPublishedHint, "no-versions");
    const live = found.find((one) => one.live);
    const row = (one) =>
      el(
        "li", { class: "row", testid: "version", "data-version": one.version },
        el("p", { class: "row-head" }, el("strong", {}, TEXTS.versionNumber(one.version)), one.live ? chip(TEXTS.isLiveNow, "good") : null, verdictChip(one.verdict)),
        el("p", { dir: "auto" }, one.note || TEXTS.noNote),
        one.verdict?.anyway ? el("p", { class: "hint" }, TEXTS.becauseAnyway(one.verdict.anyway)) : null,
        el("p", { class: "row-foot" }, byAt(one.made_by, one.made_at), one.live || !live ? null : small(TEXTS.rollBack, { testid: "rollback", "aria-label": TEXTS.rollBackTo(one.version), onclick: () => this.rollback(one, live) })),
      );
    return el("ol", { class: "rows" }, found.map(row));
  }

  rollback(to, live) {
    const leaving = el("div", { testid: "leaving" });
    fill(leaving, () => api("/overview"), ({ pending }) => leavingNode(pending), this.studio.handled);
    ask({
      title: TEXTS.rollBackTo(to.version), yes: TEXTS.rollBack, testid: "rolling-back", danger: true, content: [el("p", {}, TEXTS.rollBackBody(live.version)), leaving],
      submit: async () => {
        await api("/rollback", { version: to.version, live: live.version });
        this.studio.announce(TEXTS.rolledBack(to.version));
        this.loadVersions();
        this.loadPending();
        this.states.load();
      },
    });
  }
}
