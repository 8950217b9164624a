/** The form for the token, and what is shown when the server does not answer. */

import { api } from "./api.js";
import { button, el, problemBox } from "./dom.js";
import { TEXTS } from "./texts.js";

/** The form for the token, at the desk and in the studio. `onDone` hears who signed in. */
export function signInScreen({ message, title = TEXTS.signInTitle, onDone }) {
  const field = el("input", {
    id: "token", type: "password", autocomplete: "current-password", spellcheck: "false", autocapitalize: "off", testid: "token",
    "aria-describedby": "token-hint",
  });
  const errors = el("div", { testid: "sign-in-error" });
  const submit = el("button", { type: "submit", class: "button primary wide", testid: "sign-in" }, TEXTS.signIn);
  const form = el(
    "form", { class: "card" },
    el("h1", {}, title),
    message ? el("p", { class: "hint", role: "status" }, message) : null,
    el("label", { for: "token" }, TEXTS.token), field,
    el("p", { class: "hint", id: "token-hint" }, TEXTS.signInHint),
    errors, submit,
  );
  const show = (error) => {
    errors.replaceChildren(problemBox(error));
    field.setAttribute("aria-invalid", "true");
    field.focus();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!field.value.trim()) return show({ title: TEXTS.emptyToken });
    submit.disabled = true;
    submit.textContent = TEXTS.signingIn;
    try {
      onDone(await api("/sign-in", { token: field.value.trim() }));
    } catch (error) {
      show(error);
    } finally {
      submit.disabled = false;
      submit.textContent = TEXTS.signIn;
    }
  });
  return el("main", { class: "sign-in" }, form);
}

export function unreachableScreen(error, retry) {
  return el(
    "main", { class: "sign-in" },
    el("div", { class: "card" }, el("h1", {}, error.title), el("p", { role: "alert" }, error.detail), button(TEXTS.tryAgain, { class: "button primary wide", testid: "try-again", onclick: retry })),
  );
}
