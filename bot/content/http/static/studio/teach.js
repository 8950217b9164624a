/** Teaching from a group: where it belongs, which sentences teach it, and what is answered. */

import { field, radios, select } from "/static/desk/dialogs.js";
import { button, el, problemBox } from "/static/desk/dom.js";
import { api, ApiError, intentPath } from "./api.js";
import { questionFacts } from "./group.js";
import { AT_ONCE, LOOK_AFTER, nearNodes, noNearNode } from "./near.js";
import { chip, lineField, nameOf, part, small, titleOf } from "./nodes.js";
import { TEXTS } from "./texts.js";

const CHOSEN = 8; // so many are ticked to begin with

export class Teach {
  constructor(studio, found, done) {
    Object.assign(this, { studio, found, done });
    const { group } = found;
    this.touched = false;
    this.problem = el("div", { testid: "teach-problem" });
    this.where();
    this.sentences();
    this.words();
    this.submit = button(TEXTS.saveDraft, { type: "submit", class: "button primary", testid: "teach-save" });
    this.form = el("form", { class: "teach", testid: "teach", novalidate: true }, this.whereNode, this.sentencesNode, this.answerNode, this.problem, el("div", { class: "acts" }, this.submit, el("p", { class: "hint" }, TEXTS.saveDraftHint)));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.form.addEventListener("input", () => (this.touched = true));
    const isNew = group.state === "new";
    this.root = isNew ? part(TEXTS.teachTitle, "teach-part", this.form) : el("details", { testid: "teach-part" }, el("summary", {}, TEXTS.teachMore), this.form);
    this.chosen();
    this.loadIntents();
  }

  changed() {
    return this.touched;
  }

  // Where it belongs

  where() {
    const { group } = this.found;
    const likely = group.intent ?? group.likely[0]?.intent;
    const isNew = !group.intent && !group.in_scope;
    this.kind = radios("teach-kind", TEXTS.whereTitle, [["new", TEXTS.newIntent, TEXTS.newIntentHint], ["existing", TEXTS.existingIntent, TEXTS.existingIntentHint]], isNew ? "new" : "existing");
    this.kind.addEventListener("change", () => this.chosen());
    this.title = el("input", { id: "teach-title", testid: "teach-title", maxlength: "60", autocomplete: "off", value: titleFrom(group.name) });
    this.nameHint = el("p", { class: "hint", testid: "teach-name" });
    this.title.addEventListener("input", () => this.showName());
    this.topic = select("teach-topic", [["questions", TEXTS.topicNew]], "questions");
    const files = el("details", {}, el("summary", {}, TEXTS.inTheFiles), el("div", { class: "fields" }, this.nameHint, field(TEXTS.topic, this.topic)));
    this.newFields = el("div", { class: "fields" }, field(TEXTS.intentTitle, this.title), files);
    this.intent = select("teach-intent", likely ? [[likely, titleOf(likely)]] : [["", TEXTS.labelChoose]], likely ?? "", { onchange: () => this.chosen() });
    this.oldFields = el("div", { class: "fields" }, field(TEXTS.whichIntent, this.intent));
    this.whereNode = el("div", { class: "teach-step" }, this.kind, this.newFields, this.oldFields);
    this.showName();
  }

  get isNew() {
    return this.kind.chosen() === "new";
  }

  get name() {
    return this.isNew ? nameOf(this.title.value) : this.intent.value;
  }

  showName() {
    const name = nameOf(this.title.value);
    this.nameHint.textContent = name ? TEXTS.keptAs(name) : TEXTS.needsName;
  }

