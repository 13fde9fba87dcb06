// What every page has: colours, the panel, and the import.

import { byId } from "./dom.js";
import { start as startOffline } from "./offline.js";
import { show, start as startPanel } from "./panel.js";
import { start as startTheme } from "./theme.js";
import { loadUnseen } from "./unseen.js";

/** Make the bar and the panel work. `onImported` is called when new feedback is in. */
export function startPage({ onImported = () => {} } = {}) {
  startTheme();
  startPanel();
  startOffline();
  loadUnseen();
  document.querySelector(".links [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  byId("import-open").addEventListener("click", () => show("Import", async (body) => {
    const { importer } = await import("./importer.js"); // seldom needed, so not with the first page
    body.append(importer({ onImported }));
  }, { fresh: true }));
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = document.querySelector("#question, #words");
    if (!field || byId("main").inert) return;
    event.preventDefault();
    field.focus();
  });
}

if (document.body.classList.contains("plain")) startPage();
