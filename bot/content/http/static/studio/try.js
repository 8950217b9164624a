/** Try it: the draft beside the live model. */

import { button, el, problemBox } from "/static/desk/dom.js";
import { pageNode } from "/static/desk/load.js";
import { api, ApiError } from "./api.js";
import { byAt, chip, percent, titleOf } from "./nodes.js";
import { TEXTS } from "./texts.js";

const LOOK_EVERY = 1500;

export class TryPage {
  constructor(studio) {
    this.studio = studio;
    this.state = el("div", { class: "trial-state", testid: "trial-state" }, el("p", { class: "hint loading", role: "status" }, TEXTS.loading));
    this.talk = el("ol", { class: "talk-list", testid: "trial-talk" });
    this.text = el("input", { id: "trial-text", testid: "trial-text", maxlength: "1000", autocomplete: "off", dir: "auto" });
    this.send = el("button", { type: "submit", class: "button primary", testid: "trial-send" }, TEXTS.send);
    this.problem = el("div", {});
    const form = el("form", { class: "trial-form" }, el("label", { for: "trial-text", class: "legend" }, TEXTS.trialText), el("div", { class: "search-line" }, this.text, this.send), this.problem);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.say(this.text.value);
    });
    this.begin = el("p", { hidden: true }, button(TEXTS.beginAnew, { class: "button small", testid: "trial-again", onclick: () => this.again() }));
    this.root = pageNode(TEXTS.tryTitle, "page-try", el("p", {}, TEXTS.tryHint), this.state, this.talk, form, this.begin);
    // What was said on this page before is not shown any more, so both begin anew.
    api("/trial/again", {}).catch(() => {});
    this.look();
  }

  close() {
    clearTimeout(this.timer);
    this.closed = true;
  }

  async look() {
    clearTimeout(this.timer);
    try {
      this.show(await api("/trial"));
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error) {
    if (!(error instanceof ApiError)) throw error;
    if (this.studio.handled(error) || this.closed) return;
    this.state.replaceChildren(problemBox(error, [button(TEXTS.tryAgain, { class: "button small", onclick: () => this.look() })]));
  }

  show({ draft, content }) {
    if (this.closed) return;
    const key = JSON.stringify([draft, content]);
    if (key !== this.shownState) this.state.replaceChildren(...this.stateNodes(draft, content).filter(Boolean));
    this.shownState = key;
    if (["training", "starting"].includes(draft.phase)) this.timer = setTimeout(() => this.look(), LOOK_EVERY);
  }

  stateNodes(draft, content) {
    const press = (label, props = {}) => button(label, { class: "button primary small", testid: "trial-begin", onclick: () => this.start(), ...props });
    const behind = draft.version !== null && draft.version !== content;
    switch (draft.phase) {
      case "training":
        return [el("p", { role: "status" }, el("span", { class: "spinner", "aria-hidden": "true" }), TEXTS.training, " ", draft.begun_at ? byAt(draft.by, draft.begun_at) : ""), el("p", { class: "hint" }, TEXTS.trainingHint)];
      case "starting":
        return [el("p", { role: "status" }, el("span", { class: "spinner", "aria-hidden": "true" }), TEXTS.starting)];
      case "ready":
        return behind ? [el("p", {}, chip(TEXTS.draftReady, "good"), " ", TEXTS.draftBehind), press(TEXTS.trainAgain)] : [el("p", { role: "status", testid: "draft-ready" }, chip(TEXTS.draftReady, "good"), " ", TEXTS.draftCurrent)];
      case "asleep":
        return behind ? [el("p", {}, TEXTS.draftBehind), press(TEXTS.trainAgain)] : [el("p", {}, TEXTS.draftAsleep), press(TEXTS.wakeDraft)];
      case "failed":
        return [problemBox({ title: TEXTS.trainFailed, detail: draft.failed }), press(TEXTS.trainAgain)];
      default:
        return [el("p", {}, TEXTS.noDraft), press(TEXTS.trainDraft)];
    }
  }

  async start() {
    try {
      this.show(await api("/trial", {}));
      this.look();
    } catch (error) {
      if (error.status === 409) return this.look();
      this.failed(error);
    }
  }

  async say(words) {
    const text = words.trim();
    if (!text || this.send.disabled) return;
    this.send.disabled = true;
    this.problem.replaceChildren();
    try {
      const answered = await api("/trial/say", { text });
      this.text.value = "";
      this.begin.hidden = false;
      const node = this.exchange(text, answered);
      this.talk.append(node);
      node.scrollIntoView({ block: "nearest" });
      if (answered.draft.failed) this.look();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!this.studio.handled(error)) this.problem.replaceChildren(problemBox(error));
    } finally {
      this.send.disabled = false;
      this.text.focus();
    }
  }

  async again() {
    await api("/trial/again", {}).catch((error) => this.studio.handled(error));
    this.talk.replaceChildren();
    this.begin.hidden = true;
    this.text.focus();
  }

  exchange(text, { draft, live }) {
    const differs = !draft.failed && !live.failed && draft.parse?.intent !== live.parse?.intent;
    return el("li", { class: "exchange", testid: "exchange" }, el("p", { class: "you", dir: "auto" }, text), differs ? el("p", { class: "hint", testid: "differs" }, TEXTS.theyDiffer) : null, el("div", { class: "sides" }, this.side(TEXTS.draftSide, draft, "draft-side"), this.side(TEXTS.liveSide, live, "live-side")));
  }

  side(title, side, testid) {
    const press = (label) => button(label, { class: "button small", onclick: () => this.say(label) });
    const replies = side.replies.map((reply) => el("div", { class: "reply" }, el("p", { dir: "auto" }, reply.text ?? ""), reply.buttons?.length ? el("p", { class: "acts" }, reply.buttons.map((one) => press(one.title))) : null));
    return el("section", { class: "side", testid, "aria-label": title }, el("h3", {}, title), side.failed ? el("p", { class: "told" }, side.failed) : replies, side.parse ? readingNode(side.parse) : null);
  }
}

/** How a message was read: intent, how sure, scope, mood with its reasons, and the examples nearest to it. */
function readingNode(parse) {
  const fact = (label, value) => el("div", {}, el("dt", {}, label), el("dd", {}, value));
  const others = (parse.ranking ?? []).filter((one) => one.intent !== parse.intent).slice(0, 2);
  const mood = TEXTS.moods[Math.min(4, Math.floor(((parse.mood ?? 0) + 1) * 2.5))];
  const near = parse.nearest ?? [];
  return el(
    "div", {},
    el("dl", { class: "reading" },
      fact(TEXTS.understoodAs, el("strong", { testid: "read-intent" }, parse.intent === "nlu_fallback" ? TEXTS.notUnderstood : `${titleOf(parse.intent)} ${percent(parse.confidence)}`)),
      TEXTS.scopes[parse.scope] ? fact(TEXTS.scope, TEXTS.scopes[parse.scope]) : null,
      others.length ? fact(TEXTS.orElse, others.map((one) => `${titleOf(one.intent)} ${percent(one.confidence)}`).join(", ")) : null,
      fact(TEXTS.mood, parse.mood_reasons?.length ? `${mood}: ${parse.mood_reasons.join(", ")}` : mood)),
    near.length ? el("details", {}, el("summary", {}, TEXTS.nearest), el("ul", { class: "short-list" }, near.map((one) => el("li", { dir: "auto" }, el("q", {}, one.text), " ", el("span", { class: "hint" }, `${titleOf(one.intent)}, ${percent(one.similarity)}`))))) : null,
  );
}
