// The page of the frameworks: relationship, forces, rational and emotional, spectrum and touchpoints.

import { call } from "./api.js";
import { bar, scaleOf } from "./charts.js";
import { COUNTED, counted, csvButton } from "./csv.js";
import { announce, byId, h, s } from "./dom.js";
import { fixing } from "./fixing.js";
import { startPage } from "./page.js";
import { problemCard } from "./problem.js";
import { openReceipt } from "./receipt.js";
import { receiptLink } from "./text.js";
import { count, labelled, ofTotal, percent, plain, probability, some, upper, vocabulary } from "./words.js";

const LEVELS = ["functional", "economic", "experiential", "symbolic"];
const NATURES = ["rational", "both", "emotional", "neither"];
const HEAT = 5; // steps of the colour of complaints
const LEAST = 5; // items from which a share is coloured
let turn = 0;

const share = (fact) => (fact.of ? fact.n / fact.of : 0);
const given = () => new URLSearchParams(location.search);

/** Fill the selects from the vocabulary, and choose what the address says. */
async function choices() {
  const names = await vocabulary();
  const themes = names.keys.themes.filter((theme) => !theme.parent && theme.items);
  byId("theme").append(...themes.map((theme) => h("option", { value: theme.id }, theme.name)));
  byId("by").append(...Object.keys(names.attributes).map((name) => h("option", { value: name }, plain(name))));
  for (const id of ["theme", "by"]) byId(id).value = given().get(id) ?? "";
  return names;
}

function choose() {
  const chosen = ["theme", "by"].map((id) => [id, byId(id).value]).filter(([, value]) => value);
  history.replaceState(null, "", chosen.length ? `/experience?${new URLSearchParams(chosen)}` : "/experience");
  load();
}

async function load() {
  const mine = ++turn;
  const holder = byId("found");
  holder.setAttribute("aria-busy", "true");
  try {
    const [theme, by] = [given().get("theme"), given().get("by")];
    const filter = theme ? { themes: [theme] } : {};
    const [found, names] = await Promise.all([
      call("/v1/experience", { body: { filter, by: by || null } }),
      vocabulary(),
    ]);
    if (mine !== turn) return;
    holder.replaceChildren(...(found.of ? [...views(found, names), fixing(filter)] : [empty(theme)]));
    byId("total").textContent = `Experience, ${some(found.of, "item")}`;
    announce(`${some(found.of, "item")} read`);
  } catch (error) {
    if (mine === turn) holder.replaceChildren(problemCard(error, load));
  } finally {
    if (mine === turn) holder.setAttribute("aria-busy", "false");
  }
}

const empty = (theme) => h("p", {}, theme ? "Nothing is said about this." : "There is no tagged feedback yet. Import a file to begin.");

const views = (found, names) => [relationship(found), forces(found, names), natures(found), spectrum(found, names), touchpoints(found, names)];

function section(title, about, table, ...content) {
  return h("section", { class: "frame" }, h("div", { class: "section-head" }, h("h2", {}, title), csvButton(title, table)), h("p", { class: "hint about" }, about), content);
}

function relationship({ strength, groups, by, checks }) {
  const rows = [["All", strength], ...groups.map((group) => [group.value, group.strength])].filter(([, one]) => one);
  return section(
    "Strength of the relationship",
    "From 0, all strain, to 100, all bonds; 50 is as much of either. Mood, loyalty, effort, empathy gaps and forces count alike, each customer once.",
    () => [["group", "index", "low", "high", "customers"], ...rows.map(([name, one]) => [name, one.index, ...(one.ci ?? ["", ""]), one.customers])],
    h("div", { class: "strengths" }, rows.map(([name, one]) => gauge(by && name !== "All" ? plain(name) : name, one))),
    checks.map((check) => h("p", { class: "hint" }, agreement(check))),
  );
}

function agreement({ attribute, values, auc, with_outcome: bad, without, p }) {
  const which = attribute === "nps" ? "detractors from promoters" : `customers with ${plain(attribute)} ${values.join(" or ")} from the others`;
  return `Checked against what is on record: it tells ${which} in ${percent(auc)} of pairs (${count(bad)} against ${count(without)} customers, p ${probability(p)}; half of the pairs would be chance).`;
}

/** A line from 0 to 100 with the interval and a dot. */
function gauge(name, { index, ci, customers }) {
  const value = index.toFixed(0);
  const [low, high] = ci ?? [index, index];
  const within = ci ? `95 % interval ${low.toFixed(0)} to ${high.toFixed(0)}` : "too few for an interval";
  return h(
    "div",
    { class: "gauge" },
    h("span", { class: "gauge-name" }, upper(name)),
    s("svg", { class: "gauge-svg", role: "img", width: "100%", height: 22, "aria-label": `${name}: ${value} of 100, ${within}` },
      s("line", { class: "rail", x1: 0, x2: "100%", y1: 11, y2: 11 }),
      s("line", { class: "middle", x1: "50%", x2: "50%", y1: 4, y2: 18 }),
      s("line", { class: "range", x1: `${low}%`, x2: `${high}%`, y1: 11, y2: 11 }),
      s("circle", { class: "point", cx: `${index}%`, cy: 11, r: 5 })),
    h("span", { class: "gauge-value" }, h("strong", {}, value), h("span", { class: "hint" }, ` ${some(customers, "customer")}`)),
  );
}

