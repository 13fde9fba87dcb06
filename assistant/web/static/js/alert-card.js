// One alert as a card.

import { call } from "./api.js";
import { announce, h } from "./dom.js";
import { openItem } from "./item.js";
import { openReceipt } from "./receipt.js";
import { receiptLink } from "./text.js";
import { day, ofTotal, origin, percent, probability } from "./words.js";

/** An alert with its numbers, quotes and a way to mark it as seen. `changed` is called after that. */
export function alertCard(alert, changed) {
  const now = { ...alert, kind: alert.kind === "new" ? "rise" : "rate", label: alert.label ?? "", value: alert.share - alert.before.share };
  const before = { ...alert.before, kind: "before", label: alert.label ?? "" };
  const change = Math.round((alert.share - alert.before.share) * 100);
  const toggle = h("button", { type: "button", class: "quiet small", "data-key": `seen-${alert.id}`, onclick: mark }, alert.is_seen ? "Mark as new" : "Mark as seen");
  async function mark() {
    toggle.disabled = true;
    await call(`/v1/alerts/${encodeURIComponent(alert.id)}/seen`, { method: alert.is_seen ? "DELETE" : "PUT" });
    announce(alert.is_seen ? "Marked as new" : "Marked as seen");
    changed();
  }
  return h("li", { class: alert.is_seen ? "alert is-seen" : "alert" },
    h("p", { class: "meta" }, h("span", {}, alert.first === alert.last ? day(alert.last) : `${day(alert.first)} to ${day(alert.last)}`), alert.kind.startsWith("drift") ? h("span", {}, "slow drift") : null, alert.is_past ? h("span", {}, "before it was watched") : null, alert.is_seen ? null : h("span", { class: "fresh" }, "new")),
    h("h3", {}, alert.name),
    h("p", {}, h("strong", {}, percent(alert.share)), " (", receiptLink(ofTotal(alert), now, openReceipt), `), against ${percent(alert.before.share)} (`, receiptLink(ofTotal(alert.before), before, openReceipt), `) before: ${change > 0 ? "+" : "−"}${Math.abs(change)} points.`),
    h("p", { class: "hint" }, [alert.test, alert.p === null ? null : `p ${probability(alert.p)}`, alert.q === null ? null : `q ${probability(alert.q)}`].filter(Boolean).join(", ")),
    alert.quotes.length ? h("div", { class: "quotes" }, alert.quotes.map((quote) => h("button", { type: "button", class: "card quote", onclick: () => openItem(quote.item, quote.span, { fresh: true }) },
      h("span", { class: "quote-text" }, `“${quote.text.replace(/\s+/g, " ").trim()}”`), h("span", { class: "meta" }, origin(quote.channel, quote.date))))) : null,
    toggle);
}
