/** The unanswered, in groups of questions that mean the same. */

import { button, el, problemBox } from "/static/desk/dom.js";
import { select } from "/static/desk/dialogs.js";
import { fill, nothing, pageNode } from "/static/desk/load.js";
import { timeOf } from "/static/desk/time.js";
import { api, ApiError } from "./api.js";
import { address, parsed } from "./hash.js";
import { chip, groupName, reading } from "./nodes.js";
import { TEXTS } from "./texts.js";

const LIMIT = 30;

export class UnansweredPage {
  constructor(studio) {
    this.studio = studio;
    const { params } = parsed();
    const change = () => (location.hash = address("unanswered", "", { state: this.state.value, days: this.days.value }));
    this.state = select("group-state", Object.entries(TEXTS.groupFilters), params.get("state") ?? "open", { onchange: change });
    this.days = select("group-days", TEXTS.spans, params.get("days") ?? "7", { onchange: change });
    const field = (label, input) => el("div", { class: "field" }, el("label", { for: input.id }, label), input);
    this.list = el("div", { testid: "groups" });
    this.root = pageNode(TEXTS.unansweredTitle, "page-unanswered", el("p", {}, TEXTS.unansweredHint), el("div", { class: "filters-line" }, field(TEXTS.showWhich, this.state), field(TEXTS.ofWhen, this.days)), this.list);
    fill(this.list, () => this.fetch(0), (found) => this.nodes(found), studio.handled);
  }

  fetch(after) {
    return api(`/unanswered?${new URLSearchParams({ days: this.days.value, state: this.state.value, limit: LIMIT, after })}`);
  }

  nodes(found) {
    const waiting = found.waiting ? el("p", { class: "hint", testid: "groups-waiting" }, TEXTS.ungrouped(found.waiting)) : null;
    if (!found.groups.length) return [nothing(TEXTS.noGroups, TEXTS.noGroupsHint, "no-groups"), waiting];
    const days = Number(this.days.value);
    this.rows = el("ol", { class: "rows" }, found.groups.map((one) => groupRow(one, days)));
    this.moreBox = el("div", { class: "more" });
    this.showMore(found);
    return [el("p", { class: "hint", role: "status" }, TEXTS.groupCount(found.count, found.people, found.before, days)), this.rows, this.moreBox, waiting];
  }

  showMore(found) {
    if (found.next === null || found.next === undefined) return this.moreBox.replaceChildren();
    const press = button(TEXTS.loadMore, { testid: "more-groups", onclick: () => this.more(found.next, press) });
    this.moreBox.replaceChildren(press);
  }

  async more(after, press) {
    press.disabled = true;
    try {
      const found = await this.fetch(after);
      const rows = found.groups.map((one) => groupRow(one, Number(this.days.value)));
      this.rows.append(...rows);
      this.showMore(found);
      rows[0]?.querySelector("a").focus();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      press.disabled = false;
      if (!this.studio.handled(error)) this.moreBox.replaceChildren(problemBox(error), press);
    }
  }
}

function groupRow(group, days) {
  const sources = Object.entries(group.sources).filter(([, count]) => count).map(([name, count]) => chip(TEXTS.sources[name] ? TEXTS.sourceCount(TEXTS.sources[name], count) : name));
  return el(
    "li", { class: "row", testid: "group", "data-id": group.id },
    el("p", { class: "row-head" }, el("a", { href: address("unanswered", group.id), testid: "group-link" }, groupName(group)), stateChip(group)),
    el("p", { class: "row-trend" }, el("strong", {}, TEXTS.trend(group.people, group.before, days)), group.since ? [" ", chip(TEXTS.since(group.since), "warn")] : null),
    el("p", { class: "chips-line" }, sources),
    el("p", { class: "hint" }, TEXTS.takenFor(reading(group.likely)), " · ", TEXTS.answeredBy(group.answered), " · ", TEXTS.lastAsked, " ", timeOf(group.last_at)),
  );
}

export function stateChip(group) {
  const kind = { new: "", drafted: "warn", approved: "warn", live: "good", dismissed: "" }[group.state];
  return chip(TEXTS.groupStates[group.state], kind, { testid: "group-state-chip" });
}
