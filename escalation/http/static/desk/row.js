/** One row of the queue. */

import { button, el, hidden, icon } from "./dom.js";
import { moodBlocks } from "./mood.js";
import { slaBadge } from "./sla.js";
import { TEXTS } from "./texts.js";
import { ticking, timeOf } from "./time.js";

/** A clock: short for the eye, in words for a screen reader. */
const rowClock = (prefix, at) => el("span", { class: "row-clock", title: prefix }, icon("clock"), hidden(`${prefix} `), ticking("plain", at));

/** An empty row; {@link updateRow} fills it. */
export const newRow = () => el("li", {}, el("a", { class: "item", testid: "queue-item" }), el("div", { class: "item-acts" }));

/** Draws a row anew in its place. `on` does what the buttons of an offer say. */
export function updateRow(node, { href, item, mine, open, offered, gone }, on) {
  const [link, acts] = node.children;
  link.href = href;
  Object.assign(link.dataset, { id: item.id, state: item.state });
  if (open) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
  node.classList.toggle("gone", Boolean(gone));
  link.replaceChildren(...rowNodes(item, mine, offered, gone));
  acts.replaceChildren(...(offered && !gone ? offerButtons(item, on) : []));
}

function rowNodes(item, mine, offered, gone) {
  const place = item.state === "waiting" && item.place ? el("span", { class: "place" }, el("span", { "aria-hidden": "true" }, String(item.place)), hidden(TEXTS.place(item.place))) : null;
  const text = item.ask || item.last_text;
  return [
    el("span", { class: "item-top" }, place, el("bdi", { class: "item-contact" }, item.contact), moodBlocks(item.mood), clockOf(item)),
    el("span", { class: "item-ask", dir: "auto" }, text),
    item.ask && item.last_text ? el("span", { class: "item-last", dir: "auto" }, "“", item.last_text, "”") : null,
    el("span", { class: "item-labels" }, gone && el("strong", { class: "reason" }, TEXTS.gone), slaBadge(item.sla), offered && item.offered_until ? el("span", { class: "reason offer-clock", testid: "offer-clock" }, ticking("offer", item.offered_until)) : null, labels(item, mine, offered)),
  ].filter(Boolean);
}

function clockOf(item) {
  if (item.snoozed) return null;
  if (item.state === "waiting") return rowClock(TEXTS.waitsFor, item.waiting_since);
  if (item.state === "assigned" && item.awaiting) return rowClock(TEXTS.awaitsFor, item.awaiting);
  return timeOf(item.last_at);
}

function labels(item, mine, offered) {
  const label = (text, kind = "") => el("span", { class: `reason ${kind}` }, text);
  const ended = item.outcome ? (TEXTS.outcomes[item.outcome] ?? TEXTS.ends[item.outcome] ?? item.outcome) : ["returned", "abandoned"].includes(item.state) ? TEXTS.states[item.state] : null;
  return [
    ended && label(ended, "holder"),
    item.state === "assigned" && !mine && item.agent && el("bdi", { class: "reason holder" }, TEXTS.with(item.agent)),
    item.snoozed && label(item.snoozed_until ? ticking("snooze", item.snoozed_until) : TEXTS.untilTheyWrite, "holder"),
    item.offered_to && !offered && el("bdi", { class: "reason holder" }, TEXTS.offeredTo(item.offered_to)),
    item.blocked && label(TEXTS.blocked, "bad"),
    item.left_with_us_at && label(TEXTS.leftWithUs),
    item.reachable === "no" && label(TEXTS.notReachable, "bad"),
    item.reachable === "mail" && label(TEXTS.byMail),
    label(TEXTS.channels[item.channel] ?? item.channel, "channel"),
    item.language && label(item.language, "language"),
    item.reasons.map((reason) => label(reason.label)),
    item.tags.map((tag) => label(`#${tag}`, "channel")),
  ];
}

function offerButtons(item, on) {
  return [
    button(TEXTS.accept, { class: "button primary small", testid: "row-accept", "aria-label": `${TEXTS.accept}: ${item.contact}`, onclick: () => on.accept(item) }),
    button(TEXTS.decline, { class: "button small", testid: "row-decline", "aria-label": `${TEXTS.decline}: ${item.contact}`, onclick: () => on.decline(item) }),
  ];
}
