/** What happened with a handoff, oldest first, and what the contact was granted. */

import { el } from "./dom.js";
import { TEXTS } from "./texts.js";
import { timeOf } from "./time.js";

/** An amount of money in the words of this place. */
function money(amount, currency) {
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(amount);
  } catch {
    return `${amount} ${currency}`;
  }
}

/** The timeline and the goodwill, as blocks below the brief. */
export function stepNodes(steps, goodwill) {
  const block = (title, name, content) => el("section", { class: `block ${name}`, testid: name }, el("h3", {}, title), content);
  return [
    goodwill.length ? block(TEXTS.goodwillGiven, "goodwill-given", el("ul", {}, goodwill.map(grantNode))) : null,
    steps.length ? block(TEXTS.steps, "steps", el("ol", { class: "timeline" }, steps.map(stepNode))) : null,
  ].filter(Boolean);
}

function stepNode(step) {
  const people = [step.agent && step.agent !== step.by ? TEXTS.stepTo(step.agent) : null, step.by ? TEXTS.stepBy(step.by) : null, ["transferred", "moved"].includes(step.what) && step.team ? TEXTS.stepTeam(step.team) : null];
  return el(
    "li", { testid: "step", "data-what": step.what },
    el("strong", {}, TEXTS.stepNames[step.what] ?? step.what), " ", el("span", { dir: "auto" }, people.filter(Boolean).join(", ")), " ", timeOf(step.at),
    step.comment ? el("q", { dir: "auto" }, step.comment) : null,
  );
}

function grantNode(grant) {
  return el(
    "li", {},
    el("strong", {}, TEXTS.goodwillLine(money(grant.amount, grant.currency), grant.kind)), " ", el("span", { dir: "auto" }, TEXTS.stepBy(grant.by)), " ", timeOf(grant.at), " ", el("span", { class: "hint" }, grant.reference),
    grant.note ? el("q", { dir: "auto" }, grant.note) : null,
  );
}
