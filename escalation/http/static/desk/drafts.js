/** What is being typed, per handoff and separately for replies and notes, in this tab. */

import { uuid } from "./api.js";

const DRAFTS = "frontdesk.desk.draft.";

const emptyDraft = () => ({ mode: "reply", reply: { id: null, sent: null, text: "" }, note: { id: null, sent: null, text: "" } });

export const drafts = {
  cache: new Map(),
  of(id) {
    if (this.cache.has(id)) return this.cache.get(id);
    let draft = emptyDraft();
    try {
      draft = { ...draft, ...JSON.parse(sessionStorage.getItem(DRAFTS + id) ?? "{}") };
    } catch {
      // Blocked storage: the draft lives as long as the page.
    }
    this.cache.set(id, draft);
    return draft;
  },
  save(id) {
    try {
      sessionStorage.setItem(DRAFTS + id, JSON.stringify(this.of(id)));
    } catch {
      // As above.
    }
  },
  /** The UUID to send with: the same as long as text and files are, so that a repeat is not said twice. */
  idFor(part, files) {
    const text = [part.text.trim(), ...files].join("\n");
    if (!part.id || part.sent !== text) Object.assign(part, { id: uuid(), sent: text });
    return part.id;
  },
  clearAll() {
    this.cache.clear();
    try {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(DRAFTS)) sessionStorage.removeItem(key);
    } catch {
      // As above.
    }
  },
};
