"use strict";

/** Words that this page writes itself. */
const TEXTS = {
  title: (business) => `${business} · Support`,
  notLoaded: "The chat could not be loaded. Please check your connection and load this page again.",
};

/** The chat tells the shop's name once the server has welcomed it. */
document.addEventListener("frontdesk:welcome", ({ detail }) => {
  document.title = TEXTS.title(detail.business);
  for (const node of document.querySelectorAll("[data-business]")) node.textContent = detail.business;
});

addEventListener("load", () => {
  if (customElements.get("frontdesk-chat")) return;
  const note = document.createElement("p");
  note.className = "note";
  note.setAttribute("role", "alert");
  note.textContent = TEXTS.notLoaded;
  document.querySelector("#frontdesk-chat").append(note);
});
