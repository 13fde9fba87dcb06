// "Understood as": one chip per slot, which can be changed, taken out and added to.

import { h } from "./dom.js";
import { asked, free, intentName, set, valueOf, without } from "./slots.js";
import { plain, SLOTS, vocabulary } from "./words.js";

const SOURCES = {
  name: "by its name", synonym: "as another word for it", meaning: "by its meaning", value: "a value in the data",
  date: "as a date", rule: "by rule", previous: "kept from your last question", set: "set by hand",
};

/** The chips, before the answer is there: they only tell. */
export function chips(understood) {
  if (!understood?.length) return null;
  return row(understood.map((chip) => h("span", { class: "chip", title: origin(chip) }, words(chip))));
}

/** The chips of an answer; `change` is called with the plan as it is to be instead. */
export function editableChips(understood, plan, change) {
  if (!understood?.length || ["help", "unsupported"].includes(plan.intent)) return chips(understood);
  const editor = h("div", { class: "slot-editor", hidden: true });
  const close = (button) => {
    editor.hidden = true;
    editor.replaceChildren();
    button?.focus();
  };
  const open = async (button, slot) => {
    editor.replaceChildren(slot ? form(plan, slot, await vocabulary(), change, () => close(button)) : adding(plan, await vocabulary(), change, () => close(button)));
    editor.hidden = false;
    editor.querySelector("select, input")?.focus();
  };
  const made = understood.map((chip) => {
    const button = h("button", { type: "button", class: "chip can-change", title: `${origin(chip)}. Change it`, onclick: () => open(button, chip.slot) }, words(chip));
    return button;
  });
  const more = h("button", { type: "button", class: "chip can-change more-slots", onclick: () => open(more, null) }, "+ filter");
  return h("div", {}, row([...made, more]), editor);
}

const row = (content) => h("div", { class: "understood" }, h("span", { class: "understood-label" }, "Understood as"), h("div", { class: "chips" }, content));

const words = (chip) => [h("span", { class: "slot" }, slotName(chip.slot)), chip.slot === "intent" ? intentName(chip.value) : chip.value];

/** Where a chip came from, in words. */
const origin = ({ words: said, source }) => (said ? `“${said}”, ${SOURCES[source] ?? source}` : SOURCES[source] ?? source);

/** `scope.themes` as `theme`, `scope.exclude.attributes.channel` as `without channel`. */
function slotName(slot) {
  const [first, ...rest] = slot.split(".");
  if (first === "intent") return "question";
  if (first === "outcome") return "outcome";
  const path = first === "scope" || first === "versus" ? rest : [first, ...rest];
  const lead = first === "versus" ? "against" : path[0] === "exclude" ? "without" : "";
  const key = path.filter((part) => part !== "exclude" && part !== "attributes")[0] ?? first;
  return [lead, SLOTS[key] ?? plain(key)].filter(Boolean).join(" ");
}

/** Change or take out one slot. */
function form(plan, slot, names, change, close) {
  const field = input(asked(slot, names), valueOf(plan, slot), slotName(slot));
  const remove = slot === "intent" ? null : h("button", { type: "button", class: "quiet small", onclick: () => change(without(plan, slot)) }, "Take out");
  return shown(field, () => change(set(plan, slot, field.value())), close, remove);
}

/** Choose which slot to add, then its value. */
function adding(plan, names, change, close) {
  const slots = free(plan, names);
  const holder = h("span", { class: "slot-value" });
  let field;
  const which = h("select", { "aria-label": "What to filter by", onchange: () => draw() }, slots.map(([slot, name]) => h("option", { value: slot }, name)));
  const draw = () => {
    field = input(asked(which.value, names), null, "Value");
    holder.replaceChildren(...field.elements);
  };
  draw();
  return shown({ elements: [which, holder] }, () => change(set(plan, which.value, field.value())), close, null);
}

function shown(field, use, close, remove) {
  const made = h("form", { class: "slot-form" }, field.elements,
    h("button", { type: "submit", class: "small primary" }, "Ask again"), remove,
    h("button", { type: "button", class: "quiet small", onclick: close }, "Cancel"));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!field.value || field.value()) use();
  });
  made.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.tagName === "SELECT") {
      event.preventDefault(); // else the browser opens the list
      made.requestSubmit();
    }
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  return made;
}

/** Elements to enter a value with, and the value; null as long as there is none. */
function input({ kind, choices }, value, label) {
  if (kind === "choice") {
    const select = h("select", { "aria-label": label }, choices.map(([id, name, items]) => h("option", { value: id, selected: id === value }, items ? `${name} (${items.toLocaleString("en-US")})` : name)));
    return { elements: [select], value: () => select.value || null };
  }
  if (kind === "period") {
    const from = h("input", { type: "date", "aria-label": "From", value: value?.from });
    const to = h("input", { type: "date", "aria-label": "To", value: value?.to });
    const period = () => Object.fromEntries([["from", from.value], ["to", to.value]].filter(([, day]) => day));
    return { elements: [h("label", {}, "from ", from), h("label", {}, "to ", to)], value: () => (from.value || to.value ? period() : null) };
  }
  const isNumber = kind === "number";
  const made = h("input", { type: isNumber ? "number" : "text", min: isNumber ? 1 : null, max: isNumber ? 100 : null, "aria-label": label, value });
  return { elements: [made], value: () => made.value.trim() || null };
}
