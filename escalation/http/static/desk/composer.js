/** Where an agent writes: a reply to the contact, or a note for colleagues. */

import { api } from "./api.js";
import { Attachments } from "./attachments.js";
import { pickCanned } from "./canned.js";
import { button, el, icon, problemBox, redraw, sends } from "./dom.js";
import { drafts } from "./drafts.js";
import { Suggestions } from "./suggestions.js";
import { TEXTS } from "./texts.js";

// While an agent writes, the contact is told so often; they see it a little longer.
const TYPING_EVERY = 3_000;
/** A canned reply is looked for from within an empty reply by this: a dot or a slash, and a letter. */
const CANNED = /^[./](\p{L})$/u;

export class Composer {
  constructor(detail) {
    this.detail = detail;
    this.desk = detail.desk;
    this.path = detail.path;
    this.draft = drafts.of(detail.id);
    this.problems = el("div", { testid: "composer-problem" });
    this.attachments = new Attachments({ base: this.path, desk: this.desk, problems: this.problems, changed: (focus) => this.changed(focus) });
    this.suggestions = new Suggestions({ base: this.path, use: (text) => this.insert(text) });
    this.build();
  }

  build() {
    this.label = el("label", { for: "reply-text", class: "composer-label" });
    this.text = el("textarea", { id: "reply-text", rows: "3", dir: "auto", testid: "reply-text", "aria-describedby": "composer-hint" });
    this.toggle = el("button", { type: "button", role: "switch", class: "switch", testid: "note-toggle", onclick: () => this.switchMode() }, el("span", { class: "knob", "aria-hidden": "true" }), TEXTS.noteSwitch);
    this.submit = el("button", { type: "submit", class: "button primary", testid: "send" });
    this.hint = el("p", { class: "hint", id: "composer-hint" });
    this.canned = button([icon("canned"), el("span", { class: "word" }, TEXTS.canned)], { class: "button small plain", testid: "canned", title: TEXTS.canned, onclick: () => this.pickCanned() });
    this.tools = el("div", { class: "composer-tools" }, this.attachments.opener, this.canned, this.suggestions.opener);
    this.rescue = el("div", { class: "rescue", testid: "rescue" });
    this.root = el(
      "form", { class: "composer", testid: "composer", hidden: true },
      el("div", { class: "composer-top" }, this.label, this.toggle), this.suggestions.panel, this.text, this.hint, this.attachments.list, this.problems, this.rescue,
      el("div", { class: "composer-bottom" }, this.tools, this.attachments.chooser, this.submit),
    );
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (event) => {
      if (!sends(event)) return;
      event.preventDefault();
      this.send();
    });
  }

  may(action) {
    return this.detail.may(action);
  }

  get part() {
    return this.draft[this.draft.mode];
  }

  changed(focus) {
    this.draw();
    if (focus) this.text.focus();
  }

  /** A note is the only thing possible before a claim; a reply that was begun stays a reply. */
  firstMode() {
    if (this.may("reply") || this.draft.reply.text) return;
    this.draft.mode = "note";
  }

  draw() {
    if (!this.may("reply") && this.may("note") && !this.draft.reply.text) this.draft.mode = "note";
    const { mode } = this.draft;
    const note = mode === "note";
    const canReply = this.may("reply");
    const sending = Boolean(this.sending);
    this.root.hidden = !canReply && !this.may("note") && !this.draft.reply.text && !this.draft.note.text;
    this.root.classList.toggle("is-note", note);
    this.label.textContent = note ? TEXTS.noteLabel : TEXTS.replyLabel(this.detail.data.summary.contact);
    this.text.placeholder = note ? TEXTS.notePlaceholder : TEXTS.replyPlaceholder;
    this.toggle.setAttribute("aria-checked", String(note));
    this.toggle.disabled = sending || (note && !canReply && !this.draft.reply.text);
    this.submit.textContent = sending ? TEXTS.sending : note ? TEXTS.saveNote : TEXTS.sendReply;
    this.submit.disabled = sending || !this.may(mode);
    this.text.readOnly = sending;
    this.hint.textContent = this.hintText(note, canReply);
    if (this.text.value !== this.part.text) this.text.value = this.part.text;
    const usable = !note && canReply;
    this.tools.hidden = !usable;
    this.attachments.draw({ usable, sending });
    this.suggestions.draw({ usable, about: this.lastSaid() });
    this.drawRescue();
  }

  /** The number of the contact's last message, which suggestions answer. */
  lastSaid() {
    return this.detail.data.transcript.findLast((line) => line.sender === "contact")?.number ?? null;
  }

  hintText(note, canReply) {
    if (!note) return TEXTS.replyHint;
    if (canReply) return TEXTS.noteWarning;
    return this.may("claim") ? TEXTS.claimFirst : TEXTS.noteWarning;
  }

  /** A reply begun by somebody who does not hold the handoff (any more) is neither lost nor sent. */
  drawRescue() {
    const stuck = this.draft.mode === "reply" && !this.may("reply") && this.draft.reply.text.trim() !== "";
    redraw(this.rescue, [stuck, this.may("claim"), this.may("reopen"), this.may("note"), Boolean(this.sending)], () => {
      if (!stuck) return [];
      const sendAfter = (act, label, name) => this.may(act) && button(label, { class: "button small", testid: name, onclick: () => this.sendAfter(act) });
      return [
        el("p", { role: "status" }, TEXTS.lostHold),
        sendAfter("claim", TEXTS.claimAndSend, "claim-and-send"),
        sendAfter("reopen", TEXTS.reopenAndSend, "reopen-and-send"),
        this.may("note") && button(TEXTS.keepAsNote, { class: "button small", testid: "keep-as-note", onclick: () => this.keepAsNote() }),
      ];
    });
  }

  async sendAfter(act) {
    const done = act === "claim" ? await this.detail.acts.claim() : await this.detail.act("reopen");
    if (done) await this.send();
  }

  typed() {
    const asked = this.draft.mode === "reply" && this.may("reply") && CANNED.exec(this.text.value);
    if (asked) return this.pickCanned(asked[1]);
    this.part.text = this.text.value;
    drafts.save(this.detail.id);
    this.problems.replaceChildren();
    this.drawRescue();
    this.tellTyping();
  }

  /** The contact sees that a reply is being written; a lost signal is no harm. */
  tellTyping() {
    const at = Date.now();
    if (this.draft.mode !== "reply" || !this.part.text.trim() || !this.may("reply") || at - (this.toldTyping ?? 0) < TYPING_EVERY) return;
    this.toldTyping = at;
    api(`${this.path}/typing`, undefined, "POST").catch(() => {});
  }

  /** Replies and notes have texts of their own: switching never turns a note into something the contact reads. */
  switchMode(mode = this.draft.mode === "note" ? "reply" : "note") {
    if (this.toggle.disabled || mode === this.draft.mode) return;
    this.draft.mode = mode;
    drafts.save(this.detail.id);
    this.problems.replaceChildren();
    this.changed(true);
  }

  focus(mode) {
    if (this.root.hidden || !this.detail.data || !this.may(mode)) return;
    this.switchMode(mode);
    this.text.focus();
  }

  keepAsNote() {
    const { reply, note } = this.draft;
    note.text = [note.text, reply.text.trim().replace(/^\/\/\s*/, "")].filter(Boolean).join("\n");
    Object.assign(reply, { id: null, sent: null, text: "" });
    this.draft.mode = "note";
    drafts.save(this.detail.id);
    this.problems.replaceChildren();
    this.changed(true);
  }

  /** Puts a text into the reply where the caret stands; nothing is sent. */
  insert(text) {
    if (this.draft.mode !== "reply") this.switchMode("reply");
    const { value, selectionStart, selectionEnd } = this.text;
    this.text.setRangeText(text, value ? selectionStart : 0, value ? selectionEnd : 0, "end");
    this.part.text = this.text.value;
    drafts.save(this.detail.id);
    this.drawRescue();
    this.text.focus();
  }

  pickCanned(words = "") {
    if (!this.may("reply")) return;
    if (this.draft.mode !== "reply") this.switchMode("reply");
    // The letters that called for it are not part of the reply.
    this.text.value = this.part.text = CANNED.test(this.text.value) ? "" : this.text.value;
    pickCanned({ handoffId: this.detail.id, words, insert: (text) => this.insert(text), handled: (error) => this.desk.handled(error) });
  }

  async send() {
    const { mode } = this.draft;
    const part = this.part;
    const files = mode === "reply" ? this.attachments.files.map((file) => file.file_id) : [];
    if (this.sending || this.attachments.uploading || !(part.text.trim() || files.length) || !this.may(mode)) return false;
    if (mode === "reply" && /^\s*\/\//.test(part.text)) return this.refuseSlashes();
    const body = { id: drafts.idFor(part, files), text: part.text.trim() };
    if (files.length) body.file_ids = files;
    drafts.save(this.detail.id);
    this.sending = true;
    this.problems.replaceChildren();
    this.draw();
    try {
      const data = await api(`${this.path}/${mode}`, body);
      Object.assign(part, { id: null, sent: null, text: "" });
      drafts.save(this.detail.id);
      this.sending = false;
      if (mode === "reply") this.attachments.files = [];
      this.detail.apply(data);
      this.detail.transcript.toBottom();
      return true;
    } catch (error) {
      this.sending = false;
      this.sendFailed(error);
      return false;
    }
  }

  sendFailed(error) {
    this.draw();
    if (this.desk.handled(error)) return;
    this.problems.replaceChildren(problemBox(error));
    this.text.focus();
    if (error.status === 409 || error.status === 403) this.detail.refresh();
  }

  refuseSlashes() {
    const keep = this.may("note") && button(TEXTS.keepAsNote, { class: "button small", testid: "keep-as-note", onclick: () => this.keepAsNote() });
    this.problems.replaceChildren(problemBox({ title: TEXTS.slashes }, [keep].filter(Boolean)));
    return false;
  }
}
