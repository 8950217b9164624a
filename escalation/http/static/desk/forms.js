/** The forms of what an agent does. Each stays open, with all that was written, until the server has done it. */

import { api, ApiError, uuid } from "./api.js";
import { ask, checks, field, radios, select } from "./dialogs.js";
import { el, icon } from "./dom.js";
import { fill } from "./load.js";
import { TEXTS } from "./texts.js";
import { localInput, momentOf, now, tomorrow } from "./time.js";

const HOUR = 3600;
const trimmed = (input) => input.value.trim();
const area = (id, props = {}) => el("textarea", { id, rows: "3", dir: "auto", testid: id, ...props });

/** A reply that was begun is not sent by any of this, and is said not to be. */
function draftWarning(detail) {
  return detail.composer.draft.reply.text.trim() ? el("p", { class: "warning" }, icon("warning"), TEXTS.draftWarning) : null;
}

/** Asks whether something is meant. */
export function askWhether(detail, { act, title, body, done, warn }) {
  const content = [el("p", {}, body), warn && draftWarning(detail)];
  const submit = () => detail.must(act, {}, done);
  return ask({ title, content, yes: title.replace(/\?$/, ""), testid: act, submit });
}

/** How it ended, what it was about, and what colleagues and the assistant learn from it. */
export function askResolve(detail) {
  const options = Object.entries(TEXTS.outcomes).map(([value, label]) => [value, label, TEXTS.outcomeHints[value]]);
  const outcome = radios("outcome", TEXTS.outcome, options, "solved");
  const comment = area("resolve-comment");
  const tags = el("div", { testid: "resolve-tags" });
  const teach = el("input", { type: "checkbox", testid: "resolve-teach", "aria-describedby": "teach-hint" });
  const teaching = el("div", {}, el("label", { class: "check" }, teach, TEXTS.teach), el("p", { class: "hint", id: "teach-hint" }, TEXTS.teachHint));
  const body = () => ({ outcome: outcome.chosen(), comment: trimmed(comment), tags: tags.querySelector("fieldset")?.chosen() ?? [], teach: teach.checked });
  const box = ask({
    title: TEXTS.resolveTitle, yes: TEXTS.confirmResolve, testid: "resolve",
    content: [outcome, tags, field(TEXTS.comment, comment), teaching, draftWarning(detail)],
    submit: () => detail.must("resolve", body(), TEXTS.resolved),
  });
  fill(tags, () => api("/tags"), (found) => tagNodes(found, detail.data.summary.tags));
  return box;
}

function tagNodes(found, chosen) {
  if (!found.length) return el("p", { class: "hint" }, TEXTS.noTags);
  return checks("tag", TEXTS.tagsLabel, found.map((tag) => [tag.name, tag.name]), chosen);
}

/** To a team, where it waits in its place, or to a person, whom it is offered. */
export function askTransfer(detail) {
  const to = radios("transfer-to", TEXTS.transferTo, [["team", TEXTS.toTeam, TEXTS.toTeamHint], ["person", TEXTS.toPerson, TEXTS.toPersonHint]], "team");
  const targets = el("div", { testid: "transfer-targets" });
  const comment = area("transfer-comment");
  const body = () => {
    const chosen = (id) => targets.querySelector(`#${id}`)?.value || null;
    const target = to.chosen() === "team" ? { team: chosen("transfer-team") } : { agent_id: chosen("transfer-agent") };
    return { ...target, comment: trimmed(comment) };
  };
  const box = ask({
    title: TEXTS.transferTitle, yes: TEXTS.transfer, testid: "transfer", content: [to, targets, field(TEXTS.commentLabel, comment)],
    submit: () => detail.must("transfer", body(), TEXTS.transferred),
  });
  const show = () => {
    const team = to.chosen() === "team";
    targets.querySelector(".to-team")?.toggleAttribute("hidden", !team);
    targets.querySelector(".to-person")?.toggleAttribute("hidden", team);
  };
  to.addEventListener("change", show);
  const fetching = () => Promise.all([api("/teams"), api("/agents")]);
  fill(targets, fetching, ([teams, agents]) => targetNodes(teams, agents, detail)).then(show);
  return box;
}

