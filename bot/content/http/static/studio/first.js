/** The first page: what waits. */

import { el } from "/static/desk/dom.js";
import { fill, nothing, pageNode } from "/static/desk/load.js";
import { api } from "./api.js";
import { address } from "./hash.js";
import { Labels } from "./labels.js";
import { byAt, chip, groupName, linkButton, part } from "./nodes.js";
import { pendingNodes, verdictChip } from "./pending.js";
import { TEXTS } from "./texts.js";

const SHOWN = 5;

export class FirstPage {
  constructor(studio) {
    this.studio = studio;
    this.groups = el("div", { testid: "first-unanswered" });
    this.draft = el("div", { testid: "first-draft" });
    this.live = el("div", { testid: "first-live" });
    this.labels = new Labels(studio);
    const cards = el("div", { class: "cards" }, part(TEXTS.unansweredTitle, "card-unanswered", this.groups), part(TEXTS.notLive, "card-draft", this.draft), part(TEXTS.liveTitle, "card-live", this.live));
    this.root = pageNode(TEXTS.pageNames.first, "page-first", cards, this.labels.root);
    fill(this.groups, () => api(`/unanswered?days=7&state=new&limit=${SHOWN}`), groupNodes, studio.handled);
    const overview = api("/overview");
    fill(this.draft, () => overview, draftNodes, studio.handled);
    fill(this.live, () => overview, (found) => this.liveNodes(found), studio.handled);
  }

  liveNodes({ live, labels, labels_wanted: wanted }) {
    this.labels.count(labels, wanted);
    if (!live) return nothing(TEXTS.neverPublished, TEXTS.neverPublishedHint, "never-published");
    return [
      el("p", {}, el("strong", {}, TEXTS.versionNumber(live.version)), " ", verdictChip(live.verdict)),
      live.note && el("p", { dir: "auto" }, live.note),
      el("p", {}, byAt(live.made_by, live.live_since)),
      el("p", {}, linkButton(TEXTS.allVersions, "publish", { class: "button small" })),
    ];
  }
}

function groupNodes(found) {
  if (!found.groups.length) return nothing(TEXTS.nothingUnanswered, TEXTS.nothingUnansweredHint, "nothing-unanswered");
  return [
    el("p", { class: "big", testid: "new-groups" }, TEXTS.newGroups(found.new)),
    el("p", {}, TEXTS.trend(found.people, found.before, 7)),
    el("ul", { class: "short-list" }, found.groups.map((group) => el("li", {}, el("a", { href: address("unanswered", group.id), testid: "first-group" }, groupName(group)), " ", chip(TEXTS.people(group.people))))),
    el("p", {}, linkButton(TEXTS.seeAll, "unanswered", { class: "button primary small", testid: "see-unanswered" })),
  ];
}

function draftNodes({ pending }) {
  const nodes = pendingNodes(pending);
  const changed = pending.known && pending.saved.length;
  const acts = changed ? el("p", { class: "acts" }, linkButton(TEXTS.tryIt, "try", { class: "button small" }), linkButton(TEXTS.publishIt, "publish", { class: "button primary small" })) : null;
  return [...nodes, acts].filter(Boolean);
}
