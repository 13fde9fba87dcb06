// One item: its text with marked stretches, its tags, where it came from, and its customer.

import { call } from "./api.js";
import { h } from "./dom.js";
import { show } from "./panel.js";
import { marked, points } from "./text.js";
import { origin, plain, some, upper, vocabulary } from "./words.js";

/** Open an item in the panel; `cited` is the span of a quote to mark. */
export function openItem(id, cited = null, options = {}) {
  show("Feedback", async (body) => {
    const [item, names] = await Promise.all([call(`/v1/feedback/${encodeURIComponent(id)}`), vocabulary()]);
    body.append(...itemView(item, names, cited));
  }, options);
}

function itemView(item, names, cited) {
  const text = h("div", { class: "verbatim" });
  const marks = cited ? [{ start: cited[0], end: cited[1], kind: "cited" }] : [];
  const paint = (chosen) => text.replaceChildren(...body(item, [...marks, ...chosen]));
  paint([]);
  return [
    h("p", { class: "eyebrow" }, origin(item.attributes.channel ?? (item.kind === "conversation" ? "conversation" : null), item.date) || "Undated"),
    text,
    h("section", { "aria-label": "Tags" }, h("h3", {}, "Tags"), tagChips(item, names, paint)),
    facts(item),
    item.customer_record ? customer(item.customer_record) : null,
  ];
}

/** The text as it is stored; a conversation line by line. */
function body(item, spans) {
  if (item.kind !== "conversation") return titled(item, spans);
  let offset = 0;
  return item.text.split("\n").map((line) => {
    const start = offset;
    offset += points(line).length + 1;
    const who = /^(Customer|Agent): /.exec(line)?.[0] ?? "";
    return h(
      "div",
      { class: `turn ${who.startsWith("Agent") ? "agent" : "customer"}` },
      h("span", { class: "who" }, who.replace(": ", "")),
      h("p", {}, marked(line.slice(who.length), spans, start + who.length)),
    );
  });
}

/** A title leads the stored text, on a line of its own. */
function titled(item, spans) {
  const cut = item.title && item.text.startsWith(`${item.title}\n`) ? points(item.title).length + 1 : 0;
  const rest = points(item.text).slice(cut).join("");
  return [cut ? h("p", { class: "verbatim-title" }, marked(item.title, spans)) : null, h("p", {}, marked(rest, spans, cut))].filter(Boolean);
}

function tagChips(item, names, paint) {
  const list = h("div", { class: "chips" });
  for (const tag of allTags(item.tags, names)) {
    const label = [tag.value, tag.mark && h("span", { class: `polarity p${tag.tone}` }, tag.mark)];
    const hint = tag.score === undefined ? null : `${Math.round(tag.score * 100)} % sure`;
    if (!tag.spans?.length) {
      list.append(h("span", { class: "chip", title: hint }, h("span", { class: "slot" }, tag.slot), label));
      continue;
    }
    const chip = h("button", { type: "button", class: "chip can-mark", "aria-pressed": "false", title: hint }, h("span", { class: "slot" }, tag.slot), label);
    chip.addEventListener("click", () => {
      const on = chip.getAttribute("aria-pressed") !== "true";
      for (const other of list.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", "false");
      chip.setAttribute("aria-pressed", String(on));
      paint(on ? tag.spans.map(([start, end]) => ({ start, end, kind: "tagged" })) : []);
    });
    list.append(chip);
  }
  const silent = (item.tags.abstained ?? []).map((entry) => `${plain(entry.field)} (${plain(entry.reason)})`);
  return [
    list.childElementCount ? list : h("p", { class: "hint" }, "No tags."),
    list.querySelector(".can-mark") ? h("p", { class: "hint" }, "Choose an outlined tag to see where the text shows it.") : null,
    silent.length ? h("p", { class: "hint" }, `Not judged: ${silent.join(", ")}.`) : null,
  ];
}

const POLARITY = { "-": ["−", "bad", "complaint"], "+": ["+", "good", "praise"], 0: ["·", "none", "neutral"] };

function* allTags(tags, names) {
  if (tags.sentiment) yield { slot: "sentiment", value: tags.sentiment.label, score: tags.sentiment.score };
  for (const tag of tags.themes ?? []) {
    const [mark, tone] = POLARITY[tag.polarity] ?? [];
    const value = tag.sub ? `${names.name("themes", tag.label)}: ${names.name("themes", tag.sub)}` : names.name("themes", tag.label);
    yield { slot: "theme", value, mark, tone, score: tag.score, spans: tag.spans };
  }
  for (const tag of tags.empathy_gaps ?? []) yield { slot: "empathy gap", value: names.name("empathy_gaps", tag.label), score: tag.score, spans: tag.spans };
  if (tags.churn && tags.churn.label !== "none") yield { slot: "churn", value: plain(tags.churn.label), score: tags.churn.score, spans: tags.churn.spans };
  if (tags.why?.length) yield { slot: "reason", value: "stated", spans: tags.why };
  for (const tag of tags.emotions ?? []) yield { slot: "emotion", value: tag.label, score: tag.score };
  if (tags.effort && tags.effort.label !== "none") yield { slot: "effort", value: tags.effort.label, score: tags.effort.score };
  if (tags.intent) yield { slot: "intent", value: plain(tags.intent.label), score: tags.intent.score };
  if (tags.urgency) yield { slot: "urgency", value: `${tags.urgency} of 4` };
  for (const tag of tags.forces ?? []) {
    const [mark, tone] = POLARITY[tag.polarity] ?? [];
    yield { slot: "force", value: names.name("forces", tag.label), mark, tone, score: tag.score };
  }
  if (tags.gap) yield { slot: "empathy of the replies", value: `${["no gap", "some gap", "clear gap"][tags.gap]}` };
  if (tags.resolved) yield { slot: "resolved", value: tags.resolved };
}

function facts(item) {
  const rows = [["Id", item.id], ["Language", item.language], ["Source", item.source],
    ...Object.entries(item.attributes).map(([name, value]) => [upper(plain(name)), value])];
  const removed = Object.entries(item.redactions).map(([kind, n]) => `${n} ${plain(kind).toLowerCase()}`).join(", ");
  if (removed) rows.push(["Removed before storing", removed]);
  if (item.is_copy) rows.push(["Copy", "Another item says the same; answers count it once."]);
  return h("section", { "aria-label": "Details" }, h("h3", {}, "Details"), definitions(rows));
}

function customer(record) {
  const rows = Object.entries(record.attributes).map(([name, value]) => [upper(plain(name)), value]);
  return h(
    "section",
    { "aria-label": "Customer" },
    h("h3", {}, "Customer ", h("span", { class: "muted" }, record.id)),
    rows.length ? definitions(rows) : null,
    h("p", { class: "hint" }, `${some(record.items, "item")} from this customer.`),
  );
}

/** Pairs as a definition list; empty values are left out. */
export function definitions(rows) {
  return h("dl", { class: "facts" }, rows.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}
