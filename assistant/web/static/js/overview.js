// The overview: how much, how it feels and moves, which themes, and which feelings go with which theme.

import { call } from "./api.js";
import { periodOf, trend } from "./charts.js";
import { csvButton } from "./csv.js";
import { announce, byId, h, s } from "./dom.js";
import { startPage } from "./page.js";
import { problemCard } from "./problem.js";
import { openReceipt } from "./receipt.js";
import { count, day, ofTotal, percent, plain, probability, some, upper, vocabulary } from "./words.js";

const GOOD = new Set(["positive"]); // more of it is better; more of all else is worse
const NAMES = { negative: "Negative", positive: "Positive", leaving: "May leave", "let down": "Felt let down", "high effort": "High effort" };
const SHOWN = 3; // attributes to narrow by
const MOST = 12; // values of one
const STEPS = [2, 4, 8]; // standard errors
const FALSE_DISCOVERY = 0.05;
const state = { names: null, order: "share", open: new Set(), line: "negative", found: null };
let turn = 0;

const given = () => new URLSearchParams(location.search);
const number = (fact, words = percent(fact.of ? fact.n / fact.of : 0)) =>
  h("button", { type: "button", class: "bar-value", "aria-label": `${words}, ${ofTotal(fact)}, show how this was counted`, onclick: () => openReceipt(fact) }, words);
const points = (value) => `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value * 100).toFixed(1)} pts`;

async function start() {
  startPage({ onImported: load });
  try {
    state.names = await vocabulary();
  } catch (error) {
    return byId("found").replaceChildren(problemCard(error, start));
  }
  const themes = state.names.keys.themes.filter((theme) => !theme.parent && theme.items);
  byId("theme").append(...themes.map((theme) => h("option", { value: theme.id }, theme.name)));
  const some_ = Object.entries(state.names.attributes).filter(([, values]) => values.length > 1 && values.length <= MOST).slice(0, SHOWN);
  byId("attributes").append(...some_.map(([name, values]) => h("label", {}, upper(plain(name)), " ",
    h("select", { "data-attribute": name }, h("option", { value: "" }, "all"), values.map((value) => h("option", { value: value.id }, value.name))))));
  for (const select of selects()) select.value = given().get(keyOf(select)) ?? "";
  byId("controls").addEventListener("change", () => {
    const chosen = selects().filter((select) => select.value).map((select) => [keyOf(select), select.value]);
    history.pushState(null, "", chosen.length ? `/overview?${new URLSearchParams(chosen)}` : "/overview");
    load();
  });
  addEventListener("popstate", () => {
    for (const select of selects()) select.value = given().get(keyOf(select)) ?? "";
    load();
  });
  return load();
}

const selects = () => [...byId("controls").querySelectorAll("select")];
const keyOf = (select) => select.id || `attr.${select.dataset.attribute}`;

/** The filter that the address says. */
function filter() {
  const asked = given();
  const found = {};
  if (asked.get("theme")) found.themes = [asked.get("theme")];
  const attributes = [...asked].filter(([key]) => key.startsWith("attr.")).map(([key, value]) => [key.slice(5), [value]]);
  if (attributes.length) found.attributes = Object.fromEntries(attributes);
  if (asked.get("span") && state.names.last) {
    const last = new Date(`${state.names.last}T00:00:00Z`);
    const first = new Date(last - (Number(asked.get("span")) - 1) * 86_400_000);
    found.period = { from: first.toISOString().slice(0, 10), to: state.names.last };
  }
  return found;
}

async function load() {
  const mine = ++turn;
  const holder = byId("found");
  holder.setAttribute("aria-busy", "true");
  try {
    const found = await call("/v1/overview", { body: { filter: filter() } });
    if (mine !== turn) return;
    state.found = found;
    byId("total").textContent = `Overview, ${some(found.items.n, "item")}`;
    draw();
    announce(`${some(found.items.n, "item")} counted`);
  } catch (error) {
    if (mine === turn) holder.replaceChildren(problemCard(error, load));
  } finally {
    if (mine === turn) holder.setAttribute("aria-busy", "false");
  }
}

function draw() {
  const { found } = state;
  byId("found").replaceChildren(...(found.items.n ? [figures(found), course(found), themes(found), heat(found)] : [empty()]));
}

const empty = () => h("p", {}, selects().some((select) => select.value)
  ? "Nothing fits. Take a filter away."
  : "There is no feedback yet. Import a file, or run “earmark demo” to look around with invented feedback.");

function head(title, table) {
  return h("div", { class: "section-head" }, h("h2", {}, title), csvButton(title, table));
}

