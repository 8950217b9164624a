/** Canned replies and tags, which leads keep. */

import { api } from "./api.js";
import { ask, field, select } from "./dialogs.js";
import { button, el, icon, problemBox } from "./dom.js";
import { fill, nothing, pageNode } from "./load.js";
import { TEXTS } from "./texts.js";

export class RepliesPage {
  constructor(desk) {
    this.desk = desk;
    this.canned = el("div", { testid: "canned-replies" });
    this.tags = el("div", { testid: "tags" });
    this.root = pageNode(TEXTS.repliesTitle, "page-replies", desk.oversees ? this.content() : nothing(TEXTS.onlyLeads, TEXTS.onlyLeadsHint, "only-leads"));
    if (desk.oversees) {
      this.loadCanned();
      this.loadTags();
    }
  }

  content() {
    const add = button(TEXTS.newCanned, { testid: "canned-new", onclick: () => this.askCanned(null) });
    return [
      el("section", { class: "page-part" }, el("div", { class: "page-head" }, el("h2", {}, TEXTS.cannedHeading), add), this.canned),
      el("section", { class: "page-part" }, el("h2", {}, TEXTS.tagsHeading), this.tagForm(), this.tags),
    ];
  }

  handled = (error) => this.desk.handled(error);

  // Canned replies

  loadCanned() {
    return fill(this.canned, () => api("/canned"), (items) => this.cannedNodes(items), this.handled);
  }

  cannedNodes(items) {
    if (!items.length) return nothing(TEXTS.cannedEmpty, TEXTS.cannedEmptyHint, "canned-empty");
    return el("ul", { class: "canned-rows" }, items.map((item) => this.cannedNode(item)));
  }

  cannedNode(item) {
    return el(
      "li", { testid: "canned-row" },
      el("div", { class: "person-head" }, el("h3", { dir: "auto" }, item.name), el("span", { class: "tag" }, item.team || TEXTS.everyTeam), el("span", { class: "tag" }, item.language)),
      el("p", { class: "preview-text", dir: "auto" }, item.text),
      el(
        "p", { class: "line-acts" },
        button(TEXTS.change, { class: "button small", testid: "canned-change", "aria-label": `${TEXTS.change}: ${item.name}`, onclick: () => this.askCanned(item) }),
        button(TEXTS.deleteMessage, { class: "button small plain", testid: "canned-delete", "aria-label": `${TEXTS.deleteMessage}: ${item.name}`, onclick: () => this.askDelete(item) }),
      ),
    );
  }

  /** Writes a reply or changes one; what is wrong with its variables is said in the server's words. */
  askCanned(item) {
    const name = el("input", { id: "canned-name", testid: "canned-name", value: item?.name ?? "", required: true, maxlength: "64", dir: "auto" });
    const text = el("textarea", { id: "canned-text", rows: "6", dir: "auto", testid: "canned-text", required: true });
    text.value = item?.text ?? "";
    const language = el("input", { id: "canned-language", testid: "canned-language", value: item?.language ?? "en", required: true, maxlength: "8", size: "4" });
    const team = el("div", {});
    const teamOf = () => team.querySelector("select")?.value ?? item?.team ?? "";
    const body = () => ({ name: name.value.trim(), text: text.value, team: teamOf(), language: language.value.trim() });
    ask({
      title: item ? TEXTS.changeCannedTitle : TEXTS.newCannedTitle, yes: TEXTS.save, testid: "canned-edit",
      content: [field(TEXTS.cannedName, name, TEXTS.cannedNameHint), field(TEXTS.cannedText, text, TEXTS.cannedTextHint), team, field(TEXTS.cannedLanguage, language)],
      submit: async () => {
        await (item ? api(`/canned/${item.id}`, body(), "PATCH") : api("/canned", body()));
        this.desk.announce(TEXTS.cannedSaved);
        this.loadCanned();
      },
    });
    const options = (teams) => [["", TEXTS.everyTeam], ...teams.map((one) => [one.name, one.title || one.name])];
    fill(team, () => api("/teams"), (teams) => field(TEXTS.cannedTeam, select("canned-team", options(teams), item?.team ?? "")), this.handled);
  }

  askDelete(item) {
    const submit = async () => {
      await api(`/canned/${item.id}`, undefined, "DELETE");
      this.loadCanned();
    };
    ask({ title: TEXTS.deleteCanned(item.name), content: el("p", {}, TEXTS.deleteCannedBody), yes: TEXTS.deleteMessage, testid: "canned-delete", danger: true, submit });
  }

  // Tags

  loadTags() {
    return fill(this.tags, () => api("/tags"), (tags) => this.tagNodes(tags), this.handled);
  }

  tagNodes(tags) {
    if (!tags.length) return nothing(TEXTS.tagsEmpty, TEXTS.tagsEmptyHint, "tags-empty");
    return el("ul", { class: "tag-list" }, tags.map((tag) => this.tagNode(tag)));
  }

  tagNode(tag) {
    const remove = () => this.doTag(() => api(`/tags/${encodeURIComponent(tag.name)}`, undefined, "DELETE"), TEXTS.tagRemoved);
    return el("li", { class: "tag-item", testid: "tag" }, el("span", { dir: "auto" }, tag.name), el("button", { type: "button", class: "button plain", testid: "tag-remove", "aria-label": TEXTS.removeTag(tag.name), onclick: remove }, icon("close")));
  }

  tagForm() {
    const name = el("input", { id: "new-tag", testid: "new-tag", required: true, maxlength: "40" });
    this.tagProblems = el("div", { testid: "tag-problem" });
    const form = el("form", { class: "tag-form" }, field(TEXTS.newTag, name, TEXTS.newTagHint), el("button", { type: "submit", class: "button", testid: "tag-add" }, TEXTS.addTag), this.tagProblems);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await this.doTag(() => api("/tags", { name: name.value.trim() }), TEXTS.tagAdded)) name.value = "";
      name.focus();
    });
    return form;
  }

  async doTag(act, done) {
    this.tagProblems.replaceChildren();
    try {
      await act();
    } catch (error) {
      if (!this.handled(error)) this.tagProblems.replaceChildren(problemBox(error));
      return false;
    }
    this.desk.announce(done);
    this.loadTags();
    return true;
  }
}
