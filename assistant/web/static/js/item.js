// One item: its text with marked stretches, its tags, where it came from, and its customer.

import { call } from "./api.js";
import { h } from "./dom.js";
import { show } from "./panel.js";
import { tagSection } from "./tags.js";
import { marked, points } from "./text.js";
import { customerAddress, origin, plain, some, upper, vocabulary } from "./words.js";

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
  const paint = (chosen) => text.replaceChildren(...itemBody(item, [...marks, ...chosen]));
  paint([]);
  return [
    h("p", { class: "eyebrow" }, origin(item.attributes.channel ?? (item.kind === "conversation" ? "conversation" : null), item.date) || "Undated"),
    text,
    tagSection(item, names, paint),
    facts(item),
    item.customer_record ? customer(item.customer_record) : null,
  ];
}

/** The text as it is stored; a conversation line by line. */
export function itemBody(item, spans) {
  if (item.kind !== "conversation") return titled(item, spans);
  let offset = 0;
  return item.text.split("\n").map((line, number) => {
    const start = offset;
    offset += points(line).length + 1;
    const who = /^(Customer|Agent): /.exec(line)?.[0] ?? "";
    const missed = missedView(item.tags, number);
    return h(
      "div",
      { class: `turn ${who.startsWith("Agent") ? "agent" : "customer"}${missed ? " gap-turn" : ""}` },
      h("span", { class: "who" }, who.replace(": ", "")),
      h("p", {}, marked(line.slice(who.length), spans, start + who.length)),
      missed,
    );
  });
}

const MISSED = { acknowledges: "the feeling is passed over", understands: "the case is not taken up", explores: "nothing is asked", acts: "nothing is done" };

/** What the reply lacks in which the customer was missed most; null at every other turn. */
function missedView({ gap, gap_turn: worst, replies }, number) {
  if (!gap || worst !== number) return null;
  const reply = (replies ?? []).find((one) => one.turn === number) ?? {};
  const lacks = Object.entries(MISSED).filter(([quality]) => reply[quality] === 0).map(([, words]) => words);
  if (reply.scripted) lacks.unshift("it reads like a standard text");
  return h("p", { class: "missed" }, h("strong", {}, gap === 2 ? "The customer is missed here" : "Partly missed here"), lacks.length ? `: ${lacks.join(", ")}.` : ".");
}

/** A title leads the stored text, on a line of its own. */
function titled(item, spans) {
  const cut = item.title && item.text.startsWith(`${item.title}\n`) ? points(item.title).length + 1 : 0;
  const rest = points(item.text).slice(cut).join("");
  return [cut ? h("p", { class: "verbatim-title" }, marked(item.title, spans)) : null, h("p", {}, marked(rest, spans, cut))].filter(Boolean);
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
    h("h3", {}, "Customer ", h("a", { href: customerAddress(record.id) }, record.id)),
    rows.length ? definitions(rows) : null,
    h("p", { class: "hint" }, `${some(record.items, "item")} from this customer.`),
  );
}

/** Pairs as a definition list; empty values are left out. */
export function definitions(rows) {
  return h("dl", { class: "facts" }, rows.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}