function figures(found) {
  const section = h("section", {}, head("At a glance", () => [["figure", "n", "of", "share", "low", "high", "change", "q"], ...found.figures.map(({ name, share, moved }) => [name, share.n, share.of, share.value, ...(share.ci ?? ["", ""]), moved?.change.value ?? "", moved?.change.q ?? ""])]));
  const about = found.now ? h("p", { class: "hint" }, `Changes: ${span(found.now)} against ${span(found.before)}. Coloured where they are beyond chance (q under 0.05).`) : null;
  section.append(h("dl", { class: "figures" },
    h("div", { class: "figure" }, h("dt", {}, "Items"), h("dd", { class: "value" }, number(found.items, count(found.items.n))), h("dd", { class: "hint" }, found.items.n === found.items.of ? "all that there is" : `${percent(found.items.value)} of all`)),
    found.figures.map(({ name, share, moved }) => h("div", { class: "figure" },
      h("dt", {}, NAMES[name]), h("dd", { class: "value" }, number(share)), h("dd", { class: "hint" }, share.ci ? `${percent(share.ci[0])} to ${percent(share.ci[1])}` : ""), moved ? h("dd", {}, change(name, moved)) : null))));
  section.append(...[about].filter(Boolean));
  return section;
}

const span = ({ from, to }) => `${day(from)} to ${day(to)}`;

/** A change with its receipt; coloured when it is beyond chance. */
function change(name, moved) {
  const { change: fact } = moved;
  const isSure = fact.q < FALSE_DISCOVERY;
  const kind = isSure ? ((fact.value > 0) === GOOD.has(name) ? "better" : "worse") : "hint";
  const made = number(fact, points(fact.value));
  made.title = `${percent(moved.now.value)} (${ofTotal(moved.now)}) against ${percent(moved.before.value)} (${ofTotal(moved.before)}), q = ${probability(fact.q)}${isSure ? "" : ", within chance"}`;
  return h("span", { class: kind }, made);
}

function course(found) {
  const lines = Object.keys(found.series);
  if (!lines.length) return h("section", {}, h("h2", {}, "Over time"), h("p", { class: "hint" }, "These items carry no dates."));
  if (!lines.includes(state.line)) [state.line] = lines;
  const facts = () => found.series[state.line];
  const choice = h("select", { "aria-label": "What to follow" }, lines.map((name) => h("option", { value: name, selected: name === state.line }, NAMES[name] ?? upper(name))));
  const holder = h("div", {});
  const show = () => holder.replaceChildren(volume(facts()), trend(facts(), { open: openReceipt }));
  choice.addEventListener("change", () => ((state.line = choice.value), show()));
  show();
  const seen = found.events.filter((event) => facts().length && event.last >= facts()[0].label.slice(0, 10)).slice(-6);
  return h("section", {},
    head("Over time", () => [["period", "items", ...lines], ...found.series[lines[0]].map((fact, place) => [fact.label, fact.of, ...lines.map((name) => found.series[name][place].n)])]),
    h("div", {}, choice), holder,
    seen.length ? h("ul", { class: "events" }, seen.map((event) => h("li", {}, h("a", { href: "/alerts" }, `${day(event.first)}: ${event.text}`)))) : null);
}

/** How many items each period has, as bars above the line. */
function volume(facts) {
  const most = Math.max(...facts.map((fact) => fact.of), 1);
  const label = `Items per period: ${facts.map((fact) => `${periodOf(fact)} ${count(fact.of)}`).join(", ")}`;
  return s("svg", { class: "bar-svg", role: "img", width: "100%", height: 48, viewBox: `0 0 ${facts.length * 10} 48`, preserveAspectRatio: "none", "aria-label": label },
    facts.map((fact, place) => s("rect", { class: "track", x: place * 10 + 1, width: 8, y: 48 - (fact.of / most) * 46, height: (fact.of / most) * 46 })));
}

const ORDERS = {
  share: ["Share", (row) => row.share.n], complaints: ["Complaints", (row) => row.complaints.n], change: ["Change", (row) => row.moved?.change.value ?? -9],
  leaving: ["Leaving", (row) => row.leaving?.value ?? -9],
};

