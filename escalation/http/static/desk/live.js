/** Live updates: the server says where to look again. */

import { API } from "./api.js";

/** Server-sent events with our own reconnecting: the browser's gives up at the first HTTP error. */
export class Live {
  constructor({ onEvent, onUp, onDown }) {
    Object.assign(this, { onEvent, onUp, onDown });
    this.tries = 0;
  }

  start() {
    this.stopped = false;
    this.open();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.source?.close();
  }

  open() {
    clearTimeout(this.timer);
    this.source?.close();
    const source = new EventSource(`${API}/live`);
    this.source = source;
    source.addEventListener("open", () => {
      this.tries = 0;
      this.onUp();
    });
    for (const name of ["queue", "handoff", "typing", "staff"]) {
      source.addEventListener(name, (event) => this.onEvent(name, parse(event.data)));
    }
    source.addEventListener("error", () => this.failed(source));
  }

  failed(source) {
    if (source !== this.source || this.stopped) return;
    source.close();
    const ceiling = Math.min(30_000, 1_000 * 2 ** this.tries);
    this.tries += 1;
    this.timer = setTimeout(() => this.open(), ceiling / 2 + (Math.random() * ceiling) / 2);
    this.onDown();
  }
}

/** The data of an event; {} when they cannot be read. */
function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
