/** The lead's live view: how the teams stand, and who works on what. */

import { api } from "./api.js";
import { button, el, problemBox, redraw } from "./dom.js";
import { nothing, pageNode } from "./load.js";
import { paced } from "./pace.js";
import { keyed } from "./steady.js";
import { TEXTS } from "./texts.js";
import { ticking, timeOf } from "./time.js";

export class BoardPage {
  constructor(desk) {
    this.desk = desk;
    this.problems = el("div", {});
    this.asOf = el("p", { class: "hint" });
    this.teams = el("ul", { class: "team-cards", testid: "board-teams" });
    this.agents = el("ul", { class: "agent-rows", testid: "board-agents" });
    this.none = el("div", {});
    this.content = el("div", { class: "board", hidden: true }, this.asOf, el("section", {}, el("h2", {}, TEXTS.boardTeams), this.teams), el("section", {}, el("h2", {}, TEXTS.boardAgents), this.agents, this.none));
    this.loading = el("p", { class: "hint loading", role: "status" }, TEXTS.loading);
    this.root = pageNode(TEXTS.boardTitle, "page-board", this.problems, this.loading, this.content);
    this.refresh = paced(() => this.load());
    this.refresh();
  }

  /** Whatever moves in the queue or among the people shows here. */
  changed() {
    this.refresh();
  }

  async load() {
    try {
      const board = await api("/board");
      this.problems.replaceChildren();
      this.show(board);
    } catch (error) {
      if (this.desk.handled(error)) return;
      this.problems.replaceChildren(problemBox(error, [button(TEXTS.tryAgain, { class: "button small", testid: "try-again", onclick: () => this.refresh() })]));
    } finally {
      this.loading.hidden = true;
    }
  }

  show(board) {
    this.content.hidden = false;
    redraw(this.asOf, Math.floor(board.now), () => [TEXTS.boardAsOf, " ", timeOf(board.now)]);
    keyed(this.teams, board.teams, (team) => team.name, () => el("li", { class: "team-card", testid: "board-team" }), (node, team) => node.replaceChildren(...teamNodes(team)));
    keyed(this.agents, board.agents, (agent) => agent.id, () => el("li", { class: "agent-row", testid: "board-agent" }), (node, agent) => node.replaceChildren(...agentNodes(agent)));
    redraw(this.none, board.agents.length, () => (board.agents.length ? [] : nothing(TEXTS.boardNoAgents, TEXTS.peopleNoneHint, "board-nobody")));
  }
}

function teamNodes(team) {
  const { waiting, assigned, snoozed, at_risk: atRisk, breached } = team.counts;
  const figure = (label, value, mark) => el("div", { class: `figure ${mark || ""}` }, el("dt", {}, label), el("dd", {}, value));
  return [
    el("h3", { dir: "auto" }, team.title || team.name),
    el("p", { class: "hint", dir: "auto" }, team.opens ? TEXTS.boardOpens(team.opens) : TEXTS.boardOpen),
    el(
      "dl", { class: "figures" },
      figure(TEXTS.boardWaiting, String(waiting)), figure(TEXTS.boardAssigned, String(assigned)), figure(TEXTS.boardSnoozed, String(snoozed)), figure(TEXTS.boardHere, String(team.here)),
      figure(TEXTS.boardAtRisk, String(atRisk), atRisk && "at_risk"), figure(TEXTS.boardBreached, String(breached), breached && "breached"),
      team.oldest_at ? figure(TEXTS.boardOldest, ticking("plain", team.oldest_at)) : null,
    ),
  ];
}

function agentNodes(agent) {
  return [
    el("bdi", { class: "name" }, agent.name),
    el("span", { class: "hint" }, `${TEXTS.roles[agent.role] ?? agent.role}, ${agent.teams.join(", ")}`),
    stateNode(agent),
    loadNode(agent),
  ];
}

/** Whether somebody is here, never by colour alone. */
export function stateNode(agent) {
  const until = agent.availability === "away" && agent.away_until ? [" ", TEXTS.awayUntil, " ", timeOf(agent.away_until)] : null;
  return el(
    "span", { class: "here-state", "data-state": agent.availability },
    el("span", { class: "dot", "aria-hidden": "true" }), el("span", {}, TEXTS.availabilityNames[agent.availability], until, ", ", agent.on_shift ? TEXTS.onShift : TEXTS.offShift),
  );
}

/** How much somebody has in hand of what they take. */
export function loadNode(agent) {
  const label = TEXTS.load(agent.held, agent.capacity);
  const full = agent.held >= agent.capacity;
  return el("span", { class: `load ${full ? "full" : ""}` }, el("meter", { min: "0", max: String(Math.max(1, agent.capacity, agent.held)), value: String(agent.held), "aria-label": `${TEXTS.loadLabel}: ${label}` }), el("span", { "aria-hidden": "true" }, label));
}
