/** The head of the page: whose desk it is, its pages, whether I am here, and the way out. */

import { button, el, hidden, icon, menu, redraw } from "./dom.js";
import { help } from "./keys.js";
import { address } from "./hash.js";
import { TEXTS } from "./texts.js";

/** The pages; the second is whether only leads have it. */
const PAGES = [["queue", false], ["search", false], ["people", false], ["board", true], ["replies", true]];

export class Frame {
  constructor(desk) {
    const { me, oversees } = desk;
    this.oversees = oversees;
    this.pages = PAGES.filter(([, leads]) => oversees || !leads).map(([name]) => name);
    this.links = el("nav", { class: "pages", "aria-label": TEXTS.pages });
    this.small = el("nav", { class: "pages-small", "aria-label": TEXTS.pages });
    const ask = el("button", { type: "button", class: "button plain help", "aria-label": TEXTS.shortcuts, testid: "help", onclick: help }, "?");
    const who = el("span", { class: "me" }, el("bdi", { testid: "me" }, me.name));
    const out = (name) => button(TEXTS.signOut, { class: "button plain sign-out", testid: name, onclick: () => desk.signOut() });
    this.root = el("header", { class: "top" }, el("p", { class: "brand", dir: "auto" }, TEXTS.deskOf(me.business)), this.links, desk.availability.root, who, ask, out("sign-out"), this.small);
    this.smallOut = () => out("sign-out-small");
  }

  draw(page) {
    redraw(this.links, [page, location.hash], () => this.nodes(page));
    if (this.small.querySelector(".menu-list:not([hidden])")) return;
    redraw(this.small, [page, location.hash], () => menu([icon("menu"), hidden(TEXTS.menu)], [...this.nodes(page, "menu-go"), this.smallOut()], { class: "button plain", testid: "menu" }));
  }

  nodes(page, testid = "go") {
    const studio = this.oversees && el("a", { class: "page-link", href: "/studio", testid: `${testid}-studio` }, TEXTS.studio);
    const pages = this.pages.map((name) => el("a", { class: "page-link", href: address(name), testid: `${testid}-${name}`, "aria-current": name === page ? "page" : null }, TEXTS.pageNames[name]));
    return [...pages, studio].filter(Boolean);
  }
}
