/** What speaks against an example: it is too near to another intent's, or holds what is somebody's. It forbids nothing. */

import { el, icon } from "/static/desk/dom.js";
import { api, ApiError } from "./api.js";
import { address } from "./hash.js";
import { percent, titleOf } from "./nodes.js";
import { TEXTS } from "./texts.js";

export const LOOK_AFTER = 700;
export const AT_ONCE = 32; // texts that are compared in one request

const line = (testid, ...content) => el("p", { class: "near-line warn", testid }, icon("warning"), el("span", {}, content));

/** Yellow lines for a text, of what the API found. */
export function nearNodes(found, text) {
  const nodes = [];
  const masks = text.match(/\[[a-z_]+\](?![({[])/g);
  if (masks) nodes.push(line("masked", TEXTS.stillMasked([...new Set(masks)].join(", "))));
  if (found.personal.length) nodes.push(line("personal", TEXTS.holdsPersonal(found.personal)));
  for (const one of found.near.filter((close) => close.too_near)) nodes.push(line("too-near", TEXTS.tooNear(one.text, percent(one.similarity)), " ", el("a", { href: address("intents", one.intent), target: "_blank" }, titleOf(one.intent)), TEXTS.tooNearWhat));
  return nodes;
}

export const noNearNode = (error) => el("p", { class: "hint" }, TEXTS.noNear(error.title));

/** Looks at an intent's examples that were just written, a moment after the last change; each text once. */
export class Warnings {
  constructor(studio, intent) {
    Object.assign(this, { studio, intent, rows: [], found: new Map() });
  }

  /** The page is drawn anew. */
  clear() {
    this.rows = [];
  }

  /** A place for a row's lines; `text` gives what was written there, "" when nothing was changed. */
  place(text) {
    const node = el("div", { class: "near", role: "status" });
    this.rows.push({ node, text });
    return node;
  }

  look() {
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.read(), LOOK_AFTER);
  }

  async read() {
    const texts = [...new Set(this.rows.map((row) => row.text()).filter((text) => text && !this.found.has(text)))];
    try {
      for (let at = 0; at < texts.length; at += AT_ONCE) {
        const some = texts.slice(at, at + AT_ONCE);
        const found = await api("/unanswered/near", { texts: some, intent: this.intent });
        some.forEach((text, place) => this.found.set(text, found.texts[place]));
        this.draw();
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!this.studio.handled(error)) this.rows.find((row) => texts.includes(row.text()))?.node.replaceChildren(noNearNode(error));
    }
  }

  draw() {
    for (const { node, text } of this.rows) node.replaceChildren(...(this.found.has(text()) ? nearNodes(this.found.get(text()), text()) : []));
  }
}
