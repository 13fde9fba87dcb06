// One line of the queue.

import { h } from "./dom.js";
import { points } from "./text.js";
import { day, origin } from "./words.js";

const LONG = 150;

/** An item in the queue: how urgent, what it says, why it is here, and how it stands. */
export function entryRow(entry, { isChosen, isMarked, choose, mark }) {
  const { item, priority, reasons, case: stands, due, is_overdue: isLate } = entry;
  const signs = points(item.text.replace(/\s+/g, " "));
  const excerpt = signs.length > LONG ? `${signs.slice(0, LONG).join("").trimEnd()} …` : signs.join("");
  const box = h("input", { type: "checkbox", checked: isMarked, "aria-label": `Mark ${item.id}`, "data-key": `mark-${item.id}` });
  box.addEventListener("change", () => mark(item.id));
  return h("li", { class: "entry", "data-item": item.id, "aria-current": String(isChosen) }, box,
    h("button", { type: "button", class: "entry-open", "data-key": `open-${item.id}`, onclick: () => choose(item.id) },
      h("span", { class: "entry-top" }, h("span", { class: `priority p${Math.min(3, Math.floor(priority / 25))}`, title: reasons.map((one) => `${one.name} ${Math.round(one.points)}`).join(", ") }, Math.round(priority)),
        h("span", { class: "why" }, reasons.slice(0, 3).map((one) => one.name).join(", ") || "nothing pressing"),
        due ? h("span", { class: isLate ? "due late" : "due" }, isLate ? `late since ${day(due)}` : `by ${day(due)}`) : null),
      h("span", { class: "excerpt" }, excerpt),
      h("span", { class: "meta" }, h("span", {}, origin(item.attributes.channel ?? (item.kind === "conversation" ? "conversation" : null), item.date)),
        stands.assignee ? h("span", {}, `with ${stands.assignee}`) : null, stands.notes.length ? h("span", {}, `${stands.notes.length} noted`) : null,
        stands.until && entry.status === "snoozed" ? h("span", {}, `until ${day(stands.until)}`) : null)));
}
