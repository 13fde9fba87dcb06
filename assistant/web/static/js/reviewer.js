// Who judges tags and takes items: the account, else asked once and kept in this browser.

import { call } from "./api.js";
import { h } from "./dom.js";

const KEY = "earmark.reviewer";
let name = stored();
const account = call("/v1/session").then((me) => (me.kind === "user" ? (name = me.name) : null), () => null);

/** The name that verdicts are kept under, null before it was asked for. */
export const known = () => name;

/** Resolves with the name, which is asked for the first time; null when the question was left. */
export const reviewer = async () => (await account) ?? name ?? askReviewer();

/** Ask for the name, also when it is known; null when the question was left. */
export function askReviewer() {
  return new Promise((resolve) => {
    const input = h("input", { id: "reviewer", type: "text", maxlength: 200, required: true, autocomplete: "name" });
    input.value = name ?? "";
    const dialog = h("dialog", { class: "dialog", "aria-labelledby": "reviewer-title" },
      h("form", { onsubmit: (event) => (event.preventDefault(), dialog.close(input.value.trim())) },
        h("h2", { id: "reviewer-title" }, "Who says so?"),
        h("p", {}, "Verdicts are kept with the name of who gave them. This browser remembers it."),
        h("label", { for: "reviewer" }, "Your name"),
        input,
        h("div", { class: "actions" },
          h("button", { type: "submit", class: "primary" }, "Go on"),
          h("button", { type: "button", class: "quiet", onclick: () => dialog.close("") }, "Leave it"))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue) keep(dialog.returnValue);
      resolve(dialog.returnValue || null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // without storage it is asked for on every page
  }
}

function keep(given) {
  name = given;
  try {
    localStorage.setItem(KEY, given);
  } catch {
    // It holds until the page is left.
  }
}
