/** The head of a handoff: who, how it stands, its clocks; and the bars that say what is out of the ordinary. */

import { el, icon } from "./dom.js";
import { slaNodes } from "./sla.js";
import { TEXTS } from "./texts.js";
import { ticking } from "./time.js";

/** The nodes of the heading. */
export function headingNodes(summary, me) {
  const assigned = summary.state === "assigned";
  const facts = [
    el("span", { class: `state ${summary.state}` }, stateOf(summary)),
    assigned && el("bdi", {}, TEXTS.with(summary.agent ?? "")),
    el("span", {}, TEXTS.channels[summary.channel] ?? summary.channel),
    summary.team && el("span", { class: "detail-team", dir: "auto" }, summary.team_title || summary.team),
    summary.language && el("span", { class: "language" }, TEXTS.writes(summary.language)),
    summary.left_at && el("strong", { class: "left", testid: "left" }, icon("warning"), TEXTS.left),
    el("span", { class: "reference" }, summary.reference),
    ...summary.tags.map((tag) => el("span", { class: "tag" }, `#${tag}`)),
    ...clocks(summary, me),
  ];
  const sla = slaNodes(summary.sla);
  return [
    el("h1", { tabindex: "-1", dir: "auto", testid: "detail-contact" }, summary.contact),
    el("p", { class: "detail-facts" }, facts.filter(Boolean)),
    sla.length ? el("p", { class: "sla-line" }, sla) : null,
  ];
}

function stateOf(summary) {
  const state = [TEXTS.states[summary.state] ?? summary.state];
  if (summary.outcome) state.push(TEXTS.outcomes[summary.outcome] ?? TEXTS.ends[summary.outcome] ?? summary.outcome);
  if (summary.comment) state.push(TEXTS.commentOf(summary.comment));
  if (summary.stars) state.push(TEXTS.stars(summary.stars));
  return state.join(" · ");
}

function clocks(summary, me) {
  if (summary.snoozed) return [];
  const running = [];
  if (summary.state === "waiting") running.push(ticking("waits", summary.waiting_since));
  if (summary.state === "assigned" && summary.awaiting) running.push(ticking("awaits", summary.awaiting));
  if (summary.state === "assigned" && summary.agent_id === me.id && summary.lease_until) running.push(ticking("lease", summary.lease_until));
  return running;
}

/** Bars below the head. */
export function noticeNodes(summary, me) {
  const bar = (name, ...content) => el("p", { class: `notice ${name}`, testid: `notice-${name}` }, content);
  const open = ["waiting", "assigned"].includes(summary.state);
  const offered = open && summary.offered_to;
  return [
    offered && summary.offered_to === me.name && bar("offered", icon("clock"), TEXTS.offeredBanner, " ", summary.offered_until && ticking("offer", summary.offered_until)),
    offered && summary.offered_to !== me.name && bar("reserved", icon("clock"), TEXTS.offeredTo(summary.offered_to), ", ", summary.offered_until && ticking("timeLeft", summary.offered_until)),
    open && summary.snoozed && bar("snoozed", icon("moon"), TEXTS.snoozedBanner, " (", summary.snoozed_until ? ticking("snooze", summary.snoozed_until) : TEXTS.untilTheyWrite, ")"),
    summary.blocked && bar("blocked", icon("warning"), TEXTS.blockedBanner),
    open && !summary.left_at && summary.reachable === "mail" && bar("mail", TEXTS.mailBanner),
    open && !summary.left_at && summary.reachable === "no" && bar("away", icon("warning"), TEXTS.awayBanner),
  ].filter(Boolean);
}
