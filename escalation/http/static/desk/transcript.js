/** The conversation: its lines stay in place while their data change. */

import { el, redraw } from "./dom.js";
import { lineNode } from "./lines.js";
import { TEXTS } from "./texts.js";

export class Transcript {
  /** `body` is what scrolls on a phone, brief and conversation together; `on` does what a line's buttons say. */
  constructor({ base, body, on, announce }) {
    Object.assign(this, { base, body, on, announce });
    this.lines = el("ol", { class: "lines", "aria-label": TEXTS.transcript, testid: "transcript" });
    this.typing = el("p", { class: "typing", role: "status", testid: "typing" });
    this.root = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": TEXTS.transcript }, this.lines, this.typing);
    // A picture has its height only when it has come: whoever read at the end goes on reading there.
    this.atEnd = true;
    this.root.addEventListener("scroll", () => {
      this.atEnd = this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 60;
    });
    new ResizeObserver(() => this.atEnd && this.scroller() === this.root && this.toBottom()).observe(this.lines);
  }

  show(transcript, contact, first) {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller();
    const inside = this.scroller() === this.root;
    // On a phone the brief stands above the conversation and is read first.
    const atBottom = inside ? first || this.atEnd : !first && scrollHeight - scrollTop - clientHeight < 60;
    if (!transcript.length) return redraw(this.lines, [], () => el("li", { class: "hint" }, TEXTS.emptyTranscript));
    this.lines.drawn = null;
    this.patch(withEpisodes(transcript), contact);
    if (atBottom) this.toBottom();
    const last = transcript.at(-1);
    if (transcript.length > (this.shown ?? 0) && last.sender === "contact") this.showTyping({ on: false }, contact);
    if (!first && transcript.length > this.shown && last.sender === "contact") this.announce(TEXTS.said(contact, last.text));
    this.shown = transcript.length;
  }

  /** What scrolls: the conversation, or on a phone the brief and the conversation together. */
  scroller() {
    return getComputedStyle(this.root).overflowY === "visible" ? this.body : this.root;
  }

  toBottom() {
    const scroller = this.scroller();
    scroller.scrollTop = scroller.scrollHeight;
  }

  patch(wanted, contact) {
    wanted.forEach(([kind, data], index) => {
      const key = JSON.stringify([kind, data]);
      const old = this.lines.children[index];
      if (old?.key === key) return;
      const node = kind === "line" ? lineNode(data, contact, this.base, this.on) : el("li", { class: "episode" }, el("span", {}, TEXTS.newEpisode));
      node.key = key;
      if (old) old.replaceWith(node);
      else this.lines.append(node);
    });
    while (this.lines.children.length > wanted.length) this.lines.lastChild.remove();
  }

  /** Scrolls to a message that the brief cites, marks it, and gives it the focus. */
  showLine(number) {
    const node = this.lines.querySelector(`#m-${CSS.escape(String(number))}`);
    if (!node) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    for (const marked of this.lines.querySelectorAll(".cited")) marked.classList.remove("cited");
    node.classList.add("cited");
  }

  showTyping(data, contact) {
    clearTimeout(this.timer);
    const on = data.on !== false;
    this.typing.textContent = on ? TEXTS.typing(data.name || contact || TEXTS.senders.contact) : "";
    if (on) this.timer = setTimeout(() => (this.typing.textContent = ""), 6_000);
  }
}

/** The lines, with a mark wherever another matter begins. Notes belong to the handoff, not to an episode. */
function withEpisodes(transcript) {
  const wanted = [];
  let episode = transcript.find((line) => !line.note)?.episode;
  for (const line of transcript) {
    if (!line.note && line.episode !== episode) wanted.push(["episode", line.episode]);
    if (!line.note) episode = line.episode;
    wanted.push(["line", line]);
  }
  return wanted;
}
