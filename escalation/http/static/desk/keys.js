/** The keyboard: single keys while nobody is typing, and the list of them. */

import { dialog } from "./dialogs.js";
import { el } from "./dom.js";
import { address } from "./hash.js";
import { TEXTS } from "./texts.js";

const SHORTCUTS = "frontdesk.desk.shortcuts";

/** Single keys can be switched off: they disturb people who dictate. */
export const shortcuts = {
  get on() {
    try {
      return localStorage.getItem(SHORTCUTS) !== "off";
    } catch {
      return true;
    }
  },
  set on(value) {
    try {
      localStorage.setItem(SHORTCUTS, value ? "on" : "off");
    } catch {
      // Blocked storage: shortcuts stay on.
    }
  },
};

const actions = {
  j: (desk) => desk.queue.move(1),
  k: (desk) => desk.queue.move(-1),
  c: (desk) => desk.detail?.acts.claim(),
  r: (desk) => desk.detail?.composer.focus("reply"),
  n: (desk) => desk.detail?.composer.focus("note"),
  ".": (desk) => desk.detail?.data && desk.detail.composer.pickCanned(),
  t: (desk) => desk.detail?.acts.ask("transfer"),
  s: (desk) => (desk.detail?.may("wake") ? desk.detail.acts.do("wake", {}, TEXTS.woken) : desk.detail?.acts.ask("snooze")),
  e: (desk) => desk.detail?.acts.ask("resolve"),
  a: (desk) => desk.availability.ask(),
  f: (desk) => desk.queue.filters.toggle(),
  "/": (desk) => {
    if (desk.page?.focus) desk.page.focus();
    else location.hash = address("search");
  },
};

/** Does what a key means. */
export function pressed(desk, event) {
  if (!desk.me || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "Escape") return typing ? typing.blur() : desk.close();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "?") return help();
  const action = shortcuts.on && actions[event.key];
  if (!action) return;
  event.preventDefault();
  action(desk);
}

/** Shows the list. */
export function help() {
  const keys = el("dl", { class: "keys" }, TEXTS.keys.map(([key, what]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, what))));
  const box = el("input", { type: "checkbox", checked: shortcuts.on, testid: "shortcuts-on", onchange: (event) => (shortcuts.on = event.target.checked) });
  dialog(TEXTS.shortcuts, [keys, el("label", { class: "check" }, box, TEXTS.shortcutsOn)], el("button", { type: "submit", class: "button primary" }, TEXTS.close), "help-dialog");
}
