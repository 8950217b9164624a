/** A part of the page that is fetched: loading, then what came, or that nothing came, or why not. */

import { ApiError } from "./api.js";
import { button, el, problemBox } from "./dom.js";
import { TEXTS } from "./texts.js";

/**
 * Fills `node` with what `fetching` brings, drawn by `draw`. The promise is of the data, or null when they did not come.
 * An error that `handled` takes (nobody is signed in any more) is not shown.
 */
export async function fill(node, fetching, draw, handled = () => false) {
  node.setAttribute("aria-busy", "true");
  node.replaceChildren(el("p", { class: "hint loading", role: "status" }, TEXTS.loading));
  try {
    const data = await fetching();
    node.replaceChildren(...[draw(data)].flat().filter(Boolean));
    return data;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (handled(error)) return null;
    const again = button(TEXTS.tryAgain, { class: "button small", testid: "try-again", onclick: () => fill(node, fetching, draw, handled) });
    node.replaceChildren(problemBox(error, [again]));
    return null;
  } finally {
    node.removeAttribute("aria-busy");
  }
}

/** That there is nothing, and what that means. */
export const nothing = (title, hint, testid) => el("p", { class: "none", testid }, el("strong", {}, title), " ", hint);

/** A page beside the queue: it scrolls, so it can have the focus. */
export const pageNode = (title, testid, ...content) => el("article", { class: "page", testid, tabindex: "0", "aria-label": title }, el("h1", { tabindex: "-1" }, title), content.filter(Boolean));
