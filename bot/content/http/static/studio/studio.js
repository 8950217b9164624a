/** The studio's shell: who is signed in, its pages, and what goes with all of them. */

import { SIGNED_OUT } from "/static/desk/dialogs.js";
import { button, el, hidden, icon, menu, redraw } from "/static/desk/dom.js";
import { ask } from "/static/desk/api.js";
import { signInScreen, unreachableScreen } from "/static/desk/sign-in.js";
import { api } from "./api.js";
import { FirstPage } from "./first.js";
import { GroupPage } from "./group.js";
import { address, parsed } from "./hash.js";
import { IntentPage } from "./intent.js";
import { IntentsPage } from "./intents.js";
import { PublishPage } from "./publish.js";
import { TEXTS } from "./texts.js";
import { TryPage } from "./try.js";
import { UnansweredPage } from "./unanswered.js";

const PAGES = ["first", "unanswered", "intents", "try", "publish"];
const WHOLE = { first: FirstPage, unanswered: UnansweredPage, intents: IntentsPage, try: TryPage, publish: PublishPage };
const ONE = { unanswered: GroupPage, intents: IntentPage };

export class Studio {
  constructor(root) {
    this.root = root;
    addEventListener("hashchange", () => this.route());
    addEventListener(SIGNED_OUT, (event) => this.handled(event.detail));
    addEventListener("beforeunload", (event) => this.page?.unsaved?.() && event.preventDefault());
    addEventListener("keydown", (event) => this.pressed(event));
  }

  async start() {
    this.root.replaceChildren(el("main", { class: "sign-in" }, el("p", { role: "status", class: "loading" }, TEXTS.loading)));
    try {
      this.signedIn(await api("/me"));
    } catch (error) {
      if (error.status === 401) this.showSignIn();
      else if (error.status === 403) this.showNotTheirs(error);
      else this.root.replaceChildren(unreachableScreen(error, () => this.start()));
    }
  }

  showSignIn(message) {
    Object.assign(this, { me: null, page: null });
    document.title = TEXTS.title;
    this.root.replaceChildren(signInScreen({ message, title: TEXTS.signInTitle, onDone: () => this.start() }));
    this.root.querySelector("input").focus();
  }

  /** Whoever has no business here is told where theirs is. */
  showNotTheirs(error) {
    const desk = el("a", { class: "button primary wide", href: "/desk", testid: "to-desk" }, TEXTS.toDesk);
    this.root.replaceChildren(el("main", { class: "sign-in" }, el("div", { class: "card" }, el("h1", {}, error.title), el("p", {}, error.detail), desk, button(TEXTS.signOut, { class: "button wide", onclick: () => this.signOut() }))));
  }

  signedIn(me) {
    this.me = me;
    this.build();
    this.route();
  }

  async signOut() {
    await ask("/api/v1/sign-out", {}).catch(() => {});
    this.showSignIn();
  }

  /** True when an error means that nobody is signed in any more, and the sign-in screen is shown. */
  handled = (error) => {
    if (error.status !== 401) return false;
    document.querySelector("dialog[open]")?.close();
    if (this.me) this.showSignIn(TEXTS.signedOut);
    return true;
  };

  get oversees() {
    return this.me.may_overrule;
  }

  build() {
    this.links = el("nav", { class: "pages", "aria-label": TEXTS.pages });
    this.small = el("nav", { class: "pages-small", "aria-label": TEXTS.pages });
    this.status = el("p", { class: "sr", role: "status", testid: "announcement" });
    this.main = el("div", { class: "main" });
    const out = button(TEXTS.signOut, { class: "button plain sign-out", testid: "sign-out", onclick: () => this.signOut() });
    const who = el("span", { class: "me" }, el("bdi", { testid: "me" }, this.me.name));
    const head = el("header", { class: "top" }, el("p", { class: "brand", dir: "auto" }, TEXTS.studioOf(this.me.business)), this.links, who, out, this.small);
    this.root.replaceChildren(head, this.status, el("main", { class: "columns" }, this.main));
  }

  announce(text) {
    this.status.textContent = "";
    requestAnimationFrame(() => (this.status.textContent = text));
  }

  route() {
    if (!this.me) return;
    const { page, id } = parsed();
    if (this.shown === location.hash && this.page) return;
    if (this.page?.unsaved?.() && !confirm(TEXTS.leaveUnsaved)) return history.replaceState(null, "", this.shown);
    this.shown = location.hash;
    redraw(this.links, page, () => this.nodes(page));
    redraw(this.small, page, () => menu([icon("menu"), hidden(TEXTS.menu)], [...this.nodes(page, "menu-go"), button(TEXTS.signOut, { class: "button plain", testid: "sign-out-small", onclick: () => this.signOut() })], { class: "button plain", testid: "menu" }));
    document.title = `${TEXTS.pageNames[page]} · ${TEXTS.studioOf(this.me.business)}`;
    this.page?.close?.();
    this.page = id && ONE[page] ? new ONE[page](this, id) : new WHOLE[page](this);
    this.main.replaceChildren(this.page.root);
    this.page.root.querySelector("h1")?.focus({ preventScroll: true });
  }

  nodes(page, testid = "go") {
    const links = PAGES.map((name) => el("a", { class: "page-link", href: address(name), testid: `${testid}-${name}`, "aria-current": name === page ? "page" : null }, TEXTS.pageNames[name]));
    return [...links, this.me.desk && el("a", { class: "page-link", href: "/desk", testid: `${testid}-desk` }, TEXTS.desk)].filter(Boolean);
  }

  /** Ctrl + S saves what is open. */
  pressed(event) {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || !this.page?.save || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.page.save();
  }

  go(page, id = "") {
    location.hash = address(page, id);
  }
}
