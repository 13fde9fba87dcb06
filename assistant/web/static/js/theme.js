// Light, dark, or as the system says.

import { byId } from "./dom.js";

const KEY = "earmark.theme";
const ORDER = ["auto", "light", "dark"];
const NAMES = { auto: "as the system", light: "light", dark: "dark" };

/** Make the button in the bar work. */
export function start() {
  const button = byId("theme-toggle");
  const root = document.documentElement;
  const show = () => {
    const name = NAMES[root.dataset.theme ?? "auto"];
    button.setAttribute("aria-label", `Colours: ${name}`);
    button.title = `Colours: ${name}`;
  };
  button.addEventListener("click", () => {
    const next = ORDER[(ORDER.indexOf(root.dataset.theme ?? "auto") + 1) % ORDER.length];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Without storage the choice holds until the page is left.
    }
    show();
  });
  show();
}