  async loadIntents() {
    try {
      const found = await api("/intents");
      const chosen = this.intent.value;
      const likely = this.found.group.likely.map((one) => one.intent);
      const option = (name) => el("option", { value: name }, titleOf(name));
      const rest = found.intents.map((one) => one.intent).filter((name) => !likely.includes(name));
      this.intent.replaceChildren(el("option", { value: "" }, TEXTS.labelChoose), el("optgroup", { label: TEXTS.labelLikely }, likely.map(option)), el("optgroup", { label: TEXTS.labelAll }, rest.map(option)));
      this.intent.value = chosen;
      this.topic.replaceChildren(...[...new Set(["questions", ...found.topics])].map((name) => el("option", { value: name }, name === "questions" ? TEXTS.topicNew : titleOf(name))));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!this.studio.handled(error)) this.problem.replaceChildren(problemBox(error));
    }
  }

  /** Fields for what was chosen; an existing intent shows its answer. */
  async chosen() {
    this.newFields.hidden = !this.isNew;
    this.oldFields.hidden = this.isNew;
    this.readingField.hidden = !this.isNew;
    this.answerHint.textContent = this.isNew ? TEXTS.answerNewHint : TEXTS.answerOldHint;
    this.wording = null;
    this.look();
    if (this.isNew) return this.setAnswer(this.found.drafts[0]?.text ?? "", null);
    this.setAnswer("", null);
    if (!this.intent.value) return;
    try {
      const wanted = this.intent.value;
      const detail = await api(intentPath(wanted));
      if (wanted !== this.intent.value || this.isNew) return;
      const answer = detail.answers.find((one) => !one.reading);
      if (answer?.wordings.length) this.setAnswer(answer.wordings[0].text, { number: 0, was: answer.wordings[0].text });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!this.studio.handled(error) && error.status !== 404) this.problem.replaceChildren(problemBox(error));
    }
  }

  setAnswer(text, wording) {
    this.answer.value = text;
    this.wording = wording;
  }

  // Which sentences

  sentences() {
    this.list = el("ul", { class: "rows", testid: "teach-questions" });
    const fresh = this.found.questions.filter((question) => question.label?.source !== "taught").slice(0, CHOSEN);
    this.found.questions.forEach((question) => this.addSentence(question.text, question, fresh.includes(question)));
    const own = button(TEXTS.ownSentence, { class: "button small", testid: "own-sentence", onclick: () => this.addSentence("", null, true).focus() });
    this.sentencesNode = el("fieldset", { class: "teach-step plain-set" }, el("legend", {}, TEXTS.whichSentences), el("p", { class: "hint" }, TEXTS.whichSentencesHint), this.list, el("p", {}, own));
  }

  addSentence(text, question, on) {
    const number = this.list.children.length;
    const box = el("input", { type: "checkbox", checked: on, testid: "teach-take", "aria-label": TEXTS.takeSentence(text || TEXTS.ownSentence) });
    const words = lineField(text, { testid: "teach-text", "aria-label": TEXTS.sentence(number + 1) });
    const near = el("div", { class: "near", role: "status" });
    const row = el("li", { class: "row sentence", testid: "teach-question" }, el("div", { class: "sentence-line" }, box, words), near, question?.label?.source === "taught" ? el("p", { class: "hint" }, chip(TEXTS.isTaught, "good")) : null, question ? questionFacts(question) : null);
    Object.assign(row, { box, words, near, question });
    box.addEventListener("change", () => this.look());
    words.addEventListener("input", () => {
      box.checked = Boolean(words.value.trim());
      this.look();
    });
    this.list.append(row);
    return words;
  }

  get taken() {
    return [...this.list.children].filter((row) => row.box.checked && row.words.value.trim());
  }

  /** Which other examples are too near, a moment after the last change. */
  look() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.near(), LOOK_AFTER);
  }

  async near() {
    const rows = this.taken.slice(0, AT_ONCE);
    for (const row of this.list.children) if (!rows.includes(row)) row.near.replaceChildren();
    if (!rows.length || !this.root.isConnected) return;
    try {
      const found = await api("/unanswered/near", { texts: rows.map((row) => row.words.value.trim()), intent: this.name });
      rows.forEach((row, at) => row.near.replaceChildren(...nearNodes(found.texts[at], row.words.value)));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!this.studio.handled(error)) rows[0].near.replaceChildren(noNearNode(error));
    }
  }

  // What is answered

  words() {
    const { drafts } = this.found;
    this.answer = el("textarea", { id: "teach-answer", testid: "teach-answer", rows: "4", dir: "auto", maxlength: "2000", "aria-describedby": "teach-answer-hint" });
    this.answerHint = el("p", { class: "hint", id: "teach-answer-hint" });
    this.reading = el("input", { id: "teach-reading", testid: "teach-reading", maxlength: "120", autocomplete: "off" });
    this.readingField = field(TEXTS.readingLabel, this.reading, TEXTS.readingHint);
    const take = (draft) => {
      this.answer.value = draft.text;
      this.touched = true;
      this.answer.focus();
    };
    const drafted = drafts.map((draft) => el("li", { class: "row" }, el("p", { dir: "auto" }, draft.text), el("p", { class: "row-foot" }, el("span", { class: "hint" }, TEXTS.draftBy(draft.by, draft.count, draft.taught)), small(TEXTS.useThis, { testid: "use-draft", "aria-label": TEXTS.useDraft(draft.by), onclick: () => take(draft) }))));
    const people = drafts.length ? el("details", { open: drafts.length < 4 }, el("summary", {}, TEXTS.peopleAnswered), el("ul", { class: "rows", testid: "drafts" }, drafted)) : el("p", { class: "hint" }, TEXTS.nobodyAnswered);
    this.answerNode = el("div", { class: "teach-step" }, el("div", { class: "field" }, el("label", { for: "teach-answer", class: "legend" }, TEXTS.answerLabel), this.answer, this.answerHint), people, this.readingField);
  }

  // Saving

  body() {
    const examples = this.taken.map((row) => ({ text: row.words.value.trim(), ...(row.question ? { conversation_id: row.question.conversation_id, number: row.question.number } : {}) }));
    const text = this.answer.value.trim();
    const common = { intent: this.name, is_new: this.isNew, examples, note: TEXTS.teachNote(titleOf(this.name), this.found.group.people) };
    if (this.isNew) return { ...common, answer: { text }, topic: this.topic.value, ...(this.reading.value.trim() ? { reading: this.reading.value.trim() } : {}) };
    const changed = this.wording && text !== this.wording.was;
    return changed ? { ...common, answer: { text, wording: this.wording.number, was: this.wording.was } } : common;
  }

  lacks(body) {
    if (!body.intent) return TEXTS.lacksIntent;
    if (!body.examples.length) return TEXTS.lacksSentences;
    if (body.is_new && !body.answer.text) return TEXTS.lacksAnswer;
    return null;
  }

  async save() {
    if (this.submit.disabled) return;
    const body = this.body();
    const lacks = this.lacks(body);
    if (lacks) return this.problem.replaceChildren(problemBox({ title: lacks }));
    this.submit.disabled = true;
    this.problem.replaceChildren();
    try {
      await api(`/unanswered/${this.found.group.id}/teach`, body);
      this.touched = false;
      await this.done();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!this.studio.handled(error)) this.problem.replaceChildren(problemBox(error));
    } finally {
      this.submit.disabled = false;
    }
  }
}

/** Words of which a title can be made: the question without what everybody begins with. */
function titleFrom(name) {
  const words = (name ?? "").replace(/\[[^\]]*\]/g, "").replace(/[^\p{L}\p{N}\s'-]/gu, " ").split(/\s+/).filter(Boolean);
  const plain = words.filter((word) => !TEXTS.emptyWords.includes(word.toLowerCase()));
  const title = (plain.length ? plain : words).slice(0, 4).join(" ").toLowerCase();
  return title.charAt(0).toUpperCase() + title.slice(1);
}
