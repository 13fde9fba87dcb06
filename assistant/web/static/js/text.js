// Sentences with bold words and numbers that open, and texts with marked stretches.

import { h } from "./dom.js";
import { count, ofTotal } from "./words.js";

/**
 * Nodes of a claim: `**bold**` becomes strong, and every number of its facts a link that opens the receipt.
 * Facts that no number in the sentence stands for get a small link behind it, so that none is out of reach.
 */
export function sentence(text, facts, open) {
  const spaced = text.replace(/(\d) %/g, "$1\u00a0%");
  const hits = found(spaced, facts);
  const nodes = [];
  let last = 0;
  for (const hit of hits) {
    nodes.push(spaced.slice(last, hit.at), receiptLink(hit.token, hit.fact, open));
    last = hit.at + hit.token.length;
  }
  const left = facts.filter((fact) => !hits.some((hit) => hit.fact === fact));
  return [...bold([...nodes, spaced.slice(last)]), ...left.map((fact) => h("sup", {}, receiptLink(fact.id, fact, open)))];
}

/** Where each fact's number stands: `31 of 84` before a bare `31`, no place twice, in the order of the text. */
function found(text, facts) {
  const hits = [];
  for (const exact of [true, false]) {
    for (const fact of facts.filter((one) => !hits.some((hit) => hit.fact === one))) {
      const token = exact ? ofTotal(fact) : count(fact.n);
      const at = position(text, token, exact, hits);
      if (at >= 0) hits.push({ at, token, fact });
    }
  }
  return hits.sort((one, other) => one.at - other.at);
}

function position(text, token, exact, hits) {
  for (let at = text.indexOf(token); at >= 0; at = text.indexOf(token, at + 1)) {
    const before = text.slice(0, at);
    const after = text.slice(at + token.length);
    const isInside = /[\d.,]$/.test(before) || /^[.,]?\d/.test(after);
    const isTaken = hits.some((hit) => at < hit.at + hit.token.length && hit.at < at + token.length);
    // A bare number must count items, not be a percentage or a part of another pair.
    const isOther = !exact && /^([\s\u00a0]?%| of \d| points| to \d)/.test(after);
    if (!isInside && !isTaken && !isOther) return at;
  }
  return -1;
}

/** Strings and nodes in which `**` begins and ends bold. */
function bold(nodes) {
  const out = [];
  let inside = null;
  for (const node of nodes) {
    for (const [at, part] of (typeof node === "string" ? node.split("**") : [node]).entries()) {
      if (at > 0) {
        if (inside) out.push(inside);
        inside = inside ? null : h("strong");
      }
      if (part !== "") (inside ? (child) => inside.append(child) : (child) => out.push(child))(part);
    }
  }
  return inside ? [...out, inside] : out;
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

/** A stretch of a text with what stands around it, cut between words, the stretch marked. `span` counts code points. */
export function excerpt(text, [start, end], reach = 110) {
  const signs = points(text).map((sign) => (/\s/.test(sign) ? " " : sign));
  const before = start > reach ? signs.indexOf(" ", start - reach) + 1 : 0;
  const after = signs.length > end + reach ? signs.lastIndexOf(" ", end + reach) : signs.length;
  const [from, to] = [Math.min(before, start), Math.max(after, end)];
  return [from ? "… " : null, marked(signs.slice(from, to).join(""), [{ start, end, kind: "tagged" }], from), to < signs.length ? " …" : null];
}
