// The tags of an item, as chips that show where the text says so; with “Correct” each can be judged.

import { h, keepingFocus } from "./dom.js";
import { reviewView, saidView } from "./review.js";
import { plain } from "./words.js";

let isReviewing = false; // stays on from item to item

/** The section of the tags. `paint` marks stretches of the text. */
export function tagSection(item, names, paint) {
  const section = h("section", { "aria-label": "Tags" });
  const draw = (now) => {
    const toggle = h("button", { type: "button", class: "quiet small", "aria-pressed": String(isReviewing), "data-key": "review", onclick: () => ((isReviewing = !isReviewing), draw(now)) },
      isReviewing ? "Done" : "Correct");
    paint([]);
    keepingFocus(() => section.replaceChildren(
      h("div", { class: "section-head" }, h("h3", {}, "Tags"), toggle),
      ...(isReviewing ? reviewed(now, names, paint, draw) : plainly(now, names, paint)),
      ...saidView(now, names, draw)), () => toggle);
  };
  draw(item);
  return section;
}

function plainly(item, names, paint) {
  const list = h("div", { class: "chips" });
  list.append(...[...allTags(item.tags, names)].map((tag) => chip(tag, list, paint)));
  return [
    list.childElementCount ? list : h("p", { class: "hint" }, "No tags."),
    list.querySelector(".can-mark") ? h("p", { class: "hint" }, "Choose an outlined tag to see where the text shows it.") : null,
    silence(item),
  ].filter(Boolean);
}

function reviewed(item, names, paint, draw) {
  const list = h("ul", { class: "review" });
  const rows = [...allTags(item.tags, names)].filter((tag) => tag.field).map((tag) => ({ tag, view: chip(tag, list, paint) }));
  return reviewView({ item, names, list, rows, draw });
}

function silence(item) {
  const silent = (item.tags.abstained ?? []).map((entry) => `${plain(entry.field)} (${plain(entry.reason)})`);
  return silent.length ? h("p", { class: "hint" }, `Not judged: ${silent.join(", ")}.`) : null;
}

/** A tag; one with spans is a button that marks them. Of the chips in `list` one is pressed at a time. */
function chip(tag, list, paint) {
  const words = [h("span", { class: "slot" }, tag.slot), tag.value, tag.mark && h("span", { class: `polarity p${tag.tone}` }, tag.mark)];
  const hint = tag.score === undefined ? null : tag.score === 1 ? "as people said" : `${Math.round(tag.score * 100)} % sure`;
  if (!tag.spans?.length) return h("span", { class: "chip", title: hint }, words);
  const made = h("button", { type: "button", class: "chip can-mark", "aria-pressed": "false", title: hint }, words);
  made.addEventListener("click", () => {
    const on = made.getAttribute("aria-pressed") !== "true";
    for (const other of list.querySelectorAll(".can-mark")) other.setAttribute("aria-pressed", "false");
    made.setAttribute("aria-pressed", String(on));
    paint(on ? tag.spans.map(([start, end]) => ({ start, end, kind: "tagged" })) : []);
  });
  return made;
}

const POLARITY = { "-": ["−", "bad"], "+": ["+", "good"], 0: ["·", "none"] };

/** Tags as `{slot, value, mark, tone, score, spans}`; those that can be corrected have a `field` and a `label`. */
function* allTags(tags, names) {
  const one = (field, slot, value) => ({ field, slot, value, ...tags[field] });
  const polar = (field, slot, tag, value) => {
    const [mark, tone] = POLARITY[tag.polarity] ?? [];
    return { field, slot, value, mark, tone, ...tag };
  };
  if (tags.sentiment) yield one("sentiment", "sentiment", tags.sentiment.label);
  for (const tag of tags.themes ?? []) {
    const name = names.name("themes", tag.label);
    yield polar("themes", "theme", tag, tag.sub ? `${name}: ${names.name("themes", tag.sub)}` : name);
  }
  for (const tag of tags.empathy_gaps ?? []) yield { field: "empathy_gaps", slot: "empathy gap", value: names.name("empathy_gaps", tag.label), ...tag };
  if (tags.churn && tags.churn.label !== "none") yield one("churn", "churn", plain(tags.churn.label));
  if (tags.why?.length) yield { slot: "reason", value: "stated", spans: tags.why };
  for (const tag of tags.emotions ?? []) yield { field: "emotions", slot: "emotion", value: tag.label, ...tag };
  if (tags.effort && tags.effort.label !== "none") yield one("effort", "effort", tags.effort.label);
  if (tags.intent) yield one("intent", "intent", plain(tags.intent.label));
  if (tags.urgency) yield { slot: "urgency", value: `${tags.urgency} of 4` };
  for (const tag of tags.forces ?? []) yield polar("forces", "force", tag, names.name("forces", tag.label));
  if (tags.gap) yield { slot: "empathy of the replies", value: `${["no gap", "some gap", "clear gap"][tags.gap]}` };
  if (tags.resolved) yield { slot: "resolved", value: tags.resolved };
}
