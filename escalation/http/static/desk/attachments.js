/** Files that go with the next reply. */

import { api } from "./api.js";
import { el, icon, problemBox, redraw } from "./dom.js";
import { sizeOf } from "./files.js";
import { TEXTS } from "./texts.js";

const FILE_LIMIT = 20 * 1024 * 1024;
const FILES_LIMIT = 10;

export class Attachments {
  /** `problems` is where a refusal is shown; `changed` is called when there is something else to draw. */
  constructor({ base, desk, problems, changed }) {
    Object.assign(this, { base, desk, problems, changed });
    this.files = [];
    this.chooser = el("input", { type: "file", multiple: true, hidden: true, testid: "file-input", onchange: () => this.chosen() });
    this.opener = el("button", { type: "button", class: "button plain attach", "aria-label": TEXTS.attach, title: TEXTS.attach, testid: "attach", onclick: () => this.chooser.click() }, icon("clip"));
    this.list = el("ul", { class: "files", testid: "attached" });
  }

  draw({ usable, sending }) {
    this.opener.hidden = !usable;
    this.opener.disabled = sending || Boolean(this.uploading);
    this.list.hidden = !usable || !this.files.length;
    redraw(this.list, [this.files, sending], () => this.files.map((file) => this.node(file, sending)));
  }

  node(file, sending) {
    const remove = el("button", { type: "button", class: "button plain", "aria-label": TEXTS.detach(file.name), disabled: sending, onclick: () => this.detach(file) }, icon("close"));
    return el("li", {}, el("span", { class: "file", dir: "auto" }, icon("file"), el("span", {}, TEXTS.download(file.name, sizeOf(file.size)))), remove);
  }

  detach(file) {
    this.files = this.files.filter((one) => one !== file);
    this.changed(true);
  }

  /** Uploads what was chosen; it goes with the next reply. */
  async chosen() {
    const files = [...this.chooser.files];
    this.chooser.value = "";
    this.problems.replaceChildren();
    for (const file of files) {
      if (!(await this.upload(file))) return;
    }
  }

  async upload(file) {
    const refuse = (title, detail) => this.problems.replaceChildren(problemBox({ title, detail }));
    if (this.files.length >= FILES_LIMIT) return refuse(TEXTS.tooManyFiles, TEXTS.tooManyFilesHint);
    if (file.size > FILE_LIMIT) return refuse(TEXTS.fileTooLarge(file.name), TEXTS.fileTooLargeHint);
    this.uploading = true;
    this.desk.announce(TEXTS.attaching(file.name));
    this.changed();
    try {
      this.files = [...this.files, await api(`${this.base}/files?name=${encodeURIComponent(file.name)}`, file)];
      this.desk.announce(TEXTS.attached(file.name));
      return true;
    } catch (error) {
      if (!this.desk.handled(error)) this.problems.replaceChildren(problemBox(error));
      return false;
    } finally {
      this.uploading = false;
      this.changed();
    }
  }
}
