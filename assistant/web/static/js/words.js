// How labels, numbers, dates and filters read. The names come from the server's vocabulary.

import { call } from "./api.js";

let known;

/** The vocabulary of the data; fetched once, again after an import. */
export function vocabulary({ fresh = false } = {}) {
  if (fresh || !known) known = call("/v1/vocabulary").then(indexed, (error) => ((known = undefined), Promise.reject(error)));
  return known;
}

function indexed(found) {
  const names = new Map();
  for (const [key, words] of Object.entries(found.keys)) for (const word of words) names.set(`${key}/${word.id}`, word.name);
  return { ...found, name: (key, id) => names.get(`${key}/${id}`) ?? plain(id) };
}

/** `refund_slow` as `refund slow`. */
export const plain = (id) => String(id).replaceAll("_", " ");

/** The first letter as a capital. */
export const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** `18,788`, as the answers write it. */
export const count = (value) => value.toLocaleString("en-US");

/** `31 of 84`: how a receipt is found again in a sentence. */
export const ofTotal = (fact) => `${count(fact.n)} of ${count(fact.of)}`;

/** `1 item`, `2 items`. */
export const some = (n, noun) => `${count(n)} ${n === 1 ? noun : `${noun}s`}`;

/** `37 %`, never 0 or 100 for what is not none or all. */
export function percent(share) {
  const value = share * 100;
  if (value > 0 && value < 1) return value >= 0.1 ? `${value.toFixed(1)}\u00a0%` : "under\u00a00.1\u00a0%";
  if (value > 99 && value < 100) return `${Math.min(value, 99.9).toFixed(1)}\u00a0%`;
  return `${value.toFixed(0)}\u00a0%`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `3 May 2026` from `2026-05-03`. */
export function day(iso) {
  const [year, month, date] = iso.split("-").map(Number);
  return `${date} ${MONTHS[month - 1]} ${year}`;
}

/** `May 2026` from `2026-05-03`. */
export const month = (iso) => `${MONTHS[Number(iso.slice(5, 7)) - 1]} ${iso.slice(0, 4)}`;

/** `p = 0.003`, `p < 0.0001`. */
export const probability = (value) => (value < 0.0001 ? "< 0.0001" : Number(value.toPrecision(2)).toString());

/** The address of a customer's profile. */
export const customerAddress = (id) => `/customers?${new URLSearchParams({ id })}`;

/** Channel and day of a quote or an item. */
export const origin = (channel, date) => [channel && plain(channel), date && day(date)].filter(Boolean).join(" · ");

/** Keys of a filter as slots of a question. */
export const SLOTS = {
  themes: "theme", sentiment: "sentiment", emotions: "emotion", empathy_gaps: "empathy gap", churn: "churn",
  effort: "effort", intents: "intent", forces: "force",
};
const POLARITY = { "-": "complaints", "+": "praise", 0: "neutral" };
const PREFIXES = { theme: "themes", sub: "themes", gap: "empathy_gaps", emotion: "emotions", force: "forces", intent: "intents" };

/** A filter as a list of `{slot, value, not}`; `names` is the vocabulary. */
export function described(filter, names, not = false) {
  const found = [];
  const add = (slot, value, negated = not) => found.push({ slot, value, not: negated });
  for (const [key, slot] of Object.entries(SLOTS)) {
    if (filter[key]?.length) add(slot, filter[key].map((id) => names.name(key, id)).join(" or "));
  }
  if (filter.polarity) add("said as", POLARITY[filter.polarity]);
  for (const [name, values] of Object.entries(filter.attributes ?? {})) add(name, values.join(" or "));
  if (filter.period) add("period", spanned(filter.period));
  if (filter.text) add("contains", `“${filter.text}”`);
  for (const term of filter.terms ?? []) {
    const { slot, value, negated } = ofTerm(term, names, not);
    add(slot, value, negated);
  }
  for (const other of filter.also ?? []) {
    // Taken out as a whole: its parts together, not each of them.
    if (not) add("these together", described(other, names).map((part) => `${part.slot} ${part.value}`).join(", "));
    else found.push(...described(other, names));
  }
  if (filter.exclude && !not) found.push(...described(filter.exclude, names, true));
  return found;
}

/** `1 Jul 2026 to 30 Sep 2026` for a period. */
export function spanned({ from, to }) {
  if (from && to) return from === to ? day(from) : `${day(from)} to ${day(to)}`;
  return from ? `since ${day(from)}` : to ? `until ${day(to)}` : "any";
}

function ofTerm(term, names, negated) {
  const at = term.indexOf("=");
  const field = term.slice(0, at);
  const label = term.slice(at + 1).replace(/:[-+0]$/, "");
  if (term === "copy=yes") return { slot: negated ? "" : "copies", value: negated ? "copies" : "only", negated };
  if (term === "untagged=yes") return { slot: negated ? "" : "untagged", value: negated ? "untagged items" : "only", negated };
  if (field === "why") return { slot: "stated reason", value: names.name("themes", label), negated };
  if (field === "cue") return { slot: negated ? "" : "only as sign of leaving", value: `${names.name("themes", label)} as mere sign of leaving`, negated };
  if (field.startsWith("attr.")) return { slot: field.slice(5), value: label, negated };
  return { slot: plain(field), value: names.name(PREFIXES[field] ?? field, label), negated };
}

/** What an index term of a fact names, as a phrase: `sub=refund_slow:-` is `refund slow`. */
export const labelled = (term, names) => (term.includes("=") ? upper(ofTerm(term, names, false).value) : upper(plain(term)));
