// One customer all around: in a sentence, the course of feelings, what was missed, every contact.

import { call } from "./api.js";
import { h, s } from "./dom.js";
import { definitions, openItem } from "./item.js";
import { openReceipt } from "./receipt.js";
import { listAddress, receiptLink } from "./text.js";
import { day, ofTotal, plain, some, upper, vocabulary } from "./words.js";

const HEIGHT = 180;
const PAD = { top: 16, right: 16, bottom: 30, left: 16 };
const CHURN = { left: "has left", leaving: "leaving", at_risk: "at risk", loyal: "loyal" };
const DATED = /(^|_)(churned|left|cancelled|canceled)_(on|at|date)$/i;

/** Fill `holder` with the profile of a customer. */
export async function showProfile(holder, id) {
  const [found, names] = await Promise.all([call(`/v1/customers/${encodeURIComponent(id)}`), vocabulary()]);
  holder.replaceChildren(
    h("p", {}, h("a", { href: "/customers" }, "All customers")),
    h("div", { class: "browse-head" }, h("h1", { class: "total" }, found.id), h("p", { class: "profile-line" }, found.headline)),
    found.course.length ? course(found) : h("p", { class: "hint" }, "No feedback of this customer is stored."),
    h("div", { class: "profile-sides" }, relationship(found, names), known(found)),
    found.course.length ? contacts(found, names) : "");
}

function section(title, ...content) {
  return h("section", { class: "frame" }, h("h2", {}, title), content);
}

/** Every contact as a point: how it was, over time; a click opens it. */
function course(found) {
  const figure = h("figure", { class: "course" });
  const dated = found.course.filter((moment) => moment.date);
  if (dated.length < 2) return "";
  const label = `Course of feelings: ${dated.map((moment) => `${day(moment.date)} ${moment.sentiment ?? "unclear"}`).join(", ")}`;
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width && String(width) !== figure.dataset.width) {
      figure.dataset.width = String(width);
      figure.replaceChildren(drawn(dated, found.attributes, Math.max(260, width), label));
    }
  }).observe(figure);
  return section("Course of the relationship", h("p", { class: "hint" }, "Each contact from strain (below) to bond (above). A larger point is a stronger feeling, a ring a wish to leave."), figure);
}

