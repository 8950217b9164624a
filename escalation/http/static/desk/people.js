/** The roster: who serves which teams, with what skills, languages, capacity and shifts. Leads change it. */

import { api } from "./api.js";
import { loadNode, stateNode } from "./board.js";
import { ask, checks, field, radios, select } from "./dialogs.js";
import { button, el } from "./dom.js";
import { askNew, askRemove } from "./hiring.js";
import { fill, nothing, pageNode } from "./load.js";
import { TEXTS } from "./texts.js";

const listed = (text) => text.split(",").map((part) => part.trim()).filter(Boolean);

export class PeoplePage {
  constructor(desk) {
    this.desk = desk;
    this.list = el("div", { testid: "people" });
    const add = this.isAdmin && button(TEXTS.newPerson, { testid: "person-new", onclick: () => askNew(() => this.load(), this.handled) });
    this.root = pageNode(TEXTS.peopleTitle, "page-people", add && el("p", {}, add), this.list);
    this.load();
  }

  handled = (error) => this.desk.handled(error);

  get isAdmin() {
    return this.desk.me.role === "admin";
  }

  load() {
    return fill(this.list, () => api("/agents"), (people) => this.nodes(people), this.handled);
  }

  nodes(people) {
    if (!people.length) return nothing(TEXTS.peopleNone, TEXTS.peopleNoneHint, "people-none");
    return el("ul", { class: "people" }, people.map((person) => this.node(person)));
  }

  node(person) {
    const fact = (label, values) => el("div", {}, el("dt", {}, label), el("dd", { dir: "auto" }, values.length ? values.join(", ") : TEXTS.none));
    const change = this.desk.oversees && button(TEXTS.change, { class: "button small", testid: "person-change", "aria-label": TEXTS.changePerson(person.name), onclick: () => this.ask(person) });
    const remove = this.isAdmin && person.id !== this.desk.me.id && button(TEXTS.remove, { class: "button small plain", testid: "person-remove", "aria-label": TEXTS.removePerson(person.name), onclick: () => askRemove(person, () => this.load()) });
    return el(
      "li", { class: "person", testid: "person", "data-id": person.id },
      el("div", { class: "person-head" }, el("h2", {}, el("bdi", {}, person.name)), el("span", { class: "tag" }, TEXTS.roles[person.role] ?? person.role), el("span", { class: "person-acts" }, change, remove)),
      el("p", { class: "person-state" }, stateNode(person), loadNode(person)),
      el("dl", { class: "facts" }, fact(TEXTS.teams, person.teams), fact(TEXTS.skills, person.skills), fact(TEXTS.languages, person.languages), fact(TEXTS.shifts, shiftsInWords(person.shifts))),
    );
  }

  async ask(person) {
    const targets = el("div", {});
    const input = (id, value, props = {}) => el("input", { id, testid: id, value, ...props });
    const skills = input("person-skills", person.skills.join(", "));
    const languages = input("person-languages", person.languages.join(", "));
    const capacity = input("person-capacity", String(person.capacity), { type: "number", min: "0", max: "100", required: true });
    const roles = Object.entries(TEXTS.roles);
    const role = this.isAdmin ? select("person-role", roles, person.role) : null;
    const shifts = shiftFields(person.shifts);
    const body = () => {
      const teams = targets.querySelector("fieldset")?.chosen();
      const changes = { skills: listed(skills.value), languages: listed(languages.value), capacity: Number(capacity.value), shifts: shifts.chosen() };
      // The first team is home: who keeps it keeps it first.
      if (teams) changes.teams = [...person.teams.filter((name) => teams.includes(name)), ...teams.filter((name) => !person.teams.includes(name))];
      if (role && role.value !== person.role) changes.role = role.value;
      return changes;
    };
    ask({
      title: TEXTS.changePerson(person.name), yes: TEXTS.save, testid: "person",
      content: [targets, field(TEXTS.skills, skills, TEXTS.skillsHint), field(TEXTS.languages, languages, TEXTS.languagesHint), field(TEXTS.capacity, capacity, TEXTS.capacityHint), role && field(TEXTS.role, role), shifts],
      submit: async () => {
        await api(`/agents/${encodeURIComponent(person.id)}`, body(), "PATCH");
        this.desk.announce(TEXTS.personSaved(person.name));
        this.load();
      },
    });
    await fill(targets, () => api("/teams"), (teams) => checks("person-team", TEXTS.teams, teams.map((team) => [team.name, team.title || team.name]), person.teams));
  }
}

function shiftsInWords(shifts) {
  if (!shifts) return [TEXTS.shiftsOfTeam];
  return Object.entries(TEXTS.weekdays).filter(([day]) => shifts[day]?.length).map(([day, name]) => `${name} ${shifts[day].join(" and ")}`);
}

/** As the team, or times of one's own by weekday. `chosen()` is null for the first. */
function shiftFields(shifts) {
  const kind = radios("person-shifts", TEXTS.shifts, [["team", TEXTS.shiftsOfTeam], ["own", TEXTS.shiftsOwn]], shifts ? "own" : "team");
  const days = Object.entries(TEXTS.weekdays).map(([day, name]) => [day, el("input", { id: `shift-${day}`, testid: `shift-${day}`, value: (shifts?.[day] ?? []).join(", "), "aria-describedby": "shift-hint" }), name]);
  const own = el("div", { class: "shift-days", hidden: !shifts }, el("p", { class: "hint", id: "shift-hint" }, TEXTS.shiftsHint), days.map(([, input, name]) => field(name, input)));
  kind.addEventListener("change", () => (own.hidden = kind.chosen() !== "own"));
  const root = el("div", { class: "shifts" }, kind, own);
  root.chosen = () => (kind.chosen() === "team" ? null : Object.fromEntries(days.map(([day, input]) => [day, listed(input.value)]).filter(([, spans]) => spans.length)));
  return root;
}