function targetNodes(teams, agents, detail) {
  const { summary } = detail.data;
  const others = agents.filter((agent) => agent.id !== detail.desk.me.id && agent.role !== "editor");
  const line = (agent) => TEXTS.personLine(agent.name, TEXTS.availabilityNames[agent.availability], agent.held, agent.capacity);
  const team = select("transfer-team", teams.map((one) => [one.name, one.title || one.name]), teams.find((one) => one.name !== summary.team)?.name ?? summary.team);
  const person = select("transfer-agent", others.map((one) => [one.id, line(one)]), others[0]?.id);
  return [el("div", { class: "to-team" }, field(TEXTS.team, team)), el("div", { class: "to-person", hidden: true }, field(TEXTS.person, person))];
}

/** Until when it rests; the contact's next message wakes it in any case. */
export function askSnooze(detail) {
  const options = Object.entries(TEXTS.snoozeOptions).map(([value, label]) => [value, label, TEXTS.snoozeHints[value]]);
  const until = radios("snooze-until", TEXTS.snoozeUntil, options, "hour");
  const time = el("input", { type: "datetime-local", id: "snooze-time", testid: "snooze-time", value: localInput(now() + HOUR), min: localInput(now()) });
  const timeField = field(TEXTS.snoozeTime, time);
  timeField.hidden = true;
  until.addEventListener("change", () => (timeField.hidden = until.chosen() !== "time"));
  const comment = area("snooze-comment");
  const moments = { hour: () => now() + HOUR, tomorrow, writes: () => null, time: () => momentOf(time) };
  const submit = () => {
    const moment = moments[until.chosen()]();
    if (until.chosen() === "time" && !(moment > now())) throw new ApiError(0, TEXTS.snoozeTimeMissing);
    return detail.must("snooze", { until: moment, comment: trimmed(comment) }, TEXTS.snoozed);
  };
  return ask({ title: TEXTS.snoozeTitle, yes: TEXTS.snoozeAct, testid: "snooze", content: [until, timeField, field(TEXTS.commentLabel, comment)], submit });
}

/** A gesture within the limits of the role; what the server refuses is said in its words. */
export function askGoodwill(detail) {
  const { goodwill_kinds: kinds, currency } = detail.desk.me;
  const kind = select("goodwill-kind", kinds.map((one) => [one, one]), kinds[0]);
  const amount = el("input", { type: "number", id: "goodwill-amount", testid: "goodwill-amount", min: "0", step: "0.01", inputmode: "decimal", required: true });
  const note = area("goodwill-note");
  const id = uuid();
  return ask({
    title: TEXTS.goodwillTitle, yes: TEXTS.goodwillGrant, testid: "goodwill",
    content: [field(TEXTS.goodwillKind, kind), field(TEXTS.goodwillAmount(currency), amount), field(TEXTS.goodwillNote, note)],
    submit: () => detail.must("goodwill", { id, kind: kind.value, amount: Number(amount.value), note: trimmed(note) }, TEXTS.goodwillGranted),
  });
}

/** Why somebody is not answered any more. */
export function askBlock(detail) {
  const why = area("block-why", { required: true });
  const content = [el("p", {}, TEXTS.blockBody), field(TEXTS.blockWhy, why)];
  return ask({ title: TEXTS.blockTitle, content, yes: TEXTS.blockAct, testid: "block", submit: () => detail.must("block", { why: trimmed(why) }, TEXTS.blockedDone) });
}

/** What a message of one's own says from now on. */
export function askEdit(detail, line) {
  const text = area("edit-text", { rows: "4", required: true });
  text.value = line.text;
  const submit = () => (trimmed(text) === line.text ? null : detail.must(`messages/${line.number}`, { text: trimmed(text) }, TEXTS.edited, "PATCH"));
  return ask({ title: TEXTS.editTitle, content: [el("p", {}, TEXTS.editBody), field(TEXTS.editLabel, text)], yes: TEXTS.saveEdit, testid: "edit", submit });
}

/** Whether a message of one's own is taken back. */
export function askDelete(detail, line) {
  const submit = () => detail.must(`messages/${line.number}`, undefined, TEXTS.deletedByUs, "DELETE");
  return ask({ title: TEXTS.deleteTitle, content: el("p", {}, TEXTS.deleteBody), yes: TEXTS.deleteMessage, testid: "delete", danger: true, submit });
}
