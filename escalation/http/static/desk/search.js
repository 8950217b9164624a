/** Search over what was said, in the handoffs that this person may see. */

import { api } from "./api.js";
import { button, el, icon, problemBox } from "./dom.js";
import { address, parsed } from "./hash.js";
import { fill, nothing, pageNode } from "./load.js";
import { TEXTS } from "./texts.js";
import { timeOf } from "./time.js";

export class SearchPage {
  constructor(desk) {
    this.desk = desk;
    this.field = el("input", { id: "search", type: "search", testid: "search-input", autocomplete: "off", "aria-describedby": "search-hint" });
    const form = el(
      "form", { class: "search-form", role: "search" },
      el("label", { for: "search" }, TEXTS.searchLabel),
      el("div", { class: "search-line" }, this.field, el("button", { type: "submit", class: "button primary", testid: "search-go" }, icon("search"), TEXTS.searchGo)),
      el("p", { class: "hint", id: "search-hint" }, TEXTS.searchHint),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      location.hash = address("search", "", this.field.value.trim() ? { q: this.field.value.trim() } : {});
    });
    this.found = el("div", { class: "found", testid: "search-found" });
    this.root = pageNode(TEXTS.searchTitle, "page-search", form, this.found);
    this.route();
  }

  /** Looks for what the address says. */
  route() {
    const words = parsed().params.get("q") ?? "";
    if (words === this.words) return;
    this.words = words;
    this.field.value = words;
    if (!words) return this.found.replaceChildren(nothing(TEXTS.searchStart, TEXTS.searchStartHint, "search-start"));
    return fill(this.found, () => this.fetch(null), (hits) => this.nodes(hits), (error) => this.desk.handled(error));
  }

  focus() {
    this.field.focus();
  }

  fetch(after) {
    return api(`/search?${new URLSearchParams({ q: this.words, ...(after ? { after } : {}) })}`);
  }

  nodes(hits) {
    if (!hits.items.length) return nothing(TEXTS.searchNone, TEXTS.searchNoneHint, "search-none");
    this.list = el("ol", { class: "hits" }, hits.items.map(hitNode));
    this.count = el("p", { class: "hint", role: "status" }, TEXTS.searchFound(hits.items.length, Boolean(hits.next)));
    return [this.count, this.list, this.moreNode(hits.next)];
  }

  moreNode(after) {
    if (!after) return null;
    const node = el("div", { class: "more" });
    const load = async () => {
      press.disabled = true;
      try {
        const hits = await this.fetch(after);
        const nodes = hits.items.map(hitNode);
        this.list.append(...nodes);
        this.count.textContent = TEXTS.searchFound(this.list.children.length, Boolean(hits.next));
        node.replaceWith(...[this.moreNode(hits.next)].filter(Boolean));
        nodes[0]?.querySelector("a").focus();
      } catch (error) {
        press.disabled = false;
        if (!this.desk.handled(error)) node.replaceChildren(problemBox(error), press);
      }
    };
    const press = button(TEXTS.loadMore, { testid: "search-more", onclick: load });
    node.append(press);
    return node;
  }
}

function hitNode(hit) {
  const sender = TEXTS.senders[hit.sender] ?? hit.sender;
  return el(
    "li", {},
    el(
      "a", { class: "hit", href: address("h", hit.handoff_id, { m: hit.message }), testid: "search-hit" },
      el("span", { class: "hit-top" }, el("bdi", { class: "name" }, hit.contact), el("span", { class: "hint" }, hit.reference), timeOf(hit.at)),
      el("span", { dir: "auto" }, el("span", { class: "hint" }, `${sender}: `), hit.excerpt),
    ),
  );
}
