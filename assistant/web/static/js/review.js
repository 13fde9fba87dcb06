// Judging the tags of an item: right, wrong with what is right instead, and what is missing.

import { call } from "./api.js";
import { announce, h } from "./dom.js";
import { problemCard } from "./problem.js";
import { askReviewer, known, reviewer } from "./reviewer.js";
import { day } from "./words.js";

// Field of a tag -> its key in the vocabulary, and how it is called.
const FIELDS = {
  themes: ["themes", "theme"], empathy_gaps: ["empathy_gaps", "empathy gap"], sentiment: ["sentiment", "sentiment"], churn: ["churn", "churn"],
  emotions: ["emotions", "emotion"], effort: ["effort", "effort"], intent: ["intents", "intent"], forces: ["forces", "force"],
  spectrum: ["spectrum", "level"], values: ["values", "value"],
};
const ADDED = ["themes", "empathy_gaps", "sentiment"];
const POLAR = { "-": "complaint", "+": "praise" };

/** Rows with two buttons each, and a form for what is missing. `draw` takes the item as it is after a verdict. */
export function reviewView({ item, names, list, rows, draw }) {
  const wrong = h("div", {});
  const send = (body) => sent(item, body, draw, wrong);
  list.append(...rows.map(({ tag, view }, at) => row(item, tag, view, names, send, at + 1)));
  return [rows.length ? list : h("p", { class: "hint" }, "No tags."), wrong, missingForm(item, names, send), signature()];
}

async function sent(item, body, draw, wrong) {
  const by = await reviewer();
  if (!by) return;
  try {
    draw(await call(`${path(item)}`, { body: { ...body, by } }));
    announce("Kept.");
  } catch (error) {
    wrong.replaceChildren(problemCard(error));
  }
}

const path = (item) => `/v1/feedback/${encodeURIComponent(item.id)}/corrections`;

/** A tag with its verdicts. The event `strike` says wrong at once, for pages with keys. */
function row(item, tag, view, names, send, number) {
  const { field, label } = tag;
  const isRight = item.corrections.some((one) => one.field === field && one.label === label && one.verdict === "right");
  const about = `${tag.slot} ${tag.value}`;
  const buttons = h("span", { class: "verdicts" },
    h("button", { type: "button", class: "verdict right", "aria-pressed": String(isRight), "data-key": `right:${field}:${label}`, "aria-label": `Right: ${about}`, onclick: () => send({ field, label, verdict: "right" }) }, "right"),
    h("button", { type: "button", class: "verdict wrong", "aria-expanded": "false", "data-key": `wrong:${field}:${label}`, "aria-label": `Wrong: ${about}` }, "wrong"));
  const holder = h("li", { class: "review-row", "data-number": number }, h("kbd", { class: "review-number", "aria-hidden": "true" }, number < 10 ? number : ""), h("span", { class: "review-tag" }, view), buttons);
  holder.addEventListener("strike", () => send({ field, label, verdict: "wrong" }));
  const button = buttons.lastChild;
  button.addEventListener("click", () => {
    const open = holder.querySelector(".review-form");
    button.setAttribute("aria-expanded", String(!open));
    if (open) return open.remove();
    const form = wrongForm(tag, names, send, () => (form.remove(), button.setAttribute("aria-expanded", "false"), button.focus()));
    holder.append(form);
    form.querySelector("select").focus();
    return undefined;
  });
  return holder;
}

/** What is right instead: nothing, the same said the other way, or another label. */
function wrongForm(tag, names, send, leave) {
  const { field, label } = tag;
  const others = words(field, names).filter((word) => word.id !== label);
  const turned = tag.polarity === undefined ? [] : Object.entries(POLAR).filter(([sign]) => sign !== tag.polarity);
  const select = h("select", { "aria-label": `Instead of ${tag.value}` },
    h("option", { value: "" }, "nothing"),
    turned.map(([sign, name]) => h("option", { value: `:${sign}` }, `the same, as ${name}`)),
    others.map((word) => h("option", { value: word.id }, word.name)));
  const verdict = () => {
    // The label is right then; only how it is meant was not.
    if (select.value.startsWith(":")) return { field, label, verdict: "right", polarity: select.value.slice(1) };
    return { field, label, verdict: "wrong", ...(select.value ? { instead: select.value } : {}) };
  };
  return form([h("label", { class: "select" }, h("span", {}, "It should be"), select)], "Keep", () => send(verdict()), leave);
}

