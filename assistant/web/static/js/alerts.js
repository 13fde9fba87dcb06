// The page of alerts: what stood out, what is watched, and a new watch from a sentence.

import { alertCard } from "./alert-card.js";
import { call } from "./api.js";
import { all, csvButton } from "./csv.js";
import { announce, byId, h, keepingFocus } from "./dom.js";
import { startPage } from "./page.js";
import { problemCard } from "./problem.js";
import { weekly } from "./weekly.js";
import { chips } from "./understood.js";
import { loadUnseen } from "./unseen.js";
import { count, some } from "./words.js";

const WAYS = { rise: "when it rises", fall: "when it falls", either: "when it moves" };
const lead = (text) => (/^(tell|let|alert|warn|notify|keep|watch)\b/i.test(text) ? text : `tell me when ${text}`);

async function load() {
  const holder = byId("found");
  holder.setAttribute("aria-busy", "true");
  try {
    const [page, { watches }] = await Promise.all([fetchPage(), call("/v1/watches")]);
    keepingFocus(() => holder.replaceChildren(alertsSection(page), watchesSection(watches)), () => byId("watch-question"));
    loadUnseen(page.unseen);
  } catch (error) {
    holder.replaceChildren(problemCard(error, load));
  } finally {
    holder.setAttribute("aria-busy", "false");
  }
}

const fetchPage = (cursor) => call(`/v1/alerts?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);

async function saved() {
  return [["first", "last", "alert", "n", "of", "share", "n_before", "of_before", "share_before", "test", "p", "q", "seen"],
    ...(await all(fetchPage, "alerts")).map((one) => [one.first, one.last, one.name, one.n, one.of, one.share, one.before.n, one.before.of, one.before.share, one.test, one.p ?? "", one.q ?? "", one.is_seen])];
}

function alertsSection(page) {
  const list = h("ol", { class: "alert-list" }, page.alerts.map((alert) => alertCard(alert, load)));
  const more = h("div", { class: "more" });
  const add = (cursor) => {
    if (!cursor) return more.replaceChildren();
    const button = h("button", { type: "button", class: "secondary" }, "Show more");
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const next = await fetchPage(cursor);
        list.append(...next.alerts.map((alert) => alertCard(alert, load)));
        add(next.next);
      } catch (error) {
        button.disabled = false;
        button.textContent = `${error.message} Try again`;
      }
    });
    return more.replaceChildren(button);
  };
  add(page.next);
  const unseen = page.alerts.filter((alert) => !alert.is_seen);
  const seen = unseen.length > 1 ? h("button", { type: "button", class: "quiet small", "data-key": "all-seen", onclick: () => seeAll(unseen) }, "Mark all as seen") : null;
  return h("section", { class: "frame", "aria-label": "Alerts" },
    h("div", { class: "section-head" }, h("h2", {}, page.total ? `${some(page.total, "alert")}, ${count(page.unseen)} new` : "No alerts"), seen, page.total ? csvButton("Alerts", saved) : null),
    page.total ? list : h("p", { class: "hint" }, "Nothing has stood out so far. It takes eight whole weeks of dated feedback before a week can."), more);
}

async function seeAll(unseen) {
  await Promise.all(unseen.map((alert) => call(`/v1/alerts/${encodeURIComponent(alert.id)}/seen`, { method: "PUT" })));
  announce("All marked as seen");
  load();
}

function watchesSection(watches) {
  return h("section", { class: "frame", "aria-label": "Watches" }, h("h2", {}, "Watched"), h("ul", { class: "watch-list" }, watches.map(watchRow)), h("div", { id: "undo" }));
}

function watchRow(watch) {
  const box = h("input", { type: "checkbox", checked: watch.is_on, "data-key": `on-${watch.id}` });
  box.addEventListener("change", () => save({ ...watch, is_on: box.checked }).then(load, (error) => failed(error)));
  const isStanding = watch.id === "new";
  return h("li", { class: watch.is_on ? "" : "is-off" },
    h("label", { class: "watch-name" }, box, h("span", {}, watch.name, h("span", { class: "hint" }, isStanding ? " all complaints and empathy gaps" : ` ${WAYS[watch.direction]}`))),
    isStanding ? null : h("button", { type: "button", class: "quiet small", "aria-label": `Stop watching ${watch.name}`, onclick: () => remove(watch) }, "Remove"));
}

const save = ({ id, name, filter, of, direction, is_on: isOn }) => call(`/v1/watches/${encodeURIComponent(id)}`, { method: "PUT", body: { name, filter, of, direction, is_on: isOn } });

async function remove(watch) {
  try {
    await call(`/v1/watches/${encodeURIComponent(watch.id)}`, { method: "DELETE" });
    await load();
    const undo = h("button", { type: "button", class: "linked", onclick: () => save(watch).then(load, failed) }, "Undo");
    byId("undo").replaceChildren(h("p", { role: "status" }, `“${watch.name}” is no longer watched. `, undo));
    undo.focus();
  } catch (error) {
    failed(error);
  }
}

const failed = (error) => byId("undo").replaceChildren(problemCard(error, load));

/** Show what a watch would have said before it is kept. */
async function rehearse(event) {
  event.preventDefault();
  const text = byId("watch-question").value.trim();
  const holder = byId("rehearsal");
  if (!text) return byId("watch-question").focus();
  const body = { question: lead(text) };
  holder.replaceChildren(h("p", { class: "loading" }, "Looking at the weeks so far"));
  try {
    const tried = await call("/v1/watches/try", { body });
    holder.replaceChildren(preview(tried, body));
  } catch (error) {
    holder.replaceChildren(problemCard(error, null));
  }
  return undefined;
}

function preview({ watch, understood, weeks, alerts, series }, body) {
  const keep = h("button", { type: "button", class: "primary" }, "Watch this");
  keep.addEventListener("click", async () => {
    keep.disabled = true;
    try {
      await call("/v1/watches", { body });
      byId("rehearsal").replaceChildren();
      byId("watch-question").value = "";
      announce(`Watching ${watch.name}`);
      await load();
    } catch (error) {
      byId("rehearsal").append(problemCard(error, null));
    }
  });
  const told = weeks < 9 ? `There are ${some(weeks, "whole week")} of dated feedback; it takes nine to tell anything.`
    : `In ${some(weeks, "week")} it would have fired ${alerts.length === 1 ? "once" : alerts.length ? `${alerts.length} times` : "never"}.`;
  return h("div", { class: "card-like" }, h("h2", {}, watch.name), chips(understood), series.length > 1 ? weekly(series, alerts) : null,
    h("p", {}, told), alerts.length ? h("ul", { class: "hint past" }, alerts.map((alert) => h("li", {}, alert.text))) : null,
    h("div", { class: "actions" }, keep, h("button", { type: "button", class: "quiet", onclick: () => byId("rehearsal").replaceChildren() }, "Cancel")));
}

startPage({ onImported: load });
byId("watch-form").addEventListener("submit", rehearse);
load();
