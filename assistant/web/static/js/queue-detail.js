// The item that is worked on: why it is urgent, its text and tags, a reply, who wrote it, and what was done.

import { announce, h } from "./dom.js";
import { itemBody, openItem } from "./item.js";
import { tagSection } from "./tags.js";
import { customerAddress, day, some, upper } from "./words.js";

/** The parts of the detail. `act` does something with the item, `back` returns to the queue. */
export function detailView(found, names, { act, take, back, me }) {
  const text = h("div", { class: "verbatim" });
  const paint = (spans) => text.replaceChildren(...itemBody(found.item, spans));
  paint([]);
  return [
    h("div", { class: "detail-head" },
      h("button", { type: "button", class: "quiet back", onclick: back }, "Back to the queue"),
      h("div", { class: "detail-actions" }, buttons(found, act, take, me))),
    h("div", { class: "detail-body" },
      h("div", { class: "detail-main" }, reasons(found), text, tagSection(found.item, names, paint), reply(found)),
      h("aside", { class: "detail-side" }, who(found), notes(found, act), h("p", { class: "hint" }, `Item ${found.item.id}`))),
  ];
}

function buttons(found, act, take, me) {
  const button = (words, asked, key, kind = "secondary") => h("button", { type: "button", class: `${kind} small`, onclick: () => act(asked) }, words, h("kbd", { "aria-hidden": "true" }, key));
  const week = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
  if (found.status === "done" || found.status === "merged") return [button("Open again", { action: "reopen" }, "")];
  return [
    button("Done", { action: "done" }, "e", "primary"),
    me && found.case.assignee === me ? button("Give back", { action: "assign", assignee: "" }, "") : h("button", { type: "button", class: "secondary small", onclick: take }, "Take", h("kbd", { "aria-hidden": "true" }, "a")),
    found.status === "snoozed" ? button("Wake up", { action: "reopen" }, "") : button("Snooze", { action: "snooze", until: week }, "s"),
  ];
}

function reasons({ priority, reasons: all, due, is_overdue: isLate, case: stands, status }) {
  const state = [status === "open" ? null : status, stands.assignee ? `with ${stands.assignee}` : null, due ? (isLate ? `answer late since ${day(due)}` : `answer by ${day(due)}`) : null].filter(Boolean).join(", ");
  return h("section", { class: "reasons", "aria-label": "Priority" },
    h("p", {}, h("span", { class: `priority p${Math.min(3, Math.floor(priority / 25))}` }, Math.round(priority)), state ? h("span", { class: isLate ? "due late" : "due" }, upper(state)) : null),
    all.length ? h("ul", { class: "chips" }, all.map((one) => h("li", { class: "chip" }, h("span", { class: "slot" }, `${one.name} +${Math.round(one.points)}`), one.because))) : h("p", { class: "hint" }, "Nothing in it is pressing."));
}

function reply(found) {
  if (!found.reply) return "";
  const area = h("textarea", { id: "reply", "data-key": "reply", rows: 9, "aria-label": "Reply that could be sent" });
  area.defaultValue = found.reply;
  const copy = h("button", { type: "button", class: "secondary small" }, "Copy");
  copy.addEventListener("click", async () => {
    area.select();
    if (navigator.clipboard) await navigator.clipboard.writeText(area.value);
    else document.execCommand("copy");
    copy.textContent = "Copied";
    announce("Copied");
    setTimeout(() => (copy.textContent = "Copy"), 2000);
  });
  return h("section", { class: "reply-box", "aria-label": "Reply" }, h("h3", {}, "A reply that could be sent"), h("p", { class: "hint" }, "Composed from the tags. Read it, change it, fill in the brackets; nothing is sent from here."), area, h("div", { class: "actions" }, copy));
}

function who({ customer, item }) {
  if (!customer) return h("section", { "aria-label": "Customer" }, h("h3", {}, "Customer"), h("p", { class: "hint" }, item.customer ?? "Not known."));
  const later = customer.later;
  return h("section", { "aria-label": "Customer" },
    h("h3", {}, h("a", { href: customerAddress(customer.id) }, customer.id)),
    h("p", {}, customer.headline),
    customer.strength === null ? null : h("p", { class: "hint" }, `Relationship ${customer.strength.toFixed(0)} of 100 over ${some(customer.items, "item")}.`),
    later.length ? [h("h3", {}, "After this"), h("ul", { class: "later" }, later.map((one) => h("li", {}, h("button", { type: "button", class: "linked", onclick: () => openItem(one.item, null, { fresh: true }) }, `${one.date ? day(one.date) : "undated"}, ${one.sentiment ?? "unclear"}`), h("span", { class: "hint" }, ` ${one.excerpt}`))))]
      : h("p", { class: "hint" }, "Nothing has been heard since."));
}

function notes({ case: stands }, act) {
  const area = h("textarea", { id: "note", "data-key": "note", rows: 2, maxlength: 5000, "aria-label": "Note", placeholder: "Write a note" });
  const form = h("form", { class: "note-form" }, area, h("button", { type: "submit", class: "secondary small" }, "Note"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (area.value.trim()) act({ action: "note", note: area.value.trim() });
  });
  area.addEventListener("keydown", (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.requestSubmit());
  return h("section", { "aria-label": "Notes" }, h("h3", {}, "Notes"),
    stands.notes.length ? h("ul", { class: "notes" }, stands.notes.map((note) => h("li", {}, h("p", {}, note.text), h("span", { class: "hint" }, [note.by, new Date(note.at * 1000).toISOString().slice(0, 10)].filter(Boolean).join(", "))))) : null, form);
}
