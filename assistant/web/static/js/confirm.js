// One more question before something goes.

import { h } from "./dom.js";

/** Put a question with two buttons in the place of a holder's content; `keep` brings back what stood there. */
export function confirmIn(holder, { question, yes, act }) {
  const before = [...holder.childNodes];
  const opener = document.activeElement;
  const keep = () => {
    holder.replaceChildren(...before);
    opener?.focus();
    holder.dispatchEvent(new CustomEvent("kept", { bubbles: true }));
  };
  const no = h("button", { type: "button", class: "quiet small", onclick: keep }, "Keep");
  holder.replaceChildren(
    h("span", { class: "confirm-ask" }, question),
    h("button", { type: "button", class: "danger small", onclick: () => act(keep) }, yes),
    no,
  );
  no.focus();
}
