// The feedback page: filters, total and list, all of it in the address.

import { file as fetchFile } from "./api.js";
import { announce, download, h, byId } from "./dom.js";
import { fetchPage, itemCard, moreButton } from "./list.js";
import { startPage } from "./page.js";
import { problemCard } from "./problem.js";
import { filterChip } from "./receipt.js";
import { count, described, some, upper, plain, vocabulary } from "./words.js";

const SINGLE = { themes: "Theme", sentiment: "Sentiment", churn: "Churn", emotions: "Emotion", empathy_gaps: "Empathy gap" };
const MOST_ATTRIBUTES = 6;
const MOST_VALUES = 60;
const PAUSE_MS = 300;
let asked = 0;

/** What the address says: a filter as in a receipt, or single keys, and words. */
function read() {
  const given = new URLSearchParams(location.search);
  const query = given.get("query");
  if (given.get("filter")) return { filter: parsed(given.get("filter")), query, isReceipt: true };
  const filter = {};
  for (const key of Object.keys(SINGLE)) if (given.get(key)) filter[key] = given.getAll(key);
  if (given.get("polarity")) filter.polarity = given.get("polarity");
  if (given.get("text")) filter.text = given.get("text");
  const period = Object.fromEntries(["from", "to"].filter((key) => given.get(key)).map((key) => [key, given.get(key)]));
  if (Object.keys(period).length) filter.period = period;
  const attributes = [...new Set(given.keys())].filter((key) => key.startsWith("attr."));
  if (attributes.length) filter.attributes = Object.fromEntries(attributes.map((key) => [key.slice(5), given.getAll(key)]));
  return { filter, query, isReceipt: false };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Write one value into the address and show the list anew. A receipt's filter stays until it is removed. */
function write(name, value) {
  const given = new URLSearchParams(location.search);
  if (value) given.set(name, value);
  else given.delete(name);
  history.replaceState(null, "", given.size ? `/feedback?${given}` : "/feedback");
  show();
}

async function show() {
  const turn = ++asked;
  const { filter, query, isReceipt } = read();
  const search = { filter, limit: 30, ...(query ? { query } : {}) };
  try {
    const [page, names] = await Promise.all([fetchPage(search), vocabulary()]);
    if (turn !== asked) return;
    drawControls(names, filter, isReceipt);
    byId("total").textContent = query ? `The best ${some(page.total, "match").replace("matchs", "matches")}` : some(page.total, "item");
    byId("total").dataset.total = page.total;
    const list = byId("results");
    list.replaceChildren(...page.items.map((item) => itemCard(item, names)));
    byId("more").replaceChildren(page.total ? moreButton(list, search, page, names) : nothing(names));
  } catch (error) {
    if (turn !== asked) return;
    byId("total").textContent = "Feedback";
    byId("results").replaceChildren();
    byId("more").replaceChildren(problemCard(error, show));
  }
}

/** All items of the filter as CSV; the words of a search by meaning order a list and limit nothing, so they stay out. */
async function save() {
  const { filter } = read();
  byId("save").disabled = true;
  try {
    download("feedback.csv", await fetchFile(`/v1/export?${new URLSearchParams({ format: "csv", ...(Object.keys(filter).length ? { filter: JSON.stringify(filter) } : {}) })}`));
    announce("Feedback saved");
  } catch (error) {
    byId("more").append(problemCard(error, save));
  } finally {
    byId("save").disabled = false;
  }
}

function nothing(names) {
  if (!names.items) return h("p", { class: "hint" }, "There is no feedback yet. Import a file to begin.");
  return h("div", {}, h("p", {}, `None of the ${count(names.items)} items fits.`), h("button", { type: "button", class: "secondary", onclick: clear }, "Remove all filters"));
}

function clear() {
  history.replaceState(null, "", "/feedback");
  byId("words").value = "";
  show();
}

function drawControls(names, filter, isReceipt) {
  const holder = byId("selects");
  const focused = document.activeElement?.name;
  if (!isReceipt) holder.replaceChildren(...selects(names, filter));
  byId("narrow").hidden = isReceipt;
  if (focused) holder.querySelector(`[name="${CSS.escape(focused)}"]`)?.focus();
  const parts = described(filter, names);
  const chips = parts.map(filterChip);
  if (parts.length) chips.push(h("button", { type: "button", class: "quiet small", onclick: clear }, isReceipt ? "Remove this filter" : "Clear"));
  byId("active").replaceChildren(...(parts.length ? [isReceipt ? h("span", { class: "hint" }, "The items behind a number") : null, ...chips].filter(Boolean) : []));
}

function selects(names, filter) {
  const tags = Object.entries(SINGLE).map(([key, title]) => choice(key, title, options(names.keys[key]), filter[key]?.[0]));
  const polarity = choice("polarity", "Said as", [["-", "complaint"], ["+", "praise"], ["0", "neutral"]], filter.polarity);
  const attributes = Object.entries(names.attributes)
    .filter(([, values]) => values.length > 1 && values.length <= MOST_VALUES)
    .sort(([one], [other]) => (other === "channel") - (one === "channel"))
    .slice(0, MOST_ATTRIBUTES)
    .map(([name, values]) => choice(`attr.${name}`, upper(plain(name)), values.map((word) => [word.id, `${word.name} (${count(word.items)})`]), filter.attributes?.[name]?.[0]));
  return [tags[0], polarity, ...tags.slice(1), ...attributes, dated("from", "From", filter, names), dated("to", "To", filter, names)];
}

/** Themes with their sub-themes indented below them; what has no item is left out. */
function options(words) {
  const label = (word) => `${word.parent ? "\u2003" : ""}${word.name} (${count(word.items)})`;
  const top = words.filter((word) => !word.parent && word.items);
  return top.flatMap((word) => [word, ...words.filter((sub) => sub.parent === word.id && sub.items)]).map((word) => [word.id, label(word)]);
}

function choice(name, title, pairs, value) {
  const select = h("select", { name, onchange: () => write(name, select.value) }, h("option", { value: "" }, "any"),
    pairs.map(([id, label]) => h("option", { value: id, selected: id === value }, label)));
  return h("label", { class: value ? "select set" : "select" }, h("span", {}, title), select);
}

function dated(name, title, filter, names) {
  const value = filter.period?.[name] ?? "";
  const input = h("input", { type: "date", name, value, min: names.first, max: names.last, onchange: () => write(name, input.value) });
  return h("label", { class: value ? "select set" : "select" }, h("span", {}, title), input);
}

function start() {
  startPage({ onImported: () => (vocabulary({ fresh: true }), show()) });
  const given = new URLSearchParams(location.search);
  const [words, how] = [byId("words"), byId("how")];
  byId("narrow").open = matchMedia("(min-width: 641px)").matches;
  words.value = given.get("query") ?? given.get("text") ?? "";
  how.value = given.get("text") ? "text" : "meaning";
  let pause;
  const search = () => {
    clearTimeout(pause);
    const [now, other] = how.value === "text" ? ["text", "query"] : ["query", "text"];
    const address = new URLSearchParams(location.search);
    address.delete(other);
    history.replaceState(null, "", `/feedback?${address}`);
    write(now, words.value.trim());
  };
  words.addEventListener("input", () => (clearTimeout(pause), (pause = setTimeout(search, PAUSE_MS))));
  how.addEventListener("change", search);
  byId("filters").addEventListener("submit", (event) => (event.preventDefault(), search()));
  addEventListener("popstate", show);
  byId("save").addEventListener("click", save);
  show();
}

start();
