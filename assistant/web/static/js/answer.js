// An answer: headline, drivers with their bars, trend, sentences, quotes, how sure it is, and where to go next.

import { bar, scaleOf, trend, trendTable } from "./charts.js";
import { h } from "./dom.js";
import { openItem } from "./item.js";
import { openReceipt } from "./receipt.js";
import { taking } from "./taking.js";
import { sentence } from "./text.js";
import { editableChips } from "./understood.js";
import { count, day, plain, some, spanned, upper } from "./words.js";

/** The parts of an answer, ready to show. `ask` is called with a suggested question, `change` with a changed plan. */
export function answerView(question, answer, { ask, change }) {
  const facts = new Map(answer.facts.map((fact) => [fact.id, fact]));
  const quotes = new Map(answer.citations.map((citation) => [citation.id, citation]));
  const context = { facts, quotes, sides: sidesOf(answer.plan) };
  return [
    editableChips(answer.understood, answer.plan, change),
    ...blocks(answer, facts).map((block) => blockView(block, context)),
    sureness(answer),
    taking(question, answer),
    suggestions(answer.suggestions, ask),
  ].filter(Boolean);
}

/** Claims of one kind that follow each other, under the title that the server's text gives them. */
function blocks(answer, facts) {
  const titles = titlesOf(answer);
  const found = [];
  answer.claims.forEach((claim, place) => {
    const kind = kindOf(claim, place, facts);
    const title = titles.get(claim) ?? null;
    const last = found.at(-1);
    if (last && last.kind === kind && last.title === title) last.claims.push(claim);
    else found.push({ kind, title, claims: [claim] });
  });
  return found;
}

function kindOf(claim, place, facts) {
  const first = facts.get(claim.facts[0])?.kind;
  if (first === "point") return "points";
  if (!claim.text) return "quotes";
  if (place === 0) return "head";
  return claim.text.startsWith("**") ? "list" : "text";
}

/** Titles stand in the Markdown as bold paragraphs before their block. */
function titlesOf(answer) {
  const titles = new Map();
  let title = null;
  const left = [...answer.claims];
  for (const paragraph of answer.answer.split("\n\n")) {
    const alone = /^\*\*([^*\n]+)\*\*$/.exec(paragraph.trim());
    if (alone) {
      title = alone[1];
      continue;
    }
    for (const claim of [...left]) {
      const isHere = claim.text ? paragraph.includes(claim.text) : claim.citations.some((id) => paragraph.includes(`[${id}]`));
      if (!isHere) continue;
      if (title) titles.set(claim, title);
      left.splice(left.indexOf(claim), 1);
    }
    if (!paragraph.startsWith(">")) title = null;
  }
  return titles;
}

function blockView(block, context) {
  const views = { head, list, text, quotes, points };
  const heading = block.title ? h("h3", {}, block.title) : null;
  // A comparison lists what either side has more of; the bars begin with the side that the title names.
  const isOther = block.title?.toLowerCase().endsWith(` ${context.sides[1].toLowerCase()}`);
  const sides = isOther ? [...context.sides].reverse() : context.sides;
  return h("section", { class: "block" }, heading, views[block.kind](block.claims, { ...context, sides }));
}

const factsOf = (claim, { facts }) => claim.facts.map((id) => facts.get(id)).filter(Boolean);
const quotesOf = (claim, { quotes }) => claim.citations.map((id) => quotes.get(id)).filter(Boolean);
const said = (claim, context) => sentence(claim.text, factsOf(claim, context), openReceipt);

const head = (claims, context) => claims.map((claim) => h("p", { class: "headline" }, said(claim, context)));

const text = (claims, context) => claims.map((claim) => [h("p", {}, said(claim, context)), quoteCards(quotesOf(claim, context))]);

const quotes = (claims, context) => quoteCards(claims.flatMap((claim) => quotesOf(claim, context)));

