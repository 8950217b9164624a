/** All intents: how people ask, what is answered, and how well it works. */

import { select } from "/static/desk/dialogs.js";
import { el, icon } from "/static/desk/dom.js";
import { fill, nothing, pageNode } from "/static/desk/load.js";
import { api } from "./api.js";
import { address, parsed } from "./hash.js";
import { chip, percent, problemList, part, titleOf } from "./nodes.js";
import { TEXTS } from "./texts.js";

const DAYS = 30;
const none = (value) => (value === null || value === undefined ? Infinity : value);
const ORDERS = {
  name: (one, other) => one.title.localeCompare(other.title),
  volume: (one, other) => (other.use?.turns ?? 0) - (one.use?.turns ?? 0),
  right: (one, other) => none(one.live?.right) - none(other.live?.right),
  contained: (one, other) => none(one.use?.contained) - none(other.use?.contained),
  stars: (one, other) => none(one.use?.stars) - none(other.use?.stars),
};

export class IntentsPage {
  constructor(studio) {
    this.studio = studio;
    this.search = el("input", { id: "intent-search", type: "search", testid: "intent-search", autocomplete: "off", value: parsed().params.get("q") ?? "", oninput: () => this.draw() });
    this.order = select("intent-order", Object.entries(TEXTS.orders), "name", { onchange: () => this.draw() });
    const field = (label, input) => el("div", { class: "field" }, el("label", { for: input.id }, label), input);
    this.found = el("div", { testid: "intents" });
    this.root = pageNode(TEXTS.intentsTitle, "page-intents", el("p", {}, TEXTS.intentsHint), el("div", { class: "filters-line" }, field(TEXTS.searchIntents, this.search), field(TEXTS.orderBy, this.order)), this.found);
    fill(this.found, () => this.fetch(), (found) => this.nodes(found), studio.handled);
  }

  /** The report of use is told beside them; without it the list is still worth seeing. */
  async fetch() {
    const [list, use] = await Promise.all([api("/intents"), api(`/unanswered/frequent?days=${DAYS}`).catch(() => ({ intents: [] }))]);
    const by = new Map(use.intents.map((one) => [one.intent, one]));
    return { ...list, intents: list.intents.map((one) => ({ ...one, use: by.get(one.intent) })) };
  }

  nodes(found) {
    this.intents = found.intents;
    this.count = el("p", { class: "hint", role: "status", testid: "intent-count" });
    this.list = el("ul", { class: "rows" });
    this.draw();
    const problems = found.problems.length ? part(TEXTS.otherProblems, "other-problems", problemList(found.problems)) : null;
    return [problems, this.count, this.list];
  }

  draw() {
    if (!this.intents) return;
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const has = (one) => words.every((word) => `${one.intent} ${one.title} ${one.answer}`.toLowerCase().includes(word));
    const shown = this.intents.filter(has).sort(ORDERS[this.order.value]);
    this.count.textContent = TEXTS.intentCount(shown.length, this.intents.length);
    this.list.replaceChildren(...(shown.length ? shown.map(row) : [el("li", {}, nothing(TEXTS.noIntents, TEXTS.noIntentsHint, "no-intents"))]));
  }
}

function row(one) {
  const { use, live } = one;
  const figure = (label, value) => el("span", { class: "mini" }, el("span", { class: "hint" }, label), " ", el("strong", {}, value));
  const confused = live?.taken_for?.[0];
  return el(
    "li", { class: "row", testid: "intent", "data-intent": one.intent },
    el("p", { class: "row-head" }, el("a", { href: address("intents", one.intent), testid: "intent-link" }, one.title), one.errors ? chip([icon("warning"), TEXTS.errorCount(one.errors)], "bad") : null, one.warnings ? chip(TEXTS.warningCount(one.warnings), "warn") : null),
    el("p", { class: "snippet", dir: "auto" }, one.answer || TEXTS.noAnswerText),
    el("p", { class: "minis" },
      figure(TEXTS.examplesShort, String(one.examples)),
      live && figure(TEXTS.rightShort, percent(live.right)),
      figure(TEXTS.volumeShort, String(use?.turns ?? 0)),
      use && figure(TEXTS.containedShort, percent(use.contained)),
      use?.stars ? figure(TEXTS.starsShort, use.stars.toFixed(1)) : null,
      confused && live.right < 0.9 ? figure(TEXTS.confusedShort, titleOf(confused[0])) : null),
  );
}
