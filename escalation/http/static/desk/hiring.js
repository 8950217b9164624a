/** Who comes onto the roster and who leaves it: admins only. */

import { api } from "./api.js";
import { ask, checks, dialog, field, select } from "./dialogs.js";
import { el } from "./dom.js";
import { fill } from "./load.js";
import { TEXTS } from "./texts.js";

/** Puts somebody on the roster, and shows the token that they sign in with: this once. `done` is called after it. */
export function askNew(done, handled) {
  const name = el("input", { id: "new-name", testid: "new-name", required: true, maxlength: "80", dir: "auto" });
  const role = select("new-role", Object.entries(TEXTS.roles), "agent");
  const teams = el("div", {});
  const submit = async () => {
    const chosen = teams.querySelector("fieldset")?.chosen() ?? [];
    const added = await api("/agents", { name: name.value.trim(), role: role.value, teams: chosen });
    done();
    showToken(added);
  };
  ask({ title: TEXTS.newPerson, yes: TEXTS.addPerson, testid: "new-person", content: [field(TEXTS.personName, name), field(TEXTS.role, role), teams], submit });
  fill(teams, () => api("/teams"), (all) => checks("new-team", TEXTS.teams, all.map((team) => [team.name, team.title || team.name]), all.slice(0, 1).map((team) => team.name)), handled);
}

function showToken(added) {
  const token = el("input", { id: "new-token", testid: "new-token", readonly: true, value: added.token, spellcheck: "false" });
  const close = el("button", { type: "submit", class: "button primary" }, TEXTS.close);
  dialog(TEXTS.tokenOf(added.name), field(TEXTS.token, token, TEXTS.tokenOnce), close, "token-dialog");
  token.select();
}

/** Takes somebody off the roster. */
export function askRemove(person, done) {
  const submit = async () => {
    await api(`/agents/${encodeURIComponent(person.id)}`, undefined, "DELETE");
    done();
  };
  ask({ title: TEXTS.removePerson(person.name), content: el("p", {}, TEXTS.removePersonBody), yes: TEXTS.remove, testid: "remove-person", danger: true, submit });
}
