/** How a contact feels, as blocks and as a trend. */

import { el, hidden, svg } from "./dom.js";
import { TEXTS } from "./texts.js";

/** Mood −1 to 1 as a step from 0 (very upset) to 4 (happy). */
const moodStep = (mood) => Math.max(0, Math.min(4, Math.round((mood + 1) * 2)));

/** Five small blocks, filled up to the mood, with the word beside or for screen readers. */
export function moodBlocks(mood, showWord = false) {
  const step = moodStep(mood);
  const blocks = [0, 1, 2, 3, 4].map((n) => svg("rect", { x: n * 7, y: 0, width: 5, height: 12, rx: 1.5, class: n <= step ? `mood-${step}` : "mood-none" }));
  const picture = svg("svg", { viewBox: "0 0 33 12", class: "mood", "aria-hidden": "true" }, ...blocks);
  const word = TEXTS.moods[step];
  return el("span", { class: "mood-line", title: TEXTS.mood(word) }, picture, showWord ? el("span", {}, word) : hidden(TEXTS.mood(word)));
}

/** The trend: a column for each message, above the middle line when content, below when upset. */
export function moodTrend(moods) {
  const shown = moods.slice(-24);
  const width = Math.max(shown.length * 12, 60);
  const columns = shown.map((mood, index) => {
    const height = Math.max(3, Math.abs(mood) * 20);
    return svg("rect", { x: index * 12, y: mood >= 0 ? 22 - height : 22, width: 9, height, rx: 2, class: `mood-${moodStep(mood)}` });
  });
  const middle = svg("line", { x1: 0, y1: 22, x2: width, y2: 22, class: "middle" });
  const label = TEXTS.moodTrend(shown.map((mood) => TEXTS.moods[moodStep(mood)]));
  return svg("svg", { viewBox: `0 0 ${width} 44`, width, height: 44, class: "trend", role: "img", "aria-label": label }, middle, ...columns);
}