function forces({ forces: all, groups, relational, functional }, names) {
  const facts = all.flatMap((force) => [force.met, force.missed]);
  const max = scaleOf(facts);
  return section(
    "Forces",
    "Six relational needs: the share of all items that shows each met or missed.",
    () => [["group", "force", "side", ...COUNTED], ...[{ value: "all", forces: all }, ...groups].flatMap((group) => group.forces.flatMap(({ force, met, missed }) =>
      [[group.value, force, "met", ...counted(met)], [group.value, force, "missed", ...counted(missed)]]))],
    h("p", { class: "legend" }, h("span", { class: "swatch bad" }), "missed", h("span", { class: "swatch good" }), "met", h("span", { class: "swatch line" }), "95 % interval"),
    h("ul", { class: "forces" }, all.map(({ force, about, met, missed }) =>
      h("li", {}, h("h3", {}, upper(names.name("forces", force))), h("p", { class: "hint" }, upper(about)),
        h("div", { class: "bars" },
          bar(missed, { label: "missed", kind: "bad", max, open: openReceipt }),
          bar(met, { label: "met", kind: "good", max, open: openReceipt }))))),
    h("p", {}, "Any of these forces shows in ", receiptLink(ofTotal(relational), relational, openReceipt), ` items (${percent(share(relational))}); function or money is spoken of in `,
      receiptLink(ofTotal(functional), functional, openReceipt), ` (${percent(share(functional))}).`),
    groups.length ? missedBy(all, groups, names) : null,
  );
}

/** Where which force is missed: groups by forces. */
function missedBy(all, groups, names) {
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Forces missed by group" }, h("table", { class: "data heat" },
    h("caption", {}, "Share of each group's items in which the force is missed"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, ""), all.map(({ force }) => h("th", { scope: "col" }, upper(names.name("forces", force)))))),
    h("tbody", {}, groups.map((group) => h("tr", {}, h("th", { scope: "row" }, upper(plain(group.value)), h("span", { class: "hint" }, ` ${count(group.items.n)}`)),
      group.forces.map(({ missed }) => heat(missed, percent(share(missed)))))))));
}

/** A cell that is the darker, the larger its share; thin ones stay plain. */
function heat(fact, words, more = null) {
  const step = fact.of < LEAST ? 0 : Math.min(HEAT, Math.ceil(share(fact) * HEAT));
  return h("td", { class: `heat-${step}` },
    h("button", { type: "button", class: "cell", "aria-label": `${words}, ${ofTotal(fact)}, show how this was counted`, onclick: () => openReceipt(fact) }, words), more);
}

function natures({ nature }) {
  const total = nature[0].of;
  let before = 0;
  const parts = nature.map((fact, place) => {
    const from = before;
    before += fact.n;
    return s("rect", { class: NATURES[place], x: `${(from / total) * 100}%`, width: `${(fact.n / total) * 100}%`, y: 0, height: 18 });
  });
  const words = nature.map((fact) => `${fact.label} ${percent(share(fact))}`).join(", ");
  return section(
    "Rational and emotional",
    "Rational: function or money is spoken of. Emotional: a feeling shows, or comfort, senses or identity.",
    () => [["nature", ...COUNTED], ...nature.map((fact) => [fact.label, ...counted(fact)])],
    s("svg", { class: "natures", role: "img", width: "100%", height: 18, "aria-label": words }, parts),
    h("ul", { class: "nature-list" }, nature.map((fact, place) =>
      h("li", {}, h("span", { class: `swatch ${NATURES[place]}` }), `${upper(fact.label)} `, receiptLink(percent(share(fact)), fact, openReceipt)))),
  );
}

function spectrum({ spectrum: found }, names) {
  const max = scaleOf(found);
  return section(
    "Spectrum",
    "The one component most at stake in items that are no praise: from needs at the bottom to empathy at the top.",
    () => [["component", ...COUNTED], ...found.map((fact) => [fact.label, ...counted(fact)])],
    h("div", { class: "bars spectrum" }, found.map((fact) => bar(fact, { label: labelled(fact.label, names), kind: "main", max, open: openReceipt }))),
  );
}

function touchpoints({ touchpoints: cells }, names) {
  const stages = [...new Set(cells.map((cell) => cell.stage))];
  const at = (stage, value) => cells.find((cell) => cell.stage === stage && cell.value === value);
  return section(
    "Touchpoints",
    "Stages of the journey by what is valued there: the share of complaints, then how many items, and the leading emotion.",
    () => [["stage", "value", "items", ...COUNTED.map((name) => `complaints_${name}`), "high_effort", "emotion"],
      ...cells.map((cell) => [cell.stage, cell.value ?? "all", cell.items.n, ...counted(cell.complaints), cell.effort.n, cell.emotion?.label ?? ""])],
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Touchpoints by value level" }, h("table", { class: "data heat touchpoints" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, ""), ["All", ...LEVELS].map((level) => h("th", { scope: "col" }, upper(level))))),
      h("tbody", {}, stages.map((stage) => h("tr", {}, h("th", { scope: "row" }, upper(stage)),
        [null, ...LEVELS].map((level) => touchpoint(at(stage, level), names))))))),
  );
}

function touchpoint(cell, names) {
  if (!cell) return h("td", { class: "heat-0" }, h("span", { class: "hint" }, "none"));
  const effort = cell.effort.n ? [", ", receiptLink(`${percent(share(cell.effort))} high effort`, cell.effort, openReceipt)] : null;
  const emotion = cell.emotion ? [", ", receiptLink(labelled(cell.emotion.label, names).toLowerCase(), cell.emotion, openReceipt)] : null;
  return heat(cell.complaints, percent(share(cell.complaints)),
    h("span", { class: "hint" }, receiptLink(some(cell.items.n, "item"), cell.items, openReceipt), emotion, effort));
}

startPage({ onImported: load });
for (const id of ["theme", "by"]) byId(id).addEventListener("change", choose);
try {
  await choices();
  await load();
} catch (error) {
  byId("found").replaceChildren(problemCard(error, () => location.reload()));
}
