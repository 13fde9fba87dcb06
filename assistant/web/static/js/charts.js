// Charts from facts, as SVG with text alternatives. No fact, no bar.

import { h, s } from "./dom.js";
import { receiptLink } from "./text.js";
import { day, month, ofTotal, percent } from "./words.js";

const Z = 1.959964;

/** 95 % interval of a share by Wilson (1927). */
export function wilson(n, of) {
  if (!of) return [0, 1];
  const share = n / of;
  const z2 = Z * Z;
  const centre = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = (Z * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of))) / (1 + z2 / of);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

const share = (fact) => (fact.of ? fact.n / fact.of : 0);

/** What a bar shows: a share with its interval; of an importance, the part that it states. */
const measured = (fact) => (fact.kind === "importance" ? [fact.value, ...fact.ci] : [share(fact), ...wilson(fact.n, fact.of)]);
const at = (value, max) => `${((value / max) * 100).toFixed(2)}%`;

/** The common scale of several bars: the highest upper end, rounded up to a tenth. */
export const scaleOf = (facts) =>
  Math.min(1, Math.ceil(Math.max(0.1, ...facts.map((fact) => measured(fact)[2])) * 10) / 10);

/** A bar with its interval: `[label] [bar] [37 %]`; the number opens the receipt. */
export function bar(fact, { label, max, kind, open }) {
  const [value, low, high] = measured(fact);
  const drawing = s(
    "svg",
    { class: `bar-svg ${kind}`, role: "img", width: "100%", height: "18",
      "aria-label": `${label}: ${percent(value)}, ${ofTotal(fact)}, 95 % interval ${percent(low)} to ${percent(high)}` },
    s("rect", { class: "track", x: 0, y: 4, width: "100%", height: 10, rx: 2 }),
    s("rect", { class: "fill", x: 0, y: 4, width: at(value, max), height: 10, rx: 2 }),
    s("line", { class: "whisker", x1: at(low, max), x2: at(high, max), y1: 9, y2: 9 }),
    s("line", { class: "whisker", x1: at(low, max), x2: at(low, max), y1: 5.5, y2: 12.5 }),
    s("line", { class: "whisker", x1: at(high, max), x2: at(high, max), y1: 5.5, y2: 12.5 }),
  );
  return h(
    "div",
    { class: `bar-row ${kind}` },
    h("span", { class: "bar-label" }, label),
    drawing,
    h("button", { type: "button", class: "bar-value", "data-fact": fact.id, "aria-label": `${percent(value)}, ${ofTotal(fact)}, show how this was counted`, onclick: () => open(fact) }, percent(value)),
  );
}

const HEIGHT = 220;
const PAD = { top: 14, right: 14, bottom: 30, left: 44 };

/** Shares over time with their interval band. Facts of kind `point` carry the first day of their period as label. */
export function trend(facts, { open }) {
  const figure = h("figure", { class: "trend" });
  const label = `Line chart: ${facts.map((fact) => `${periodOf(fact)} ${percent(share(fact))}`).join(", ")}`;
  const draw = (width) => figure.replaceChildren(drawn(facts, Math.max(260, width), label, open));
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width && String(width) !== figure.dataset.width) {
      figure.dataset.width = String(width);
      draw(width);
    }
  }).observe(figure);
  return figure;
}

function drawn(facts, width, label, open) {
  const max = scaleOf(facts);
  const inner = width - PAD.left - PAD.right;
  const x = (place) => PAD.left + (facts.length < 2 ? inner / 2 : (place / (facts.length - 1)) * inner);
  const y = (value) => PAD.top + (1 - value / max) * (HEIGHT - PAD.top - PAD.bottom);
  const bands = facts.map((fact) => wilson(fact.n, fact.of));
  const upper = bands.map(([, high], place) => `${x(place)},${y(high)}`);
  const lower = bands.map(([low], place) => `${x(place)},${y(low)}`).reverse();
  const every = Math.ceil(facts.length / Math.max(2, Math.floor(inner / 64)));
  const grid = [0, 0.5, 1].map((part) => part * max);
  return s(
    "svg",
    { class: "trend-svg", role: "img", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-label": label },
    grid.map((value) => [
      s("line", { class: "grid", x1: PAD.left, x2: width - PAD.right, y1: y(value), y2: y(value) }),
      s("text", { class: "tick", x: PAD.left - 8, y: y(value) + 4, "text-anchor": "end" }, percent(value)),
    ]),
    s("polygon", { class: "band", points: [...upper, ...lower].join(" ") }),
    s("polyline", { class: "line", points: facts.map((fact, place) => `${x(place)},${y(share(fact))}`).join(" ") }),
    facts.map((fact, place) => [
      place % every === 0 ? s("text", { class: "tick", x: x(place), y: HEIGHT - 10, "text-anchor": "middle" }, shortPeriod(fact)) : null,
      s("circle", { class: "dot", cx: x(place), cy: y(share(fact)), r: 4 }),
      s("circle", { class: "hit", cx: x(place), cy: y(share(fact)), r: 12, onclick: () => open(fact) },
        s("title", {}, `${periodOf(fact)}: ${percent(share(fact))}, ${ofTotal(fact)}`)),
    ]),
  );
}

/** `May 2026`, `4 May 2026` or `week of 4 May 2026` for a point that is labelled `2026-05-01..2026-05-31`. */
export function periodOf(fact) {
  const [first, last = first] = fact.label.split("..");
  const days = (Date.parse(last) - Date.parse(first)) / 86_400_000;
  if (Number.isNaN(days)) return fact.label;
  if (days > 6) return month(first);
  return days > 0 ? `week of ${day(first)}` : day(first);
}

const shortPeriod = (fact) => periodOf(fact).replace("week of ", "").replace(/ \d{4}$/, "");

/** The same points as a table, for those who do not see the chart or want to copy it. */
export function trendTable(facts, { open }) {
  return h(
    "table",
    { class: "data" },
    h("thead", {}, h("tr", {}, ["Period", "Share", "Items", "95 % interval"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, facts.map((fact) => {
      const [low, high] = wilson(fact.n, fact.of);
      return h("tr", {},
        h("th", { scope: "row" }, periodOf(fact)),
        h("td", {}, percent(share(fact))),
        h("td", {}, receiptLink(ofTotal(fact), fact, open)),
        h("td", {}, `${percent(low)} to ${percent(high)}`));
    })),
  );
}
