// Slots of a plan: paths such as `scope.themes`, `outcome.churn`, `scope.attributes.channel`, `by`; taken out, set, and what they can be.

import { plain, SLOTS, upper } from "./words.js";

const SINGLE = ["polarity", "period", "text"];
const POLARITIES = [["-", "complaints"], ["+", "praise"], ["0", "neutral"]];
const BREAKDOWNS = ["theme", "sub_theme", "emotion", "empathy_gap", "force", "spectrum", "value", "sentiment", "touchpoint", "day", "week", "month"];
const INTENTS = [
  ["drivers", "why"], ["count", "how many"], ["trend", "over time"], ["compare", "comparison"], ["rank", "which most"],
  ["quotes", "their words"], ["summary", "what they say"], ["emerging", "what is new"], ["impact", "what matters most"],
];

/** What a question wants, in words. */
export const intentName = (intent) => new Map(INTENTS).get(intent) ?? plain(intent);

const copyOf = (plan) => JSON.parse(JSON.stringify(plan));

/** The object that holds a slot, made where it is missing, and its key there. */
function holder(plan, slot) {
  const path = slot.split(".");
  const key = path.pop();
  let at = plan;
  for (const part of path) at = at[part] ??= {};
  return [at, key];
}

/** The plan without a slot. */
export function without(plan, slot) {
  const made = copyOf(plan);
  const [at, key] = holder(made, slot);
  if (slot.includes(".attributes.") || !(slot.startsWith("scope.") && !slot.startsWith("scope.exclude."))) delete at[key];
  else at[key] = SINGLE.includes(key) ? null : [];
  // An outcome, another side or an exclusion that says nothing any more is none.
  for (const part of ["outcome", "versus"]) if (made[part] && isEmpty(made[part])) made[part] = null;
  if (made.scope.exclude && isEmpty(made.scope.exclude)) made.scope.exclude = null;
  return made;
}

const isEmpty = (scope) => Object.values(scope).every((value) => !value || (typeof value === "object" && !Object.keys(value).length));

/** The plan with a slot set to a value of `choices`, or to a period `{from, to}`. */
export function set(plan, slot, value) {
  const made = copyOf(plan);
  const [at, key] = holder(made, slot);
  const isList = slot.includes(".") && !SINGLE.includes(key);
  at[key] = isList ? [value] : key === "limit" ? Number(value) : value;
  return made;
}

/** The value of a slot, the first where there are several. */
export function valueOf(plan, slot) {
  const found = slot.split(".").reduce((at, key) => at?.[key], plan);
  return Array.isArray(found) ? found[0] : found;
}

/** How a slot is asked for: `{kind: "period" | "number" | "text"}` or `{kind: "choice", choices: [[id, name]]}`. */
export function asked(slot, names) {
  const key = slot.split(".").at(-1);
  if (slot === "intent") return { kind: "choice", choices: INTENTS };
  if (slot === "limit") return { kind: "number" };
  if (slot === "by") return { kind: "choice", choices: [...BREAKDOWNS, ...Object.keys(names.attributes)].map((id) => [id, plain(id)]) };
  if (slot.includes(".attributes.")) return { kind: "choice", choices: (names.attributes[key] ?? []).map(({ id, name, items }) => [id, name, items]) };
  if (key === "period" || key === "text") return { kind: key };
  if (key === "polarity") return { kind: "choice", choices: POLARITIES };
  return { kind: "choice", choices: (names.keys[key] ?? []).filter((word) => word.items).map(({ id, name, items, parent }) => [id, parent ? `\u2003${name}` : name, items]) };
}

/** The slots that a scope can have and does not have yet, as `[slot, name]`. */
export function free(plan, names) {
  const scope = plan.scope;
  const has = (key) => (Array.isArray(scope[key]) ? scope[key].length : scope[key]);
  const keys = [...Object.keys(SLOTS), "polarity", "period"].filter((key) => !has(key));
  const attributes = Object.keys(names.attributes).filter((name) => !scope.attributes[name]);
  return [
    ...keys.map((key) => [`scope.${key}`, upper(SLOTS[key] ?? { polarity: "said as", period: "period" }[key])]),
    ...attributes.map((name) => [`scope.attributes.${name}`, upper(plain(name))]),
  ];
}
