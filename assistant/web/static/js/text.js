// Sentences with bold words and numbers that open, and texts with marked stretches.

import { h } from "./dom.js";
import { count, ofTotal } from "./words.js";

/**
 * Nodes of a claim: `**bold**` becomes strong, and every number of its facts a link that opens the receipt.
 * Facts that no number in the sentence stands for get a small link behind it, so that none is out of reach.
 */
export function sentence(text, facts, open) {
  const left = [...facts];
  const nodes = text.replace(/(\d) %/g, "$1\u00a0%").split("**").flatMap((part, at) => {
    const inside = numbered(part, left, open);
    return at % 2 ? [h("strong", {}, inside)] : inside;
  });
  const rest = left.filter((fact) => fact.kind !== "rest" || !facts.some((other) => other.kind === "driver"));
  return [...nodes, ...rest.map((fact) => h("sup", {}, receiptLink(fact.id, fact, open)))];
}

function numbered(text, left, open) {
  const nodes = [];
  let rest = text;
  for (;;) {
    const hit = firstHit(rest, left);
    if (!hit) return rest ? [...nodes, rest] : nodes;
    left.splice(left.indexOf(hit.fact), 1);
    nodes.push(rest.slice(0, hit.at), receiptLink(hit.token, hit.fact, open));
    rest = rest.slice(hit.at + hit.token.length);
  }
}

/** The first number in the text that a fact stands for: `31 of 84` before a bare `31`. */
function firstHit(text, facts) {
  let best = null;
  for (const exact of [true, false]) {
    for (const fact of facts) {
      const token = exact ? ofTotal(fact) : count(fact.n);
      const at = position(text, token, exact);
      if (at >= 0 && (!best || at < best.at)) best = { at, token, fact };
    }
    if (best) return best;
  }
  return best;
}

function position(text, token, exact) {
  for (let at = text.indexOf(token); at >= 0; at = text.indexOf(token, at + 1)) {
    const before = text.slice(0, at);
    const after = text.slice(at + token.length);
    const isInside = /[\d.,]$/.test(before) || /^([.,]?\d)/.test(after);
    // A bare number must count items, not be a percentage or a part of another pair.
    const isOther = !exact && (/^[\s\u00a0]?%/.test(after) || /^ of \d/.test(after) || /^ (points|%|to \d)/.test(after));
    if (!isInside && !isOther) return at;
  }
  return -1;
}

/** A number as a link to its items; a plain click opens the receipt here. */
export const receiptLink = (words, fact, open) =>
  h(
    "a",
    {
      class: "receipt", href: listAddress(fact.filter), "data-fact": fact.id, title: "How this was counted",
      onclick: (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        open(fact);
      },
    },
    words,
  );

/** The feedback page with the items of a filter. */
export const listAddress = (filter) => `/feedback?${new URLSearchParams({ filter: JSON.stringify(filter) })}`;

/** Characters as the server counts them: code points, where JavaScript counts UTF-16 units. */
export const points = (text) => Array.from(text);

/**
 * Text with marked stretches. `spans` are `{start, end, kind}` in code points from the start of the whole text;
 * `offset` is where this text begins in it.
 */
export function marked(text, spans, offset = 0) {
  const signs = points(text);
  const inside = spans
    .map((span) => ({ ...span, start: Math.max(0, span.start - offset), end: Math.min(signs.length, span.end - offset) }))
    .filter((span) => span.start < span.end);
  const cuts = [...new Set([0, signs.length, ...inside.flatMap((span) => [span.start, span.end])])].sort((a, b) => a - b);
  return cuts.slice(1).map((end, at) => {
    const start = cuts[at];
    const piece = signs.slice(start, end).join("");
    const kinds = inside.filter((span) => span.start <= start && span.end >= end).map((span) => span.kind);
    return kinds.length ? h("mark", { class: [...new Set(kinds)].join(" ") }, piece) : piece;
  });
}
