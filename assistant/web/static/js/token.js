// Asks for the token of a server that wants one.

import { h } from "./dom.js";

/** Resolves with what was typed. `wrong` says that the last one was not accepted. */
export function askToken(wrong) {
  return new Promise((resolve) => {
    const input = h("input", { id: "token", type: "password", autocomplete: "off", required: true });
    const form = h(
      "form",
      { onsubmit: (event) => (event.preventDefault(), dialog.close()) },
      h("h2", { id: "token-title" }, "This server needs a token"),
      h("p", {}, wrong ? "The last token was not accepted." : "It was printed when the server was started, or set as EARMARK_TOKEN."),
      h("label", { for: "token" }, "Token"),
      input,
      h("div", { class: "actions" }, h("button", { type: "submit", class: "primary" }, "Go on")),
    );
    const dialog = h("dialog", { class: "dialog", "aria-labelledby": "token-title" }, form);
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(input.value.trim());
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
