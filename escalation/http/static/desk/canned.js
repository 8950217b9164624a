/** Picking a canned reply: found by its words, seen filled in, put into the reply. */

import { api } from "./api.js";
import { dialog } from "./dialogs.js";
import { button, el, hidden } from "./dom.js";
import { fill, nothing } from "./load.js";
import { TEXTS } from "./texts.js";

const WAIT = 200;

/** Opens the list; `insert` hears the text that was chosen, with what is known filled in. */
export function pickCanned({ handoffId, words, insert, handled }) {
  const search = el("input", { id: "canned-search", type: "search", autocomplete: "off", testid: "canned-search", value: words });
  const list = el("div", { class: "canned-list", testid: "canned-list" });
  const preview = el("div", { class: "canned-preview", "aria-live": "polite", testid: "canned-preview" }, el("p", { class: "hint" }, TEXTS.cannedPick));
  const use = button(TEXTS.insert, { type: "submit", class: "button primary", testid: "canned-insert", disabled: true });
  const no = button(TEXTS.cancel, { testid: "canned-cancel", onclick: () => box.close() });
  const content = [el("label", { for: "canned-search" }, TEXTS.cannedSearch), search, list, el("section", {}, el("h3", {}, TEXTS.cannedPreview), preview)];
  let text = null;
  let turn = 0;

  const show = async (id) => {
    const mine = ++turn;
    text = null;
    use.disabled = true;
    const filled = await fill(preview, () => api(`/canned/${id}/preview`, { handoff_id: handoffId }), previewNodes, handled);
    if (!filled || mine !== turn) return;
    text = filled.text;
    use.disabled = false;
  };
  const find = async () => {
    const query = new URLSearchParams({ handoff: handoffId, q: search.value.trim() });
    await fill(list, () => api(`/canned?${query}`), (items) => cannedNodes(items, show), handled);
    // Who wrote words and presses Enter means the first one.
    list.querySelector("input")?.click();
  };

  const box = dialog(TEXTS.cannedTitle, content, [no, use], "canned-dialog");
  box.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (text === null) return;
    box.close();
    insert(text);
  });
  let timer;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, WAIT);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    list.querySelector("input:checked, input")?.focus();
  });
  search.focus();
  search.setSelectionRange(search.value.length, search.value.length);
  find();
  return box;
}

function cannedNodes(items, show) {
  if (!items.length) return nothing(TEXTS.cannedNone, TEXTS.cannedNoneHint, "canned-none");
  const one = (item) =>
    el(
      "label", { class: "option", testid: "canned-item" },
      el("input", { type: "radio", name: "canned", value: String(item.id), onchange: () => show(item.id) }),
      el("span", {}, el("strong", { dir: "auto" }, item.name), el("span", { class: "hint", dir: "auto" }, item.text)),
    );
  return el("fieldset", { class: "options" }, el("legend", {}, hidden(TEXTS.cannedTitle)), items.map(one));
}

function previewNodes(filled) {
  const missing = filled.missing.length ? el("p", { class: "warning", testid: "canned-missing" }, TEXTS.cannedMissing(filled.missing)) : null;
  return [el("p", { class: "preview-text", dir: "auto" }, filled.text), missing];
}
