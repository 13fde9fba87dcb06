// The form of a theme: a name, one sentence, and words for it. “Try it” shows what it would tag.

import { call } from "./api.js";
import { announce, h } from "./dom.js";
import { openItem } from "./item.js";
import { problemCard } from "./problem.js";
import { excerpt } from "./text.js";
import { some } from "./words.js";

const MOST_SIGNS = 400;

/**
 * A form as one element that keeps what was typed in it.
 *
 * `given` fills it; `asks` names the fields besides name and sentence (`synonyms`, `phrases`), the others stay as
 * given. `save(body)` sends the theme; what it throws is shown. Without `isTried` there is no “Try it”.
 */
export function themeForm({ given = {}, asks = [], label, isTried = true, save }) {
  const fields = fieldsOf(given, asks);
  const outcome = h("div", { class: "tried", "aria-live": "polite" });
  const body = () => ({ ...kept(given), ...valuesOf(fields) });
  const trying = h("button", { type: "button", class: "secondary", onclick: () => form.reportValidity() && busy(trying, () => tryIt(outcome, body())) }, "Try it");
  const adding = h("button", { type: "submit", class: "primary" }, label);
  const form = h("form", { class: "theme-form", autocomplete: "off" },
    Object.values(fields).map(({ view }) => view),
    h("div", { class: "actions" }, adding, isTried ? trying : null));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(adding, async () => {
      try {
        await save(body());
      } catch (error) {
        outcome.replaceChildren(problemCard(error));
      }
    });
  });
  return h("div", { class: "theme-editor" }, form, outcome);
}

function fieldsOf(given, asks) {
  const lines = (name, title, hint) => field(name, title, hint, h("textarea", { rows: 4 }), (given[name] ?? []).join("\n"));
  const all = {
    name: field("name", "Name", null, h("input", { type: "text", required: true, maxlength: 60, placeholder: "packaging waste" }), given.name),
    sentence: field("sentence", "One sentence: what do customers say?", null,
      h("textarea", { rows: 2, required: true, maxlength: MOST_SIGNS, placeholder: "Too much plastic, cardboard or filler around the goods." }), given.sentence),
    synonyms: lines("synonyms", "Other words for it", "One per line. Questions understand them too."),
    phrases: lines("phrases", "Examples of how customers put it", "One per line, if you like."),
  };
  return Object.fromEntries(["name", "sentence", ...asks].map((name) => [name, all[name]]));
}

function field(name, title, hint, input, value = "") {
  input.name = name;
  input.id = `field-${name}-${field.made++}`;
  input.value = value;
  const about = hint ? h("span", { class: "hint", id: `${input.id}-hint` }, hint) : null;
  if (about) input.setAttribute("aria-describedby", about.id);
  return { input, view: h("div", { class: "field" }, h("label", { for: input.id }, title), input, about) };
}
field.made = 0;

const LISTS = ["synonyms", "phrases"];

const valuesOf = (fields) =>
  Object.fromEntries(Object.entries(fields).map(([name, { input }]) => [name, LISTS.includes(name) ? linesOf(input.value) : input.value.trim()]));

const linesOf = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** What a theme has besides the fields, without what only the list knows. */
const kept = ({ synonyms = [], phrases = [], sub_themes: subs = [] }) => ({
  synonyms, phrases, sub_themes: subs.map(({ items, ...sub }) => sub),
});

async function busy(button, act) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  await act();
  button.removeAttribute("aria-disabled");
}

async function tryIt(outcome, theme) {
  outcome.replaceChildren(h("p", { class: "loading" }, "Looking at the nearest items …"));
  try {
    outcome.replaceChildren(...triedView(await call("/v1/themes/try", { body: theme })));
  } catch (error) {
    outcome.replaceChildren(problemCard(error, () => tryIt(outcome, theme)));
  }
}

function triedView({ looked_at: looked, found, items }) {
  if (!looked) return [h("p", { class: "hint" }, "There is no feedback to try it on yet.")];
  if (!found) {
    announce("It would tag none of them.");
    return [h("p", {}, `It would tag none of the ${some(looked, "item")} that come nearest.`),
      h("p", { class: "hint" }, "Say it in the words that customers use, or add examples of how they put it.")];
  }
  const rest = found - items.length;
  return [
    h("p", { class: "tried-sum" }, h("strong", {}, String(found)), ` of the ${some(looked, "item")} that come nearest would be tagged.`),
    h("ul", { class: "results" }, items.map((item) => quoteCard(item.id, item.text, item.span, item.polarity))),
    rest ? h("p", { class: "hint" }, `${some(rest, "more item")} not shown.`) : null,
  ].filter(Boolean);
}

const TONES = { "-": ["complaint", "negative"], "+": ["praise", "positive"] };

/** A stretch of an item as a card that opens the item. */
export function quoteCard(item, text, span, polarity = null) {
  const [word, tone] = TONES[polarity] ?? [];
  return h("li", {},
    h("button", { type: "button", class: "card item-card", "data-item": item, onclick: () => openItem(item, span) },
      h("span", { class: "excerpt" }, excerpt(text, span)),
      word ? h("span", { class: "meta" }, h("span", { class: `tone ${tone}` }, word)) : null));
}
