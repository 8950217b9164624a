/** One line of the conversation: a message, or a note for colleagues. */

import { button, el, hidden, icon, linked } from "./dom.js";
import { fileNode } from "./files.js";
import { TEXTS } from "./texts.js";
import { timeOf } from "./time.js";

/** One message or note. `base` is the handoff's place in the API; `on` does what its buttons say. */
export function lineNode(line, contact, base, on) {
  const kind = line.note ? "note" : line.sender;
  const name = line.name || { contact, bot: TEXTS.assistantName }[line.sender] || TEXTS.senders[line.sender] || line.sender;
  const role = line.note ? TEXTS.note : TEXTS.senders[line.sender];
  const attributes = { class: `line ${kind} ${line.status}`, testid: "line", "data-sender": line.sender, "data-status": line.status, tabindex: "-1" };
  if (line.note) attributes["data-note"] = "true";
  if (line.number !== null) Object.assign(attributes, { id: `m-${line.number}`, "data-number": line.number });
  const withdrawn = line.status === "withdrawn";
  const deleted = line.sender === "contact" ? TEXTS.deletedByContact : TEXTS.deletedByUs;
  const acts = {
    send_again: () => button(TEXTS.sendAgain, { class: "button small", testid: "send-again", onclick: () => on.sendAgain(line) }),
    edit: () => button(TEXTS.edit, { class: "button small plain", testid: "edit", onclick: () => on.edit(line) }),
    delete: () => button(TEXTS.deleteMessage, { class: "button small plain", testid: "delete", onclick: () => on.remove(line) }),
  };
  const text = el(withdrawn ? "del" : "span", { class: "text", dir: "auto", testid: "line-text" }, ...linked(line.text));
  return el(
    "li", attributes,
    el("div", { class: "line-head" }, el("bdi", { class: "name" }, name), role !== name ? el("span", { class: "tag" }, role) : null, line.note ? el("span", { class: "private" }, icon("lock"), TEXTS.onlyColleagues) : null, timeOf(line.at), line.edited && !line.deleted ? el("span", { class: "tag", testid: "edited" }, TEXTS.edited) : null, statusMark(line)),
    line.deleted ? el("p", { class: "aside", testid: "deleted" }, deleted) : el("p", {}, text),
    line.files.length ? el("ul", { class: "files" }, line.files.map((file) => fileNode(file, base))) : null,
    withdrawn && !line.deleted ? el("p", { class: "aside" }, TEXTS.withdrawn) : null,
    line.buttons.length ? el("p", { class: "offered", dir: "auto" }, TEXTS.offered, " ", line.buttons.map((title) => el("span", { class: "offer", dir: "auto" }, title))) : null,
    line.may.length ? el("p", { class: "line-acts" }, line.may.map((name) => acts[name]?.())) : null,
  );
}

function statusMark(line) {
  if (line.note || line.sender === "contact" || line.sender === "system") return null;
  const label = TEXTS.statuses[line.status] ?? line.status;
  if (line.status === "sent") return el("span", { class: "status sent", title: label }, icon("tick"), hidden(label));
  if (line.status === "pending" || line.status === "sending") return el("span", { class: "status pending" }, icon("clock"), label);
  if (line.status === "failed" || line.status === "unknown") return el("span", { class: "status failed" }, icon("warning"), label);
  return null;
}
