/** The targets of a handoff: how they stand, and how long is left. */

import { el, icon } from "./dom.js";
import { TEXTS } from "./texts.js";
import { ticking } from "./time.js";

const CLOCKS = ["first", "next", "resolution"];
const WORST = ["breached", "at_risk", "on_track", "met"];

/** How the handoff stands as a whole: as its worst clock. Null when it has no target. */
export function slaState(sla) {
  const states = CLOCKS.map((name) => sla?.[name]?.state).filter(Boolean);
  return WORST.find((state) => states.includes(state)) ?? null;
}

/** A mark for a row: never by its colour alone. Nothing while there is nothing to say. */
export function slaBadge(sla) {
  const state = slaState(sla);
  if (!state) return null;
  const left = state !== "breached" && state !== "met" && sla.due_at ? [", ", ticking("timeLeft", sla.due_at)] : null;
  return el("span", { class: `sla ${state}`, testid: "sla", "data-state": state, title: TEXTS.slaLabel }, icon(state === "met" ? "tick" : "target"), el("span", {}, TEXTS.slaStates[state], left));
}

/** Every target of the handoff, for its head: the mark first, then each by its name. */
export function slaNodes(sla) {
  const clocks = CLOCKS.filter((name) => sla?.[name]).map((name) => clockNode(name, sla[name]));
  return clocks.length ? [slaBadge(sla), ...clocks] : [];
}

function clockNode(name, { state, due_at: due }) {
  const left = due && (state === "on_track" || state === "at_risk") ? [", ", ticking("timeLeft", due)] : null;
  return el("span", { class: `sla-clock ${state}`, testid: "sla-clock", "data-clock": name, "data-state": state }, `${TEXTS.slaClocks[name]}: ${TEXTS.slaStates[state].toLowerCase()}`, left);
}