/** Numbered points. A contrast gets a pair of bars, a share a single one, all on one scale. */
function list(claims, context) {
  const shown = claims.map((claim) => charted(factsOf(claim, context)));
  const max = scaleOf(shown.flat());
  const isPair = shown.some((pair) => pair.length > 1);
  return [
    isPair ? legend(context.sides) : null,
    h("ol", { class: "drivers" }, claims.map((claim, place) =>
      h("li", {},
        h("h4", {}, parted(claim.text).title),
        h("div", { class: isPair ? "bars" : "bars single" }, shown[place].map((fact, side) => bar(fact, {
          label: isPair ? context.sides[side] : "share", kind: side ? "rest" : "main", max, open: openReceipt,
        }))),
        h("p", {}, sentence(parted(claim.text).rest, factsOf(claim, context), openReceipt)),
        quoteCards(quotesOf(claim, context))))),
  ];
}

/** `**Slow refunds**: 37 % of them …` as a title and what is said of it. */
function parted(said) {
  const [, title, rest] = /^\*\*(.+?)\*\*:?\s*(.*)$/s.exec(said) ?? [null, "", said];
  return { title, rest: upper(rest) };
}

const PAIRED = ["driver", "frequent", "rise", "impact"];
const charted = (facts) => facts.slice(0, PAIRED.includes(facts[0]?.kind) ? 2 : 1);

const legend = ([main, rest]) =>
  h("p", { class: "legend" },
    h("span", { class: "swatch main" }), main,
    h("span", { class: "swatch rest" }), rest,
    h("span", { class: "swatch line" }), "95 % interval");

/** The two sides of a contrast, in words that fit beside a bar. */
function sidesOf(plan) {
  if (plan.intent === "emerging") return ["lately", "before"];
  if (plan.intent === "impact") return ["with it", "without"];
  if (plan.versus) return [plan.scope, plan.versus].map((side) => sideWords(side, plan.versus));
  const outcome = plan.outcome ?? {};
  if (outcome.churn?.length) return [outcome.churn.every((label) => label === "loyal") ? "loyal" : "leaving", "the rest"];
  return [sideWords(outcome, outcome) || "with it", "the rest"];
}

/** What a scope says under the keys that set it apart. */
function sideWords(scope, keys) {
  const words = Object.keys(keys).flatMap((key) => {
    if (key === "attributes") return Object.keys(keys.attributes).flatMap((name) => scope.attributes?.[name] ?? []);
    if (key === "period") return scope.period ? [spanned(scope.period)] : [];
    return scope[key] ?? [];
  });
  return words.map(plain).join(" or ") || "the others";
}

/** A point or two make no line; they stand as a sentence. */
function points(claims, context) {
  const facts = claims.flatMap((claim) => factsOf(claim, context));
  if (facts.length < 3) return text(claims, context);
  return [
    trend(facts, { open: openReceipt }),
    h("details", { class: "fold" }, h("summary", {}, "As a table"), trendTable(facts, { open: openReceipt })),
  ];
}

function quoteCards(citations) {
  if (!citations.length) return null;
  return h("div", { class: "quotes" }, citations.map((citation) =>
    h(
      "button",
      { type: "button", class: "card quote", "data-citation": citation.id, "data-item": citation.item, onclick: () => openItem(citation.item, citation.span, { fresh: true }) },
      h("span", { class: "quote-text" }, `“${citation.text.replace(/\s+/g, " ").trim()}”`),
      h("span", { class: "meta" }, [citation.channel && plain(citation.channel), citation.date && day(citation.date)].filter(Boolean).join(" · "), h("span", { class: "cite" }, `[${citation.id}]`)),
    )));
}

function sureness({ caveats, coverage, facts }) {
  if (!caveats.length && !facts.length) return null;
  const untagged = coverage.untagged ? ` ${some(coverage.untagged, "item")} could not be judged.` : "";
  const counted = coverage.in_scope ? `Counted ${count(coverage.in_scope)} of ${some(coverage.items, "stored item")}.` : `${some(coverage.items, "item")} stored.`;
  return h(
    "details",
    { class: "fold sure" },
    h("summary", {}, "How sure is this?"),
    h("ul", {}, caveats.map((caveat) => h("li", {}, caveat)), h("li", {}, counted + untagged)),
  );
}

function suggestions(questions, ask) {
  if (!questions.length) return null;
  return h("div", { class: "suggestions", role: "group", "aria-label": "Further questions" },
    questions.map((question) => h("button", { type: "button", class: "suggestion", onclick: () => ask(question) }, question)));
}
