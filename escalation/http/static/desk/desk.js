/** The desk: who is signed in, the queue, and what is open beside it. */

import { api, ApiError } from "./api.js";
import { Availability } from "./availability.js";
import { BoardPage } from "./board.js";
import { Connection } from "./connection.js";
import { Detail } from "./detail.js";
import { SIGNED_OUT } from "./dialogs.js";
import { dismissButton, el, problemBox, redraw } from "./dom.js";
import { drafts } from "./drafts.js";
import { Frame } from "./frame.js";
import { address, parsed } from "./hash.js";
import { pressed } from "./keys.js";
import { Noticing } from "./noticing.js";
import { paced } from "./pace.js";
import { PeoplePage } from "./people.js";
import { Queue } from "./queue.js";
import { RepliesPage } from "./replies.js";
import { SearchPage } from "./search.js";
import { signInScreen, unreachableScreen } from "./sign-in.js";
import { TEXTS } from "./texts.js";
import { setClock, tickClocks } from "./time.js";

const RECONCILE_EVERY = 30_000;
const PAGES = { search: SearchPage, board: BoardPage, people: PeoplePage, replies: RepliesPage };

export class Desk {
  constructor(root) {
    this.root = root;
    this.refreshQueue = paced(() => this.loadQueue());
    this.connection = new Connection(this);
    setInterval(tickClocks, 1_000);
    setInterval(() => this.me && !document.hidden && this.refreshQueue(), RECONCILE_EVERY);
    addEventListener("hashchange", () => this.route());
    addEventListener("keydown", (event) => pressed(this, event));
    addEventListener(SIGNED_OUT, (event) => this.handled(event.detail));
    document.addEventListener("visibilitychange", () => !document.hidden && this.looked());
  }

  // Signing in

  async start() {
    this.root.replaceChildren(el("main", { class: "sign-in" }, el("p", { role: "status", class: "loading" }, TEXTS.loading)));
    try {
      this.signedIn(await api("/me"));
    } catch (error) {
      if (error.status === 401) this.showSignIn();
      else if (error.status === 403) location.replace("/studio");
      else this.root.replaceChildren(unreachableScreen(error, () => this.start()));
    }
  }

  showSignIn(message) {
    this.connection.live.stop();
    Object.assign(this, { me: null, detail: null, page: null, queue: null });
    document.title = TEXTS.title;
    this.root.replaceChildren(signInScreen({ message, onDone: (me) => this.signedIn(me) }));
    this.root.querySelector("input").focus();
  }

  signedIn(me) {
    if (me.role === "editor") return location.replace("/studio");
    this.me = me;
    this.noticing = new Noticing(this);
    this.build();
    this.connection.live.start();
    this.refreshQueue();
    this.route();
  }

  async signOut() {
    try {
      await api("/sign-out", {});
    } catch (error) {
      if (error.status !== 401) return this.showProblem(error);
    }
    drafts.clearAll();
    this.showSignIn();
  }

  /** True when an error means that nobody is signed in any more, and the sign-in screen is shown. */
  handled(error) {
    if (error.status !== 401) return false;
    document.querySelector("dialog[open]")?.close();
    if (this.me) this.showSignIn(TEXTS.signedOut);
    return true;
  }

  get oversees() {
    return ["lead", "admin"].includes(this.me.role);
  }

  build() {
    this.problems = el("div", { class: "errors", testid: "desk-problem" });
    this.status = el("p", { class: "sr", role: "status", testid: "announcement" });
    this.availability = new Availability(this);
    this.frame = new Frame(this);
    this.queue = new Queue(this);
    this.main = el("div", { class: "main" });
    this.root.replaceChildren(this.frame.root, this.connection.banner, this.problems, this.status, el("main", { class: "columns" }, this.queue.root, this.main));
    this.drawMain();
  }

  announce(text) {
    this.status.textContent = "";
    requestAnimationFrame(() => (this.status.textContent = text));
  }

  // Live

