// The list of conversations at the side, with rename and delete.

import * as chats from "./chats.js";
import { byId, h } from "./dom.js";

/** Draw the list. `open` shows a conversation; `changed` is told which one was renamed or deleted. */
export function renderHistory({ current, open, changed }) {
  const list = byId("history-list");
  list.replaceChildren(...chats.all().map((chat) => row(chat, chat.id === current, open, changed)));
}

function row(chat, isCurrent, open, changed) {
  const title = chats.titleOf(chat);
  const item = h("li", { class: isCurrent ? "history-row current" : "history-row" });
  item.append(
    h("button", { type: "button", class: "history-open", "aria-current": isCurrent ? "true" : null, title, onclick: () => open(chat.id) }, title),
    h("button", { type: "button", class: "quiet icon small", "aria-label": `Rename ${title}`, onclick: () => rename(item, chat, changed) }, "✎"),
    h("button", { type: "button", class: "quiet icon small", "aria-label": `Delete ${title}`, onclick: () => remove(item, chat, changed) }, "×"),
  );
  return item;
}

function rename(item, chat, changed) {
  const input = h("input", { type: "text", maxlength: 120, "aria-label": "New title", class: "history-input" });
  input.value = chats.titleOf(chat);
  const done = (isKept) => {
    input.onblur = null;
    if (isKept && input.value.trim()) chats.rename(chat.id, input.value.trim());
    changed(null);
  };
  input.onblur = () => done(true);
  input.onkeydown = (event) => {
    if (event.key === "Enter") done(true);
    if (event.key === "Escape") {
      event.stopPropagation();
      done(false);
    }
  };
  item.replaceChildren(input);
  input.select();
}

function remove(item, chat, changed) {
  const yes = h("button", { type: "button", class: "danger small", onclick: () => (chats.forget(chat.id), changed(chat.id)) }, "Delete");
  const no = h("button", { type: "button", class: "quiet small", onclick: () => changed(null) }, "Keep");
  item.replaceChildren(h("span", { class: "history-ask" }, "Delete this conversation?"), yes, no);
  no.focus();
}
