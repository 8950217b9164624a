/** Lists whose rows are kept by key, and which never jump under the pointer. */

/**
 * Makes the children of `list` those of `items`, in their order, each kept by `key(item)`. A row is `build()` once and
 * `update(node, item)` whenever its data differ: focus stays where it is.
 */
export function keyed(list, items, key, build, update) {
  const focused = document.activeElement;
  const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
  let next = list.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const node = old.get(name) ?? build(item);
    old.delete(name);
    node.dataset.key = name;
    const data = JSON.stringify(item);
    if (node.drawn !== data) {
      node.drawn = data;
      update(node, item);
    }
    if (node === next) next = next.nextElementSibling;
    else list.insertBefore(node, next);
  }
  for (const node of old.values()) node.remove();
  // A node that is moved loses the focus.
  if (list.contains(focused) && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

/**
 * Keeps the row under the pointer (or with the focus) where it is on the screen while `change` redraws `scroller`. What
 * scrolling cannot make up for, at either end, is made up for by room above or below, until the pointer leaves.
 */
export class Steady {
  constructor(scroller, selector) {
    Object.assign(this, { scroller, selector });
    this.pointer = null;
    scroller.addEventListener("pointermove", (event) => (this.pointer = event.pointerType === "touch" ? null : { x: event.clientX, y: event.clientY }));
    scroller.addEventListener("pointerleave", () => this.leave());
  }

  leave() {
    this.pointer = null;
    this.scroller.style.paddingTop = "";
    this.scroller.style.paddingBottom = "";
    this.onLeave?.();
  }

  /** The row that has to stay: under the pointer, else with the focus. */
  held() {
    const under = this.pointer && document.elementFromPoint(this.pointer.x, this.pointer.y)?.closest(this.selector);
    const row = under || document.activeElement?.closest?.(this.selector);
    return row && this.scroller.contains(row) ? row : null;
  }

  change(redraw) {
    const held = this.held();
    if (!held) return redraw();
    const before = held.getBoundingClientRect().top;
    const focused = held.contains(document.activeElement);
    redraw();
    // In another list of the same scroller it is another node.
    const row = held.isConnected ? held : this.scroller.querySelector(`[data-key="${CSS.escape(held.dataset.key)}"]`);
    if (!row) return;
    if (focused && !row.contains(document.activeElement)) row.querySelector("a")?.focus({ preventScroll: true });
    const moved = () => row.getBoundingClientRect().top - before;
    this.scroller.scrollTop += moved();
    const rest = moved();
    if (!this.pointer || Math.abs(rest) < 1) return;
    const style = getComputedStyle(this.scroller);
    if (rest < 0) this.scroller.style.paddingTop = `${parseFloat(style.paddingTop) - rest}px`;
    else {
      this.scroller.style.paddingBottom = `${parseFloat(style.paddingBottom) + rest + this.scroller.clientHeight}px`;
      this.scroller.scrollTop += rest;
    }
  }
}
