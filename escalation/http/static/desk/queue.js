/** The queue: what is offered to me, who waits, what is in hand, what is snoozed, what ended lately. */

import { api } from "./api.js";
import { button, el, hidden, problemBox, redraw } from "./dom.js";
import { chosen, FilterBar, passes } from "./filters.js";
import { address, refiltered } from "./hash.js";
import { nothing } from "./load.js";
import { newRow, updateRow } from "./row.js";
import { keyed, Steady } from "./steady.js";
import { TEXTS } from "./texts.js";

/** The groups in their order: name, heading, and what is said when it is empty (without it, it is not shown). */
const GROUPS = [
  ["offered", TEXTS.offeredToMe, null],
  ["waiting", TEXTS.waiting, () => nothing(TEXTS.noneWaiting, TEXTS.noneWaitingHint, "nobody-waiting")],
  ["mine", TEXTS.mine, () => el("p", { class: "hint" }, TEXTS.noneMine)],
  ["others", TEXTS.others, null],
  ["snoozed", TEXTS.snoozedGroup, null],
  ["ended", TEXTS.ended, null],
];
/** These are folded away until somebody opens them. */
const FOLDED = new Set(["ended"]);

export class Queue {
  constructor(desk) {
    this.desk = desk;
    this.filters = new FilterBar();
    this.teams = el("ul", { class: "team-counts", "aria-label": TEXTS.teams, testid: "team-counts", hidden: true });
    this.none = el("p", { class: "hint", testid: "none-match", hidden: true }, TEXTS.noneMatch);
    this.groups = Object.fromEntries(GROUPS.map(([name, title, empty]) => [name, group(name, title, empty)]));
    this.body = el("div", { class: "queue-body" }, el("p", { class: "hint loading", role: "status" }, TEXTS.loading));
    this.root = el("nav", { class: "queue", "aria-label": TEXTS.queue, testid: "queue" }, el("h1", { class: "sr" }, TEXTS.queue), this.filters.root, this.body);
    this.steady = new Steady(this.root, ".items > li");
    this.steady.onLeave = () => this.list && this.draw();
    this.rows = new Map();
    this.titles = new Map();
    this.loadTitles();
  }

  /** How the teams are called; until that is known by their names. */
  async loadTitles() {
    const teams = await api("/teams").catch(() => []);
    this.titles = new Map(teams.map((team) => [team.name, team.title || team.name]));
    if (this.list) this.draw();
  }

  /** Why there is nothing to show; what was shown before stays. */
  failed(error) {
    if (this.list) return;
    this.body.replaceChildren(problemBox(error, [button(TEXTS.tryAgain, { class: "button small", onclick: () => this.desk.refreshQueue() })]));
  }

  show(list) {
    if (!this.list) this.body.replaceChildren(this.teams, this.none, ...Object.values(this.groups).map((one) => one.root));
    this.list = list;
    this.draw();
  }

  /** Every row of the list as it came. */
  all() {
    const { waiting, assigned, snoozed, ended } = this.list;
    return [...waiting, ...assigned, ...snoozed, ...ended];
  }

  draw() {
    const items = this.all();
    this.filters.draw(items);
    this.drawTeams();
    const filters = chosen();
    const shown = items.filter((item) => passes(item, filters, this.desk.me));
    const narrowed = Object.keys(filters).length > 0;
    this.none.hidden = shown.length > 0 || !narrowed;
    this.steady.change(() => this.drawGroups(this.sorted(shown), narrowed));
  }

  sorted(items) {
    const { me } = this.desk;
    const groups = Object.fromEntries(GROUPS.map(([name]) => [name, []]));
    for (const item of items) groups[groupOf(item, me)].push(item);
    return groups;
  }

  drawGroups(groups, narrowed) {
    this.keepHeld(groups);
    for (const [name, , empty] of GROUPS) {
      const { root, list, count, none } = this.groups[name];
      const items = groups[name];
      root.hidden = !items.length && (!empty || narrowed);
      if (none) none.hidden = items.length > 0;
      const here = items.filter((item) => !item.gone).length;
      redraw(count, [here, this.total(name, narrowed)], () => countOf(here, this.total(name, narrowed)));
      keyed(list, items.map((item) => this.row(item, name)), (row) => row.item.id, newRow, (node, row) => updateRow(node, row, this));
    }
  }