  event(name, data) {
    if (name === "queue") this.refreshQueue();
    // No id: so much has changed that it is not listed.
    const open = this.detail && (!data.id || String(data.id) === this.detail.id);
    if (name === "handoff" && open) this.detail.refresh();
    if (name === "typing" && data.id && this.detail?.data?.conversation_id === String(data.id)) this.detail.showTyping(data);
    if (name === "queue" || name === "staff") this.page?.changed?.();
    if (name === "staff" && (!data.id || String(data.id) === this.me.id)) this.refreshMe();
  }

  /** Availability may have been changed elsewhere. */
  async refreshMe() {
    try {
      const me = await api("/me");
      if (this.me) this.availability.set(me);
    } catch (error) {
      this.handled(error);
    }
  }

  reconcile() {
    this.refreshQueue();
    this.detail?.refresh();
    this.page?.changed?.();
  }

  // The queue

  async loadQueue() {
    if (!this.me) return;
    try {
      const list = await api("/queue");
      if (!this.me) return;
      setClock(list.now);
      this.connection.answers(true);
      this.noticing.see(list.waiting);
      this.queue.show(list);
      this.noticing.draw();
      this.drawMain();
      this.compareDetail();
    } catch (error) {
      if (this.handled(error)) return;
      if (!(error instanceof ApiError)) throw error;
      this.connection.answers(false);
      this.queue?.failed(error);
    }
  }

  /** Opening a handoff is recorded, so it is fetched again only when its row says that it has changed. */
  compareDetail() {
    const shown = this.detail?.data?.summary;
    const listed = shown && this.queue.all().find((item) => item.id === shown.id);
    if (listed && JSON.stringify(listed) !== JSON.stringify(shown)) this.detail.refresh();
  }

  /** Does something with a handoff that is not open; what went wrong is shown above everything. */
  async tell(path, body, done) {
    try {
      await api(path, body);
      this.announce(done);
    } catch (error) {
      if (!this.handled(error)) this.showProblem(error);
    }
    this.refreshQueue();
    this.detail?.refresh();
  }

  looked() {
    if (!this.me) return;
    this.noticing.looked();
    this.refreshQueue();
  }

  // What is open

  route() {
    if (!this.me) return;
    const { page, id, params } = parsed();
    const before = this.openId;
    this.openId = id && page === "h" ? id : null;
    this.root.classList.toggle("has-open", Boolean(this.openId));
    this.root.classList.toggle("has-page", page in PAGES);
    this.frame.draw(page === "h" ? "queue" : page);
    if (this.queue.list) this.queue.draw();
    if (this.pageName === page && this.page) return this.page.route?.();
    this.openPage(page);
    const message = params.get("m");
    if ((this.detail?.id ?? null) === this.openId) return this.drawMain();
    this.detail = this.openId ? new Detail(this, this.openId, message ? Number(message) : null) : null;
    this.drawMain();
    this.noticing.draw();
    if (page === "queue" && before) this.queue.item(before)?.focus();
    if (this.openId) this.focusDetail(this.detail);
  }

  openPage(name) {
    this.pageName = name;
    this.page = name in PAGES ? new PAGES[name](this) : null;
    if (!this.page) return;
    this.detail = null;
    this.drawMain();
    this.noticing.draw();
    if (this.page.focus) this.page.focus();
    else this.page.root.querySelector("h1").focus({ preventScroll: true });
  }

  async focusDetail(detail) {
    await detail.ready;
    if (this.detail === detail && !detail.root.contains(document.activeElement)) detail.root.querySelector("h1")?.focus({ preventScroll: true });
  }

  open(id) {
    location.hash = address("h", id);
    this.route();
  }

  close() {
    if (parsed().page !== "queue") location.hash = address("queue");
  }

  drawMain() {
    const shown = this.page ?? this.detail;
    if (shown) {
      if (this.main.firstChild === shown.root) return;
      this.main.drawn = null;
      return this.main.replaceChildren(shown.root);
    }
    const quiet = this.queue.list && !this.queue.list.waiting.length;
    redraw(this.main, ["pick", quiet], () => el("div", { class: "pick" }, el("h1", {}, quiet ? TEXTS.noneWaiting : TEXTS.pickTitle), el("p", {}, quiet ? TEXTS.allQuiet : TEXTS.pickHint)));
  }

  showProblem(error) {
    this.problems.replaceChildren(problemBox(error, [dismissButton(() => this.problems.replaceChildren())]));
  }
}
