/** Whether what is on the screen is current: the live stream, and a bar that says so when it is not. */

import { api } from "./api.js";
import { button, el, icon, redraw } from "./dom.js";
import { Live } from "./live.js";
import { TEXTS } from "./texts.js";
import { clockFormat } from "./time.js";

export class Connection {
  constructor(desk) {
    this.desk = desk;
    this.banner = el("div", { class: "banner", role: "status", testid: "banner", hidden: true });
    this.live = new Live({ onEvent: (name, data) => desk.me && desk.event(name, data), onUp: () => this.up(), onDown: () => this.down() });
    addEventListener("online", () => desk.me && this.live.open());
  }

  up() {
    this.liveDown = false;
    this.draw();
    if (this.desk.me) this.desk.reconcile();
  }

  down() {
    this.liveDown = true;
    this.draw();
    // Tells a server that is gone from one that no longer knows us.
    api("/me").catch((error) => this.desk.handled(error));
  }

  /** Whether the queue came when it was asked for last. */
  answers(yes) {
    this.failed = !yes;
    this.draw();
  }

  draw() {
    const lost = this.liveDown || this.failed;
    this.lostAt = lost ? (this.lostAt ?? new Date()) : null;
    this.banner.hidden = !lost;
    redraw(this.banner, [lost, this.lostAt], () =>
      lost ? [icon("warning"), el("span", {}, TEXTS.lost(clockFormat.format(this.lostAt))), button(TEXTS.tryNow, { class: "button small", testid: "try-now", onclick: () => this.tryNow() })] : [],
    );
  }

  tryNow() {
    this.live.open();
    this.desk.reconcile();
  }
}
