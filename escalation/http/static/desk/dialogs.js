/** Modal dialogs, and the fields in them. */

import { ApiError } from "./api.js";
import { button, el, problemBox } from "./dom.js";
import { TEXTS } from "./texts.js";

/** Told to the window when a form hears that nobody is signed in any more; `detail` is the error. */
export const SIGNED_OUT = "signed-out";

/** A modal dialog in the top layer; the browser keeps the focus in it and gives it back. */
export function dialog(title, content, actions, testid) {
  const box = el("dialog", { class: "dialog", "aria-labelledby": "dialog-title", testid });
  const form = el("form", { method: "dialog" }, el("h2", { id: "dialog-title" }, title), content, el("div", { class: "dialog-actions" }, actions));
  box.append(form);
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  return box;
}

/**
 * Asks for something and stays open until it is done, so that nothing written is lost.
 *
 * `submit` does it; whatever it throws is shown in the dialog. `danger` puts the focus on the way out.
 */
export function ask({ title, content = [], yes, testid, submit, danger = false }) {
  const errors = el("div", { testid: `${testid}-problem` });
  const go = button(yes, { type: "submit", class: "button primary", testid: `${testid}-confirm` });
  const no = button(TEXTS.cancel, { testid: `${testid}-cancel`, onclick: () => box.close() });
  const box = dialog(title, [...[content].flat().filter(Boolean), errors], [no, go], `${testid}-dialog`);
  const form = box.querySelector("form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    go.disabled = true;
    errors.replaceChildren();
    try {
      await submit();
      box.close();
    } catch (error) {
      go.disabled = false;
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) dispatchEvent(new CustomEvent(SIGNED_OUT, { detail: error }));
      errors.replaceChildren(problemBox(error));
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  const first = danger ? no : (form.querySelector("input:not([type=hidden]), select, textarea") ?? go);
  first.focus();
  return box;
}

/** A field with its label above it. */
export function field(label, input, hint) {
  const id = input.id;
  if (hint) input.setAttribute("aria-describedby", `${id}-hint`);
  return el("div", { class: "field" }, el("label", { for: id }, label), input, hint && el("p", { class: "hint", id: `${id}-hint` }, hint));
}

/** A list to choose one from: `options` are [value, label]. */
export function select(id, options, value = "", props = {}) {
  const node = el("select", { id, testid: id, ...props }, options.map(([name, label]) => el("option", { value: name }, label)));
  node.value = value;
  return node;
}

/** One of several, each with a word of what it means: `options` are [value, label, hint]. */
export function radios(name, legend, options, value) {
  const one = ([key, label, hint]) =>
    el(
      "label", { class: "option" },
      el("input", { type: "radio", name, value: key, required: true, testid: `${name}-${key}`, checked: key === value }),
      el("span", {}, el("strong", {}, label), hint && el("span", { class: "hint" }, hint)),
    );
  const set = el("fieldset", { class: "options", testid: name }, el("legend", {}, legend), options.map(one));
  set.chosen = () => set.querySelector("input:checked")?.value ?? null;
  return set;
}

/** Any of several: `options` are [value, label]. */
export function checks(name, legend, options, chosen = []) {
  const one = ([key, label]) =>
    el("label", { class: "chip-check" }, el("input", { type: "checkbox", value: key, checked: chosen.includes(key), testid: `${name}-${key}` }), el("span", { dir: "auto" }, label));
  const set = el("fieldset", { class: "chips", testid: name }, el("legend", {}, legend), options.map(one));
  set.chosen = () => [...set.querySelectorAll("input:checked")].map((box) => box.value);
  return set;
}
