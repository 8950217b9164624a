/** Whether I am here: a button in the head, and its form. */

import { api } from "./api.js";
import { ask, field, radios } from "./dialogs.js";
import { el, redraw } from "./dom.js";
import { TEXTS } from "./texts.js";
import { localInput, momentOf, now, timeOf } from "./time.js";

export class Availability {
  constructor(desk) {
    this.desk = desk;
    this.root = el("button", { type: "button", class: "button plain availability", testid: "availability", onclick: () => this.ask() });
    this.draw();
  }

  draw() {
    const { availability, away_until: until } = this.desk.me;
    this.root.dataset.state = availability;
    redraw(this.root, [availability, until], () => [el("span", { class: "dot", "aria-hidden": "true" }), el("span", {}, TEXTS.availabilityNames[availability]), until && availability === "away" ? el("span", { class: "hint" }, TEXTS.awayUntil, " ", timeOf(until)) : null]);
    this.root.setAttribute("aria-label", `${TEXTS.availability}: ${this.root.textContent}`);
  }

  ask() {
    const { availability, away_until: until } = this.desk.me;
    const options = Object.entries(TEXTS.availabilityNames).map(([value, label]) => [value, label, TEXTS.availabilityHints[value]]);
    const state = radios("availability-state", TEXTS.availability, options, availability);
    const time = el("input", { type: "datetime-local", id: "away-until", testid: "away-until", min: localInput(now()), value: until ? localInput(until) : "" });
    const timeField = field(TEXTS.backAt, time);
    const show = () => (timeField.hidden = state.chosen() !== "away");
    state.addEventListener("change", show);
    show();
    const submit = async () => {
      const chosen = state.chosen();
      const me = await api("/me/availability", { availability: chosen, until: chosen === "away" ? momentOf(time) : null }, "PUT");
      this.set(me ?? { availability: chosen, away_until: chosen === "away" ? momentOf(time) : null });
      this.desk.announce(TEXTS.availabilitySaved(TEXTS.availabilityNames[chosen]));
    };
    ask({ title: TEXTS.availabilityTitle, content: [state, timeField], yes: TEXTS.save, testid: "availability", submit });
  }

  set({ availability, away_until: until }) {
    Object.assign(this.desk.me, { availability, away_until: until });
    this.draw();
  }
}
