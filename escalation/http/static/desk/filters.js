/** What narrows the queue. The filters stand in the address, so that they last and can be passed on. */

import { button, el, icon, redraw } from "./dom.js";
import { field, select } from "./dialogs.js";
import { FILTERS, parsed, refiltered } from "./hash.js";
import { slaState } from "./sla.js";
import { TEXTS } from "./texts.js";

/** The filters of the address, by name. */
export function chosen() {
  const { params } = parsed();
  return Object.fromEntries(FILTERS.map((name) => [name, params.get(name)]).filter(([, value]) => value));
}

const offeredTo = (item, me) => item.state === "waiting" && item.offered_to === me.name;

/** Whether a row is shown under these filters. */
export function passes(item, filters, me) {
  const tests = {
    team: (value) => item.team === value,
    mine: () => item.agent_id === me.id || offeredTo(item, me),
    priority: (value) => String(item.priority) === value,
    channel: (value) => item.channel === value,
    language: (value) => (item.language ?? "-") === value,
    sla: (value) => slaState(item.sla) === value,
    tag: (value) => item.tags.includes(value),
  };
  return Object.entries(filters).every(([name, value]) => tests[name](value));
}

/** What there is to choose from, in the rows as they are; what is chosen stays in the list. */
function choices(items, filters) {
  const found = (value) => [...new Set(items.flatMap(value))].filter((one) => one !== "" && one !== null);
  const titles = new Map(items.map((item) => [item.team, item.team_title || item.team]));
  const options = {
    team: found((item) => item.team).map((name) => [name, titles.get(name)]),
    mine: [["1", TEXTS.onlyMine]],
    priority: found((item) => item.priority).sort((a, b) => b - a).map((n) => [String(n), TEXTS.priorities(n)]),
    channel: found((item) => item.channel).map((name) => [name, TEXTS.channels[name] ?? name]),
    language: found((item) => item.language ?? "-").map((name) => [name, name === "-" ? TEXTS.contentLanguage : name]),
    sla: Object.entries(TEXTS.slaStates),
    tag: found((item) => item.tags).sort().map((name) => [name, name]),
  };
  for (const [name, value] of Object.entries(filters)) {
    if (!options[name].some(([key]) => key === value)) options[name].push([value, value]);
  }
  return options;
}

/** The bar above the queue: a button that opens the filters, and the way back to everything. */
export class FilterBar {
  constructor() {
    this.fields = el("div", { class: "filter-fields", id: "filter-fields", hidden: true });
    this.opener = el("button", { type: "button", class: "button small", "aria-expanded": "false", "aria-controls": "filter-fields", testid: "filters", onclick: () => this.toggle() });
    this.clear = button(TEXTS.clearFilters, { class: "button small plain", testid: "filter-clear", onclick: () => this.reset() });
    this.root = el("div", { class: "filters" }, el("div", { class: "filter-bar" }, this.opener, this.clear), this.fields);
  }

  toggle(open = this.fields.hidden) {
    this.fields.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    if (open) this.fields.querySelector("select")?.focus();
    else this.opener.focus();
  }

  reset() {
    location.hash = refiltered(Object.fromEntries(FILTERS.map((name) => [name, ""])));
    this.opener.focus();
  }

  draw(items) {
    const filters = chosen();
    const count = Object.keys(filters).length;
    redraw(this.opener, count, () => [icon("filter"), count ? TEXTS.filtersOn(count) : TEXTS.filters]);
    this.clear.hidden = !count;
    // An open list is not changed under the hand that chooses in it.
    if (this.fields.contains(document.activeElement) && this.fields.drawn) return;
    redraw(this.fields, [filters, choices(items, filters)], () => this.selects(choices(items, filters), filters));
  }

  selects(options, filters) {
    return FILTERS.filter((name) => options[name].length).map((name) => {
      const node = select(`filter-${name}`, [["", TEXTS.any], ...options[name]], filters[name] ?? "");
      node.addEventListener("change", () => (location.hash = refiltered({ [name]: node.value })));
      return field(TEXTS.filter[name], node);
    });
  }
}
