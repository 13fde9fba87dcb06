// Shares week by week as small bars, the weeks of alerts marked.

import { h, s } from "./dom.js";
import { day, percent } from "./words.js";

const HEIGHT = 72;
const GAP = 2;

/** A chart of `[{monday, n, of}]`; the weeks in which alerts lie stand out. */
export function weekly(series, alerts) {
  const shares = series.map(({ n, of }) => (of ? n / of : 0));
  const max = Math.max(0.05, ...shares);
  const width = 100 / series.length;
  const isFired = (monday) => alerts.some((alert) => alert.first <= monday && monday <= alert.last);
  const words = `Share by week, ${percent(shares[0])} in the first and ${percent(shares.at(-1))} in the last; ${alerts.length} stood out`;
  return h("figure", { class: "weekly" },
    s("svg", { role: "img", width: "100%", height: HEIGHT, "aria-label": words },
      series.map(({ monday, n, of }, place) => s("rect", {
        class: isFired(monday) ? "week fired" : "week", x: `${place * width}%`, width: `calc(${width}% - ${GAP}px)`,
        y: HEIGHT - Math.max(1, (shares[place] / max) * (HEIGHT - 4)), height: Math.max(1, (shares[place] / max) * (HEIGHT - 4)),
      }, s("title", {}, `week of ${day(monday)}: ${percent(shares[place])}, ${n} of ${of}`)))),
    h("figcaption", { class: "hint" }, `${day(series[0].monday)} to the week of ${day(series.at(-1).monday)}; highest ${percent(max)}`));
}
