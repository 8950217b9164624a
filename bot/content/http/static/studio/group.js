/** One group of the unanswered: what was asked, what people answered, and what becomes of it. */

import { ask, field, radios } from "/static/desk/dialogs.js";
import { el } from "/static/desk/dom.js";
import { fill, nothing, pageNode } from "/static/desk/load.js";
import { timeOf } from "/static/desk/time.js";
import { api } from "./api.js";
import { address } from "./hash.js";
import { back, byAt, chip, days, facts, groupName, linkButton, part, reading, small, titleOf } from "./nodes.js";
import { Teach } from "./teach.js";
import { TEXTS } from "./texts.js";
import { stateChip } from "./unanswered.js";

export class GroupPage {
  constructor(studio, id) {
    Object.assign(this, { studio, id });
    this.body = el("div", { class: "group-body", testid: "group-body" });
    this.root = pageNode(TEXTS.groupTitle, "page-group", back("unanswered", TEXTS.backToGroups), this.body);
    this.load();
  }

  load() {
    return fill(this.body, () => api(`/unanswered/${this.id}?days=7`), (found) => this.nodes(found), this.studio.handled);
  }

  unsaved() {
    return this.teach?.changed();
  }

  save() {
    this.teach?.save();
  }

  nodes(found) {
    const { group, steps, by_day: byDay, near } = found;
    this.teach = ["new", "drafted", "approved"].includes(group.state) ? new Teach(this.studio, found, () => this.taught()) : null;
    return [
      el("div", { class: "group-head" },
        el("p", { class: "group-name" }, el("q", { dir: "auto", testid: "group-name" }, group.name || TEXTS.wordsGone), " ", stateChip(group)),
        el("p", { testid: "group-trend" }, el("strong", {}, TEXTS.trend(group.people, group.before, 7))),
        days(byDay),
        facts([[TEXTS.questionsOfWeek, String(group.questions)], [TEXTS.answeredByPerson, String(group.answered)], [TEXTS.rating, group.stars ? group.stars.toFixed(1) : "–"]]),
        el("p", { class: "hint" }, TEXTS.takenFor(reading(group.likely)), group.in_scope ? ` · ${TEXTS.inScope}` : ""),
        this.outcome(group), this.acts(group, near)),
      this.teach?.root ?? questionsPart(found.questions),
      near.length ? part(TEXTS.nearGroups, "near-groups", el("ul", { class: "short-list" }, near.map((one) => el("li", {}, el("a", { href: address("unanswered", one.id) }, groupName(one)), " ", chip(TEXTS.questionCount(one.questions)), " ", small(TEXTS.merge, { testid: "merge", "aria-label": TEXTS.mergeWith(one.name), onclick: () => this.merge(one) }))))) : null,
      steps.length ? part(TEXTS.steps, "group-steps", el("ul", { class: "short-list" }, steps.map((one) => el("li", {}, TEXTS.stepNames[one.state] ?? one.state, one.note ? `: ${one.note} ` : " ", byAt(one.by, one.at))))) : null,
    ].filter(Boolean);
  }

  /** What came of it so far, and what is next. */
  outcome(group) {
    if (group.state === "dismissed") return el("p", { class: "told", testid: "dismissed" }, TEXTS.wasDismissed(group.state_by ?? "", group.reason ?? ""));
    if (!group.intent) return null;
    const to = el("a", { href: address("intents", group.intent) }, titleOf(group.intent));
    if (group.state === "live") return el("p", { class: "told", testid: "is-live" }, TEXTS.isLive, to, ".");
    return el("div", { class: "told", testid: "is-drafted" }, el("p", {}, TEXTS.isDrafted(group.examples.length), to, ". ", TEXTS.thenPublish), el("p", { class: "acts" }, linkButton(TEXTS.tryIt, "try", { class: "button small" }), linkButton(TEXTS.publishIt, "publish", { class: "button primary small", testid: "to-publish" })));
  }

  acts(group) {
    const act = (label, testid, run) => small(label, { testid, onclick: run });
    return el("p", { class: "acts" },
      ["new", "drafted", "approved"].includes(group.state) && act(TEXTS.dismiss, "dismiss", () => this.dismiss()),
      group.state === "drafted" && act(TEXTS.approve, "approve", () => this.tell("approve", { note: "" })),
      group.state !== "new" && act(TEXTS.reopen, "reopen", () => this.tell("reopen", { note: "" })));
  }

  async tell(what, body) {
    await fill(this.body, async () => {
      await api(`/unanswered/${this.id}/${what}`, body);
      return api(`/unanswered/${this.id}?days=7`);
    }, (found) => this.nodes(found), this.studio.handled);
  }

  taught() {
    this.studio.announce(TEXTS.taughtSaid);
    return this.load().then(() => this.root.querySelector("[data-testid=is-drafted]")?.scrollIntoView({ block: "nearest" }));
  }

  dismiss() {
    const why = radios("dismiss-why", TEXTS.dismissWhy, TEXTS.dismissReasons, TEXTS.dismissReasons[0][0]);
    const more = el("input", { id: "dismiss-more", testid: "dismiss-more", maxlength: "300" });
    ask({
      title: TEXTS.dismissTitle, yes: TEXTS.dismiss.replace("…", ""), testid: "dismissing", content: [el("p", {}, TEXTS.dismissHint), why, field(TEXTS.dismissMore, more)],
      submit: async () => {
        const words = TEXTS.dismissReasons.find(([key]) => key === why.chosen())[1];
        await api(`/unanswered/${this.id}/dismiss`, { reason: more.value.trim() ? `${words}: ${more.value.trim()}` : words });
        this.load();
      },
    });
  }

  merge(other) {
    ask({
      title: TEXTS.mergeTitle, yes: TEXTS.merge, testid: "merging", content: el("p", {}, TEXTS.mergeBody(other.name)),
      submit: async () => {
        await api(`/unanswered/${this.id}/merge`, { into: other.id });
        this.studio.go("unanswered", other.id);
      },
    });
  }
}

function questionsPart(questions) {
  if (!questions.length) return part(TEXTS.questions, "questions", nothing(TEXTS.noQuestions, TEXTS.noQuestionsHint, "no-questions"));
  return part(TEXTS.questions, "questions", el("ul", { class: "rows" }, questions.map((one) => el("li", { class: "row" }, el("p", { dir: "auto" }, one.text), questionFacts(one)))));
}

/** Where and when something was asked, what was said, and how a person answered. */
export function questionFacts(question) {
  const said = question.said && el("p", { class: "hint", dir: "auto" }, TEXTS.botSaid, question.said);
  const answer = question.answer && el("p", { class: "hint", dir: "auto" }, TEXTS.personSaid(question.answer.by), question.answer.text);
  const line = el("p", { class: "hint" }, TEXTS.channels[question.channel] ?? question.channel, ", ", timeOf(question.at), " · ", question.sources.map((name) => TEXTS.sources[name] ?? name).join(", "), question.stars ? ` · ${TEXTS.rated(question.stars)}` : "");
  return [line, said, answer].filter(Boolean);
}
