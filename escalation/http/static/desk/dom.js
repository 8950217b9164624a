/** Building nodes: text only, never markup. */

import { TEXTS } from "./texts.js";


/** An element; `on…` are listeners, `testid` and `class` as named, anything else an attribute. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "testid") node.setAttribute("data-testid", value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const ICONS = {
  back: "M14.5 5 7.5 12l7 7 1.5-1.5L10.5 12 16 6.5z",
  tick: "M9.3 17.6 3.7 12l1.5-1.5 4.1 4.1 9.5-9.5 1.5 1.5z",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2a7 7 0 1 1 0 14 7 7 0 0 1 0-14zm-1 2.5v5.1l4 2.3 1-1.6-3.1-1.8v-4z",
  warning: "M12 3 1.8 20.5h20.4zm1 14.2h-2v-2h2zm0-3.4h-2V9.5h2z",
  lock: "M12 2.5A4.5 4.5 0 0 0 7.5 7v3H6v11h12V10h-1.5V7A4.5 4.5 0 0 0 12 2.5zM9.5 10V7a2.5 2.5 0 0 1 5 0v3z",
  clip: "M16.5 6v10.5a4.5 4.5 0 0 1-9 0V5.5a3 3 0 0 1 6 0v10a1.5 1.5 0 0 1-3 0V6.8H9v8.7a3 3 0 0 0 6 0v-10a4.5 4.5 0 0 0-9 0v11a6 6 0 0 0 12 0V6z",
  file: "M6 2.5h8l5 5v14H6zm7 1.8V9h4.6z",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  target: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2a7 7 0 1 1 0 14 7 7 0 0 1 0-14zm0 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
  search: "M10.5 3a7.5 7.5 0 1 0 4.6 13.4l4.5 4.5 1.4-1.4-4.5-4.5A7.5 7.5 0 0 0 10.5 3zm0 2a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z",
  filter: "M3 5h18v2l-7 7v6l-4-2v-4L3 7z",
  menu: "M3 6h18v2H3zm0 5h18v2H3zm0 5h18v2H3z",
  canned: "M4 4h16v12H9l-5 4.5zm3 3v1.8h10V7zm0 3.7v1.8h7v-1.8z",
  lamp: "M12 2.5a6.5 6.5 0 0 0-3.8 11.8c.5.4.8 1 .8 1.7h6c0-.7.3-1.3.8-1.7A6.5 6.5 0 0 0 12 2.5zM9.5 17.5h5V19h-5zm1 2.7h3v1.3h-3z",
  more: "M6 10a2 2 0 1 1 0 4 2 2 0 0 1 0-4zm6 0a2 2 0 1 1 0 4 2 2 0 0 1 0-4zm6 0a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
  close: "M6.2 4.8 12 10.6l5.8-5.8 1.4 1.4-5.8 5.8 5.8 5.8-1.4 1.4-5.8-5.8-5.8 5.8-1.4-1.4 5.8-5.8-5.8-5.8z",
};

export const icon = (name) => svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
export const hidden = (text) => el("span", { class: "sr" }, text);
export const button = (label, props = {}) => el("button", { type: "button", class: "button", ...props }, label);

const LINKS = /\b(?:https?:\/\/|mailto:)[^\s<>"“”]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;

/** The address if it is http(s) or mailto, else null. */
function safeHref(text) {
  try {
    const url = new URL(/^(https?|mailto):/i.test(text) ? text : `mailto:${text}`);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Text with its links as nodes. Punctuation after a link stays outside it. */
export function linked(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(LINKS)) {
    const shown = match[0].replace(/[.,;:!?)\]}'’]+$/, "");
    const href = safeHref(shown);
    if (!href) continue;
    nodes.push(text.slice(from, match.index));
    nodes.push(el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, shown));
    from = match.index + shown.length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

/** Replaces a node's children only when `data` differs from what was drawn: focus and scroll survive a refetch. */
export function redraw(node, data, build) {
  const key = JSON.stringify(data);
  if (node.drawn === key) return false;
  node.drawn = key;
  node.replaceChildren(...[build()].flat().filter(Boolean));
  return true;
}

/** Ctrl + Enter, on a Mac Cmd + Enter: what was written is sent or saved. */
export const sends = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing;

/** What happened and what to do, in the server's words. */
export function problemBox(error, extra = []) {
  const detail = error.detail ? el("span", { dir: "auto" }, error.detail) : null;
  return el("div", { class: "problem", role: "alert", testid: "problem" }, icon("warning"), el("div", {}, el("strong", { dir: "auto" }, error.title), " ", detail), extra);
}

/** The cross of a problem that has been read. */
export const dismissButton = (run) => el("button", { type: "button", class: "button plain", "aria-label": TEXTS.dismiss, testid: "dismiss", onclick: run }, icon("close"));

/** A button that opens a short list of further buttons below it. Escape and a press elsewhere close it. */
export function menu(label, items, props = {}) {
  const list = el("div", { class: "menu-list", hidden: true }, items);
  const opener = el("button", { type: "button", class: "button", "aria-expanded": "false", ...props }, label);
  const box = el("div", { class: "menu" }, opener, list);
  const set = (open) => {
    list.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) list.querySelector("button, a")?.focus();
  };
  opener.addEventListener("click", () => set(list.hidden));
  list.addEventListener("click", (event) => event.target.closest("button, a") && set(false));
  box.addEventListener("focusout", (event) => !box.contains(event.relatedTarget) && set(false));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.preventDefault();
    event.stopPropagation();
    set(false);
    opener.focus();
  });
  return box;
}
