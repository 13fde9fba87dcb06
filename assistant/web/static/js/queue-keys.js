// The keys of the page of triage, and the window that explains them.

import { h } from "./dom.js";

/** What each key does. */
export const KEYS = [
  { keys: ["j", "ArrowDown"], does: "next", says: "next item" },
  { keys: ["k", "ArrowUp"], does: "previous", says: "item before" },
  { keys: ["o"], does: "open", says: "go to the item" },
  { keys: ["e"], does: "done", says: "done" },
  { keys: ["a"], does: "take", says: "take it" },
  { keys: ["s"], does: "snooze", says: "snooze a week" },
  { keys: ["x"], does: "mark", says: "mark, to do something with several" },
  { keys: ["n"], does: "note", says: "write a note" },
  { keys: ["c"], does: "correct", says: "correct the tags; then 1 to 9 strikes one out" },
  { keys: ["r"], does: "reply", says: "go to the reply" },
  { keys: ["z"], does: "undo", says: "undo" },
  { keys: ["/"], does: "search", says: "search" },
  { keys: ["Escape"], does: "back", says: "back to the queue" },
  { keys: ["?"], does: "help", says: "these keys" },
];

/** Show the keys in a dialog. */
export function keyHelp(dialog) {
  const close = h("button", { type: "button", class: "secondary", onclick: () => dialog.close() }, "Close");
  dialog.replaceChildren(h("h2", { id: "keys-title" }, "Keys"),
    h("dl", { class: "key-list" }, KEYS.flatMap(({ keys, says }) => [h("dt", {}, h("kbd", {}, keys[0].replace("Escape", "Esc"))), h("dd", {}, says)])), h("div", { class: "actions" }, close));
  dialog.showModal();
}