function drawn(dated, attributes, width, label) {
  const end = leaving(attributes);
  const times = dated.map((moment) => Date.parse(moment.date));
  const [first, last] = [Math.min(...times, end ?? Infinity), Math.max(...times, end ?? -Infinity)];
  const x = (time) => PAD.left + (last === first ? 0.5 : (time - first) / (last - first)) * (width - PAD.left - PAD.right);
  const y = (score) => PAD.top + (1 - (score + 1) / 2) * (HEIGHT - PAD.top - PAD.bottom);
  const points = dated.map((moment, place) => `${x(times[place])},${y(moment.score)}`).join(" ");
  return s("svg", { class: "course-svg", role: "img", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-label": label },
    s("line", { class: "zero", x1: PAD.left, x2: width - PAD.right, y1: y(0), y2: y(0) }),
    end ? [s("line", { class: "ended", x1: x(end), x2: x(end), y1: PAD.top, y2: HEIGHT - PAD.bottom }), s("text", { class: "tick", x: x(end), y: 12, "text-anchor": "end" }, "left")] : null,
    s("polyline", { class: "way", points }),
    dated.map((moment, place) => {
      const tone = moment.score > 0 ? "good" : moment.score < 0 ? "bad" : "even";
      const isLeaving = ["left", "leaving", "at_risk"].includes(moment.churn);
      const title = [day(moment.date), moment.channel && plain(moment.channel), moment.sentiment, moment.emotion, isLeaving ? CHURN[moment.churn] : null].filter(Boolean).join(", ");
      return s("g", { class: `moment ${tone}`, onclick: () => openItem(moment.item, null, { fresh: true }) },
        isLeaving ? s("circle", { class: "ring", cx: x(times[place]), cy: y(moment.score), r: 11 }) : null,
        s("circle", { class: "dot", cx: x(times[place]), cy: y(moment.score), r: 4 + (moment.intensity ?? 0) }, s("title", {}, title)));
    }),
    s("text", { class: "tick", x: PAD.left, y: HEIGHT - 8 }, day(new Date(first).toISOString().slice(0, 10))),
    s("text", { class: "tick", x: width - PAD.right, y: HEIGHT - 8, "text-anchor": "end" }, day(new Date(last).toISOString().slice(0, 10))));
}

/** The day on which the customer left, where it is on record. */
function leaving(attributes) {
  const found = Object.entries(attributes).find(([name]) => DATED.test(name));
  const time = found ? Date.parse(found[1]) : NaN;
  return Number.isNaN(time) ? null : time;
}

function relationship({ strength, ci, earlier, parts, missed, said }, names) {
  if (strength === null) return "";
  const within = ci ? `95 % interval ${ci[0].toFixed(0)} to ${ci[1].toFixed(0)} over ${some(said.n, "contact")}` : `${some(said.n, "contact")}, too few for an interval`;
  const rows = parts.map(({ name, mean, items }) => [upper(name), `${mean > 0 ? "+" : mean < 0 ? "−" : ""}${Math.abs(mean).toFixed(2)} in ${some(items, "contact")}`]);
  return section("Relationship",
    h("p", { class: "receipt-sum" }, h("strong", {}, strength.toFixed(0)), " of 100"),
    h("p", { class: "hint" }, within, earlier === null ? "" : `; ${earlier.toFixed(0)} before the last three`),
    definitions(rows),
    missed.length ? [h("h3", {}, "Failed in"), h("ul", { class: "missed" }, missed.map((fact) => h("li", {}, `${upper(missedName(fact.label, names))} `, receiptLink(ofTotal(fact), fact, openReceipt))))] : null);
}

function missedName(term, names) {
  const [field, label] = term.replace(/:-$/, "").split("=");
  return field === "gap" ? names.name("empathy_gaps", label) : `${names.name("forces", label)} missed`;
}

function known({ attributes }) {
  const rows = Object.entries(attributes).map(([name, value]) => [upper(plain(name)), value]);
  return section("On record", rows.length ? definitions(rows) : h("p", { class: "hint" }, "Nothing is on record. Import a file of customers, or send it to /v1/customers."));
}

/** Every contact, newest first. */
function contacts({ course: moments, said }, names) {
  return section("Contacts",
    h("p", {}, h("a", { href: listAddress(said.filter) }, `Open ${some(said.n, "item")} as a list`)),
    h("ol", { class: "contacts" }, [...moments].reverse().map((moment) => contact(moment, names))));
}

function contact(moment, names) {
  const themes = moment.themes.map(([theme, mark]) => h("span", { class: "chip" }, names.name("themes", theme), h("span", { class: `polarity p${{ "-": "bad", "+": "good" }[mark] ?? ""}` }, { "-": "−", "+": "+" }[mark] ?? "")));
  const gaps = moment.gaps.map((gap) => h("span", { class: "chip" }, h("span", { class: "slot" }, "empathy gap"), names.name("empathy_gaps", gap)));
  return h("li", {}, h("button", { type: "button", class: "card", onclick: () => openItem(moment.item, null, { fresh: true }) },
    h("span", { class: "meta" }, h("span", { class: `tone ${moment.sentiment ?? ""}` }, moment.sentiment ?? "unclear"), h("span", {}, moment.date ? day(moment.date) : "undated"),
      moment.channel ? h("span", {}, plain(moment.channel)) : null, moment.emotion ? h("span", {}, moment.emotion) : null, moment.effort === "high" ? h("span", {}, "high effort") : null,
      CHURN[moment.churn] ? h("span", {}, CHURN[moment.churn]) : null, moment.conversation_gap ? h("span", {}, "empathy gap in the replies") : null),
    h("span", { class: "excerpt" }, moment.excerpt),
    h("span", { class: "chips" }, themes, gaps)));
}