function missingForm(item, names, send) {
  const select = h("select", { id: "missing", "data-key": "missing" },
    h("option", { value: "" }, "choose one"),
    ADDED.map((field) => [FIELDS[field][1], lacking(item, field, names), field]).filter(([, found]) => found.length).map(([title, found, field]) =>
      h("optgroup", { label: title }, found.map((word) => h("option", { value: `${field}:${word.id}` }, word.name)))));
  const polarity = h("select", { id: "missing-polarity" }, Object.entries(POLAR).map(([sign, name]) => h("option", { value: sign }, name)));
  const said = h("label", { class: "select", hidden: true }, h("span", {}, "said as"), polarity);
  select.addEventListener("change", () => (said.hidden = !select.value.startsWith("themes:")));
  const add = () => {
    const [field, label] = select.value.split(":");
    if (!label) return select.focus();
    return send({ field, label, verdict: "missing", ...(field === "themes" ? { polarity: polarity.value } : {}) });
  };
  return form([h("label", { class: "select" }, h("span", {}, "A tag is missing"), select), said], "Add", add);
}

/** Labels of a field that the item does not carry; a sentiment it has is corrected, not added to. */
function lacking(item, field, names) {
  const found = item.tags[field];
  if (field === "sentiment") return found ? [] : words(field, names);
  const carried = new Set((found ?? []).map((tag) => tag.label));
  return words(field, names).filter((word) => !carried.has(word.id));
}

const words = (field, names) => (names.keys[FIELDS[field][0]] ?? []).filter((word) => !word.parent);

function form(fields, label, act, leave) {
  const made = h("form", { class: "review-form", onsubmit: (event) => (event.preventDefault(), act()) }, fields,
    h("button", { type: "submit", class: "secondary small" }, label),
    leave ? h("button", { type: "button", class: "quiet small", onclick: leave }, "Leave it") : null);
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !leave) return;
    event.stopPropagation();
    leave();
  });
  return made;
}

/** Under which name verdicts are kept. */
function signature() {
  const line = h("p", { class: "hint" });
  const write = () => line.replaceChildren(known() ? `You judge as ${known()}. ` : "", h("button", { type: "button", class: "linked", onclick: change }, known() ? "Change" : "Say who you are"));
  const change = async () => {
    await askReviewer();
    write();
    line.querySelector("button").focus();
  };
  write();
  return line;
}

/** What people have said of the tags, each with a way back. */
export function saidView(item, names, draw) {
  if (!item.corrections.length) return [];
  const wrong = h("div", {});
  const undo = async (one) => {
    try {
      draw(await call(`${path(item)}/${encodeURIComponent(one.id)}`, { method: "DELETE" }));
      announce("Taken back.");
    } catch (error) {
      wrong.replaceChildren(problemCard(error));
    }
  };
  const row = (one) => h("li", {},
    h("span", {}, h("strong", {}, one.by), `: ${verdictWords(one, names)}`, h("span", { class: "hint" }, ` ${day(one.at.slice(0, 10))}`)),
    h("button", { type: "button", class: "linked", "data-key": `undo:${one.id}`, "aria-label": `Undo: ${verdictWords(one, names)}`, onclick: () => undo(one) }, "Undo"));
  return [h("ul", { class: "said", "aria-label": "What people said" }, item.corrections.map(row)), wrong];
}

function verdictWords({ field, label, verdict, instead, polarity }, names) {
  const [key, slot] = FIELDS[field];
  const name = (id) => names.name(key, id);
  const tone = polarity && POLAR[polarity] ? ` as ${POLAR[polarity]}` : "";
  if (verdict === "missing") return `${slot} ${name(label)}${tone} was missing`;
  if (verdict === "right") return `${slot} ${name(label)}${tone} is right`;
  return instead ? `not ${slot} ${name(label)}, but ${name(instead)}` : `${slot} ${name(label)} is wrong`;
}
