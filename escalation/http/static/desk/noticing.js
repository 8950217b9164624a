/** Who is new: said to who listens, counted in the title for who looks elsewhere. */

import { TEXTS } from "./texts.js";

export class Noticing {
  constructor(desk) {
    this.desk = desk;
    this.unseen = 0;
    this.seen = null;
  }

  /** Announces who waits now and did not before, and what is offered to me now. */
  see(waiting) {
    const mine = (item) => item.offered_to === this.desk.me.name;
    const before = this.seen;
    this.seen = new Map(waiting.map((item) => [item.id, mine(item)]));
    if (!before) return;
    const arrived = waiting.filter((item) => !before.has(item.id));
    const offered = waiting.filter((item) => mine(item) && !before.get(item.id));
    if (document.hidden) this.unseen += new Set([...arrived, ...offered]).size;
    if (offered.length) this.desk.announce(TEXTS.newOffer(offered.at(-1).contact));
    else if (arrived.length) this.desk.announce(TEXTS.newWaiting(arrived.at(-1).contact));
  }

  looked() {
    this.unseen = 0;
    this.draw();
  }

  /** The number waiting, and a mark when one came while nobody looked. */
  draw() {
    const { queue, detail, me } = this.desk;
    const count = queue.list?.waiting.length ?? 0;
    const mark = this.unseen ? "● " : "";
    const contact = detail?.data?.summary.contact;
    document.title = `${mark}${count ? `(${count}) ` : ""}${contact ? `${contact} · ` : ""}${TEXTS.deskOf(me.business)}`;
  }
}
