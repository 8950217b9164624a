/** How people ask: a field for each example, and more of them, one a line. */

import { button, el, icon } from "/static/desk/dom.js";
import { lineField, part, small } from "./nodes.js";
import { TEXTS } from "./texts.js";

export function examplesNode(page) {
  const { edit, found, warnings } = page;
  warnings.clear();
  const wrong = new Map(found.problems.filter((one) => one.line).map((one) => [`${one.file}:${one.line}`, one]));
  const rows = found.examples.map((one, at) => exampleNode(page, one, at, wrong.get(`${one.file}:${one.line}`)));
  const added = edit.added.map((text) => addedNode(page, text));
  const more = el("textarea", { id: "more-examples", testid: "more-examples", rows: "3", dir: "auto", "aria-describedby": "more-hint" });
  const add = () => {
    const lines = more.value.split("\n").map((line) => line.replace(/^\s*-\s+/, "").trim()).filter(Boolean);
    edit.added.push(...lines.filter((line) => !edit.added.includes(line)));
    if (!lines.length) return more.focus();
    page.redraw();
    page.body.querySelector("#more-examples").focus();
  };
  warnings.look();
  return part(
    TEXTS.examples, "examples",
    el("p", { class: "hint" }, TEXTS.examplesHint),
    el("div", { class: "field" }, el("label", { for: "more-examples" }, TEXTS.moreExamples), more, el("p", { class: "hint", id: "more-hint" }, TEXTS.moreExamplesHint)),
    el("p", {}, button(TEXTS.addThem, { class: "button small", testid: "add-examples", onclick: add })),
    el("ul", { class: "examples", testid: "example-list" }, added, rows),
  );
}

const plain = (input) => input.value.replace(/\s+/g, " ").trim();

function exampleNode(page, example, at, problem) {
  const { edit } = page;
  const gone = edit.removed.has(example.text);
  const input = lineField(edit.reworded.get(example.text) ?? example.text, { testid: "example", "aria-label": TEXTS.exampleLabel(at + 1), disabled: gone });
  const mark = () => input.classList.toggle("is-changed", plain(input) !== example.text);
  input.addEventListener("input", () => {
    edit.reword(example.text, plain(input));
    mark();
    page.changed();
    page.warnings.look();
  });
  mark();
  const drop = () => {
    if (gone) edit.removed.delete(example.text);
    else {
      edit.reworded.delete(example.text);
      edit.removed.add(example.text);
    }
    page.redraw();
  };
  return el(
    "li", { class: gone ? "example is-dropped" : "example", testid: "example-row" },
    el("div", { class: "example-line" }, input, small(gone ? TEXTS.keep : TEXTS.takeOut, { class: "button small plain", testid: "drop-example", "aria-label": TEXTS.takeOutExample(example.text), onclick: drop })),
    page.warnings.place(() => edit.reworded.get(example.text) ?? ""),
    problem ? el("p", { class: `near-line ${problem.severity === "error" ? "bad" : "warn"}` }, icon("warning"), problem.text) : null,
  );
}

function addedNode(page, text) {
  const drop = () => {
    page.edit.added = page.edit.added.filter((one) => one !== text);
    page.redraw();
  };
  return el("li", { class: "example is-new", testid: "added-example" }, el("div", { class: "example-line" }, el("span", { class: "new-text", dir: "auto" }, text), el("span", { class: "chip good" }, TEXTS.isNew), small(TEXTS.takeOut, { class: "button small plain", "aria-label": TEXTS.takeOutExample(text), onclick: drop })), page.warnings.place(() => text));
}
