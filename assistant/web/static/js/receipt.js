// The receipt of a number: how it was counted, and exactly the items that were.

import { wilson } from "./charts.js";
import { h } from "./dom.js";
import { definitions } from "./item.js";
import { fetchPage, itemCard, moreButton } from "./list.js";
import { show } from "./panel.js";
import { listAddress } from "./text.js";
import { count, described, labelled, percent, plain, probability, some, upper, vocabulary } from "./words.js";

const KINDS = {
  outcome: "Share of the items in question", driver: "Driver: share with the outcome, against the rest",
  frequent: "Merely more frequent: share with the outcome, against the rest", alike: "Common on both sides",
  segment: "Over-represented: share with the outcome, against the rest", rest: "The rest, for comparison",
  stated: "Reason given in their own words", share: "Share of the items in question", key_point: "Most frequent point",
  rank: "Rank by share", point: "One period of a trend", half: "Half of the time looked at", side: "One side of the comparison", difference: "One side, against the other", nearest: "The nearest that there is",
  rate: "Share of the items in question", rise: "Lately, against the time before", before: "The time before, for comparison",
  strength: "Strength of the relationship, and the items it rests on",
  corrected: "Share once errors of the detector are taken out",
  importance: "Part of what the themes explain, and the items that speak of it",
  met: "Share of items in which it is met", missed: "Share of items in which it is missed",
  impact: "Those with the trouble and the outcome", hit: "Those with the trouble and the outcome", customers: "Different known customers behind the items",
  worth: "What these customers are worth, each counted once",
};

const DIFFERENCES = ["driver", "frequent", "alike", "segment", "difference", "rise"]; // their value is one

const SHARES = { corrected: "As detected", importance: "Items that speak of it", strength: "Items" };

/** Open the receipt of a fact. */
export function openReceipt(fact) {
  show("Receipt", async (body) => {
    const search = { filter: fact.filter, limit: 20 };
    const [page, names] = await Promise.all([fetchPage(search), vocabulary()]);
    const list = h("ul", { class: "results" }, page.items.map((item) => itemCard(item, names)));
    body.append(
      h("p", { class: "eyebrow" }, KINDS[fact.kind] ?? upper(plain(fact.kind))),
      h("p", { class: "receipt-sum" }, h("strong", {}, count(fact.n)), ` of ${count(fact.of)}`, fact.of ? h("span", { class: "receipt-share" }, percent(fact.n / fact.of)) : null),
      definitions(rows(fact, names)),
      filterView(fact.filter, names),
      h("section", { "aria-label": "Items" },
        h("h3", {}, "The items"),
        tally(page.total, fact),
        list,
        moreButton(list, search, page, names)),
    );
  }, { fresh: true });
}

/** Whether the list is what was counted; after new imports it may have grown. */
function tally(total, fact) {
  if (total === fact.n) return h("p", { class: "tally ok", "data-total": total }, `${some(total, "item")}, exactly those that were counted.`);
  return h("p", { class: "tally off", role: "alert", "data-total": total },
    `Now ${some(total, "item")}; ${count(fact.n)} when the question was answered. The feedback has changed since: ask again for new numbers.`);
}

function rows(fact, names) {
  const [low, high] = wilson(fact.n, fact.of);
  const found = [["About", fact.label && !["outcome", "scope", "count"].includes(fact.label) ? labelled(fact.label, names) : null]];
  if (["customers", "worth"].includes(fact.kind)) return [...found, ["Sum", count(fact.value)]];
  if (fact.kind === "impact") found.push(["At the others' rate", fewer(fact)]);
  if (fact.kind === "importance") found.push(["Part", `${percent(fact.value)}, 95 % interval ${percent(fact.ci[0])} to ${percent(fact.ci[1])}`]);
  if (fact.kind === "strength") found.push(["Strength", `${fact.value.toFixed(0)} of 100, 95 % interval ${fact.ci[0].toFixed(0)} to ${fact.ci[1].toFixed(0)}`]);
  if (fact.kind === "corrected") found.push(["Corrected", `${percent(fact.value)}, 95 % interval ${percent(fact.ci[0])} to ${percent(fact.ci[1])}`]);
  if (fact.of) found.push([SHARES[fact.kind] ?? "Share", `${percent(fact.n / fact.of)}, 95 % interval ${percent(low)} to ${percent(high)} (Wilson)`]);
  if (DIFFERENCES.includes(fact.kind)) found.push(["Difference", difference(fact)]);
  if (fact.test) found.push(["Test", fact.test]);
  if (fact.p !== null && fact.p !== undefined) found.push(["p", probability(fact.p)]);
  if (fact.q !== null && fact.q !== undefined) found.push(["q", `${probability(fact.q)} (false discovery rate over all labels tested)`]);
  return found;
}

const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value * 100).toFixed(0)}`;

function difference(fact) {
  const range = fact.ci ? ` (95 % interval ${signed(fact.ci[0])} to ${signed(fact.ci[1])}, Newcombe)` : "";
  return `${signed(fact.value)} percentage points${range}`;
}

const fewer = (fact) => `${Math.round(fact.value)} items fewer (95 % interval ${fact.ci.map(Math.round).join(" to ")})`;

/** The filter in words, as a link that lists the same items, and as it goes to the API. */
function filterView(filter, names) {
  const parts = described(filter, names);
  return h(
    "section",
    { "aria-label": "Filter" },
    h("h3", {}, "Filter"),
    h("div", { class: "chips" }, parts.length ? parts.map(filterChip) : h("span", { class: "chip" }, "all items")),
    h("p", {}, h("a", { href: listAddress(filter) }, "Open as a list")),
    h("details", {}, h("summary", {}, "For the API"), h("pre", {}, `POST /v1/feedback/search\n${JSON.stringify({ filter }, null, 1)}`)),
  );
}

/** One part of a filter as a chip. */
export const filterChip = (part) =>
  h("span", { class: part.not ? "chip not" : "chip" }, h("span", { class: "slot" }, [part.not ? "without" : "", part.slot].filter(Boolean).join(" ")), part.value);