  row(item, name) {
    return { href: address("h", item.id), item, mine: item.agent_id === this.desk.me.id, open: item.id === this.desk.openId, offered: name === "offered", gone: item.gone };
  }

  /** The row under the pointer that is no longer listed stays where it is, marked, until the pointer leaves. */
  keepHeld(groups) {
    const held = this.steady.pointer && this.steady.held();
    const id = held?.dataset.key;
    if (id && !Object.values(groups).flat().some((item) => item.id === id)) {
      const list = held.parentNode;
      const name = list.dataset.group;
      const before = this.rows.get(id);
      if (before) groups[name].splice([...list.children].indexOf(held), 0, { ...before, gone: true });
    }
    this.rows = new Map(Object.values(groups).flat().map((item) => [item.id, item]));
  }

  /** How many there are in a group, when more are waiting than are listed; null under filters. */
  total(name, narrowed) {
    if (narrowed || name !== "waiting") return null;
    const counted = Object.values(this.list.counts).reduce((sum, counts) => sum + counts.waiting, 0);
    return counted > this.list.waiting.length ? counted : null;
  }

  /** Each team with its counts; pressing one shows only it. */
  drawTeams() {
    const { counts } = this.list;
    const names = Object.keys(counts);
    this.teams.hidden = names.length < 2;
    const on = chosen().team;
    redraw(this.teams, [counts, on, [...this.titles]], () => names.map((name) => el("li", {}, teamCount(this.titles.get(name) || name, counts[name], name === on, name))));
  }

  // What the buttons of an offer do

  async accept(item) {
    this.desk.open(item.id);
    await this.desk.detail?.ready;
    return this.desk.detail?.id === item.id && this.desk.detail.acts.claim();
  }

  decline(item) {
    return this.desk.tell(`/handoffs/${encodeURIComponent(item.id)}/decline`, {}, TEXTS.declined);
  }

  // Moving through it

  item(id) {
    return [...this.root.querySelectorAll(".item")].find((node) => node.dataset.id === id);
  }

  move(step) {
    const items = [...this.root.querySelectorAll(".item")].filter((node) => node.getClientRects().length);
    if (!items.length) return;
    const at = items.findIndex((node) => node === document.activeElement);
    const from = at >= 0 ? at : items.findIndex((node) => node.dataset.id === this.desk.openId);
    const next = from < 0 ? (step > 0 ? 0 : items.length - 1) : Math.max(0, Math.min(items.length - 1, from + step));
    items[next].focus();
    items[next].scrollIntoView({ block: "nearest" });
  }
}

function groupOf(item, me) {
  if (!["waiting", "assigned"].includes(item.state)) return "ended";
  if (item.snoozed) return "snoozed";
  if (item.state === "waiting") return item.offered_to === me.name ? "offered" : "waiting";
  return item.agent_id === me.id ? "mine" : "others";
}

function group(name, title, empty) {
  const list = el("ul", { class: "items", testid: `group-${name}`, "data-group": name, role: "list" });
  const count = el("span", { class: `count ${name}` });
  const none = empty?.();
  if (FOLDED.has(name)) return { root: el("details", { class: "group", testid: name, hidden: true }, el("summary", {}, title, " ", count), list), list, count, none };
  return { root: el("section", { class: "group", hidden: !empty }, el("h2", {}, title, " ", count), none, list), list, count, none };
}

const countOf = (shown, all) => (all === null ? [String(shown)] : [TEXTS.listed(shown, all)]);

function teamCount(title, counts, on, name) {
  const { waiting, assigned, snoozed, at_risk: atRisk, breached } = counts;
  const marks = [atRisk ? TEXTS.atRiskCount(atRisk) : null, breached ? TEXTS.breachedCount(breached) : null].filter(Boolean);
  const press = () => (location.hash = refiltered({ team: on ? "" : name }));
  return el(
    "button", { type: "button", class: "team-count", "aria-pressed": String(on), testid: "team-count", "data-team": name, onclick: press },
    el("strong", { dir: "auto" }, title), " ", el("span", { class: "hint" }, TEXTS.teamCounts(waiting, assigned, snoozed)), marks.length ? [hidden(", "), el("span", { class: "marks" }, marks.join(", "))] : null,
  );
}