function themes(found) {
  const nameOf = (id) => state.names.keys.themes.find((theme) => theme.id === id)?.name ?? plain(id);
  const section = h("section", {}, head("Themes", () => [["theme", "parent", "n", "of", "complaints", "praise", "change", "change q", "leaving with less without", "q"], ...found.themes.map((row) => [row.id, row.parent ?? "", row.share.n, row.share.of, row.complaints.n, row.praise.n, row.moved?.change.value ?? "", row.moved?.change.q ?? "", row.leaving?.value ?? "", row.leaving?.q ?? ""])]),
    h("p", { class: "hint" }, "Leaving: how much more often those who speak of a theme may leave than those who do not. What goes together is not called a cause."));
  const tops = found.themes.filter((row) => !row.parent).sort((one, other) => ORDERS[state.order][1](other) - ORDERS[state.order][1](one));
  const rows = tops.flatMap((top) => [top, ...(state.open.has(top.id) ? found.themes.filter((row) => row.parent === top.id) : [])]);
  const sortable = (key) => h("th", { scope: "col", "aria-sort": state.order === key ? "descending" : "none" }, h("button", { type: "button", class: "quiet small", onclick: () => ((state.order = key), redraw(section, found)) }, ORDERS[key][0]));
  section.append(h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Table" }, h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Theme"), sortable("share"), h("th", { scope: "col" }, "Tone"), sortable("complaints"), sortable("change"), sortable("leaving"), h("th", { scope: "col" }, ""))),
    h("tbody", {}, rows.map((row) => themeRow(row, found, section, nameOf))))));
  return section;
}

function redraw(section, found) {
  const key = document.activeElement?.dataset?.key;
  const made = themes(found);
  section.replaceWith(made);
  if (key) made.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

function themeRow(row, found, section, nameOf) {
  const below = found.themes.some((one) => one.parent === row.id);
  const isOpen = state.open.has(row.id);
  const fold = below ? h("button", { type: "button", class: "fold", "data-key": `fold:${row.id}`, "aria-expanded": String(isOpen), "aria-label": `${isOpen ? "Hide" : "Show"} what is below ${nameOf(row.id)}`,
    onclick: () => (isOpen ? state.open.delete(row.id) : state.open.add(row.id), redraw(section, found)) }, isOpen ? "▾" : "▸") : null;
  const question = `why do customers complain about ${nameOf(row.id)}?`;
  return h("tr", { class: row.parent ? "sub" : null },
    h("td", {}, fold, nameOf(row.id)), h("td", {}, number(row.share)), h("td", {}, mood(row)), h("td", {}, number(row.complaints, count(row.complaints.n))),
    h("td", {}, row.moved ? change(row.id, row.moved) : ""), h("td", {}, row.leaving ? lift(row.leaving) : ""),
    h("td", {}, row.parent ? null : h("a", { href: `/?${new URLSearchParams({ q: question })}` }, "Ask why")));
}

function lift(fact) {
  const made = number(fact, points(fact.value));
  made.title = `q = ${probability(fact.q)}${fact.q < FALSE_DISCOVERY ? "" : ", within chance"}`;
  return h("span", { class: fact.q < FALSE_DISCOVERY ? (fact.value > 0 ? "worse" : "better") : "hint" }, made);
}

/** Complaints, the rest, and praise as parts of one bar. */
function mood(row) {
  const of = Math.max(1, row.share.n);
  const [minus, plus] = [(row.complaints.n / of) * 96, (row.praise.n / of) * 96];
  return s("svg", { class: "mood", role: "img", width: 96, height: 12, "aria-label": `${count(row.complaints.n)} complaints, ${count(row.praise.n)} praises of ${count(row.share.n)}` },
    s("rect", { class: "rest", x: 0, width: 96, y: 4, height: 4 }), s("rect", { class: "minus", x: 0, width: minus, y: 2, height: 8 }), s("rect", { class: "plus", x: 96 - Math.min(plus, 96 - minus), width: Math.min(plus, 96 - minus), y: 2, height: 8 }));
}

function heat(found) {
  const rows = Object.entries(found.heat);
  const nameOf = (id) => state.names.keys.themes.find((theme) => theme.id === id)?.name ?? plain(id);
  if (!rows.length || !found.emotions.length) return h("section", {});
  return h("section", {},
    head("Feelings by theme", () => [["theme", ...found.emotions], ...rows.map(([id, cells]) => [id, ...cells.map((cell) => cell.fact.n)])]),
    h("p", { class: "hint" }, "The share of a theme's items with a feeling. The colour says how far that is above what all items would lead one to expect, from 2 standard errors on; grey is below. Themes with fewer than 5 items stay blank."),
    h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Table" }, h("table", { class: "heat" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Theme"), found.emotions.map((name) => h("th", { scope: "col" }, upper(name))))),
      h("tbody", {}, rows.map(([id, cells]) => h("tr", {}, h("td", {}, nameOf(id)), cells.map((cell) => heatCell(nameOf(id), cell))))))));
}

function heatCell(theme, { fact, residual }) {
  if (residual === null) return h("td", {}, "");
  const step = STEPS.filter((limit) => residual >= limit).length;
  const words = fact.n ? percent(fact.value) : "–";
  const button = h("button", { type: "button", "aria-label": `${theme}, ${fact.label}: ${words}, ${ofTotal(fact)}`, onclick: () => openReceipt(fact) }, words);
  return h("td", { class: step ? `h${step}` : residual <= -STEPS[0] ? "l1" : null }, button);
}

start();
