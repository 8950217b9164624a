/** What an agent may do with the open handoff: its buttons, and what they do. Drawn is only what `may` names. */

import { el, button, icon, hidden, menu, redraw } from "./dom.js";
import { askBlock, askGoodwill, askResolve, askSnooze, askTransfer, askWhether } from "./forms.js";
import { TEXTS } from "./texts.js";

export class Acts {
  constructor(detail) {
    this.detail = detail;
    this.root = el("div", { class: "actions", role: "group" });
  }

  draw() {
    const { data, busy } = this.detail;
    const { summary } = data;
    const offered = summary.state === "waiting" && summary.offered_to === this.detail.desk.me.name;
    redraw(this.root, [data.may, busy, offered], () => {
      const first = this.first(offered, busy).filter(Boolean);
      const rest = this.rest(offered, busy).filter(Boolean);
      if (rest.length) first.push(menu([icon("more"), hidden(TEXTS.more)], rest, { testid: "more", title: TEXTS.more }));
      return first;
    });
    this.root.setAttribute("aria-label", TEXTS.states[summary.state] ?? "");
  }

  /** The buttons that are always in sight. */
  first(offered, busy) {
    const claim = busy === "claim" ? TEXTS.claiming : offered ? TEXTS.accept : TEXTS.claim;
    return [
      this.button("claim", claim, () => this.claim(), true),
      !offered && this.greet(TEXTS.claimAndGreet, busy),
      this.button("decline", TEXTS.decline, () => this.do("decline", {}, TEXTS.declined)),
      this.button("wake", TEXTS.wake, () => this.do("wake", {}, TEXTS.woken), true),
      this.button("resolve", TEXTS.resolve, () => this.ask("resolve"), true),
      this.button("reopen", TEXTS.reopen, () => this.ask("reopen"), true),
      this.button("snooze", TEXTS.snoozeAct, () => this.ask("snooze")),
      this.may("reply") && this.transfer(),
      this.button("step_in", TEXTS.stepIn, () => this.ask("step_in")),
    ];
  }

  /** The others, behind *More*. */
  rest(offered, busy) {
    return [
      offered && this.greet(TEXTS.acceptAndGreet, busy),
      !this.may("reply") && this.transfer(),
      this.button("return", TEXTS.returnTo, () => this.ask("return")),
      this.button("release", TEXTS.release, () => this.ask("release")),
      this.button("goodwill", TEXTS.goodwill, () => this.ask("goodwill")),
      this.button("block", TEXTS.blockAct, () => this.ask("block")),
      this.button("unblock", TEXTS.unblock, () => this.ask("unblock")),
    ];
  }

  greet(label, busy) {
    return this.may("claim") && button(label, { testid: "claim-and-greet", disabled: Boolean(busy), onclick: () => this.claim(true) });
  }

  transfer() {
    return this.button("transfer", TEXTS.transfer, () => this.ask("transfer"));
  }

  may(name) {
    return this.detail.may(name);
  }

  button(name, label, run, primary) {
    return this.may(name) && button(label, { class: `button ${primary ? "primary" : ""}`, testid: name.replace("_", "-"), onclick: run, disabled: Boolean(this.detail.busy) });
  }

  /** Does an act at once; what went wrong is shown below the head. */
  async do(name, body, done) {
    const did = await this.detail.act(name.replace("_", "-"), body);
    if (did) this.detail.desk.announce(done);
    return did;
  }

  async claim(greet = false) {
    if (!this.may("claim") || !(await this.detail.act("claim", greet ? { greet } : {}))) return false;
    const { composer, desk } = this.detail;
    if (!composer.draft.note.text) composer.draft.mode = "reply";
    composer.draw();
    desk.announce(greet ? TEXTS.claimedAndGreeted : TEXTS.claimed);
    composer.text.focus();
    return true;
  }

  /** Asks what belongs to an act, if this person may do it now. */
  ask(name) {
    if (!this.may(name) || this.detail.busy) return;
    const { summary } = this.detail.data;
    const whether = (act, title, body, done, warn) => askWhether(this.detail, { act, title, body, done, warn });
    const forms = {
      resolve: () => askResolve(this.detail),
      transfer: () => askTransfer(this.detail),
      snooze: () => askSnooze(this.detail),
      goodwill: () => askGoodwill(this.detail),
      block: () => askBlock(this.detail),
      return: () => whether("return", TEXTS.returnTitle, TEXTS.returnBody, TEXTS.returned, true),
      release: () => whether("release", TEXTS.releaseTitle, TEXTS.releaseBody, TEXTS.released, true),
      step_in: () => whether("step-in", TEXTS.stepInTitle, TEXTS.stepInBody(summary.agent ?? ""), TEXTS.steppedIn),
      reopen: () => whether("reopen", TEXTS.reopenTitle, TEXTS.reopenBody, TEXTS.reopened),
      unblock: () => whether("unblock", TEXTS.unblockTitle, TEXTS.unblockBody, TEXTS.unblocked),
    };
    forms[name]();
  }
}
