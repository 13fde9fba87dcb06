// The page of triage: the queue at the left, the item at the right, all of it by keyboard too.

import { call } from "./api.js";
import { all, csvButton } from "./csv.js";
import { announce, byId, h, keepingFocus } from "./dom.js";
import { startPage } from "./page.js";
import { problemCard } from "./problem.js";
import { known, reviewer } from "./reviewer.js";
import { controls, queryOf } from "./queue-controls.js";
import { detailView } from "./queue-detail.js";
import { KEYS, keyHelp } from "./queue-keys.js";
import { entryRow } from "./queue-row.js";
import { count, some, vocabulary } from "./words.js";

const REFRESH_MS = 20_000;
const SHOWN = 50;
const state = { entries: [], total: 0, overdue: 0, next: null, chosen: null, marked: new Set(), views: [] };
let turn = 0;

async function load({ quiet = false } = {}) {
  const mine = ++turn;
  const list = byId("entries");
  if (!quiet) list.setAttribute("aria-busy", "true");
  try {
    const [page, names, { views }] = await Promise.all([fetchPage(), vocabulary(), call("/v1/triage/views")]);
    if (mine !== turn) return;
    const before = state.chosen;
    Object.assign(state, { entries: page.entries, total: page.total, overdue: page.overdue, next: page.next, views });
    state.marked = new Set([...state.marked].filter((id) => find(id)));
    draw(names);
    if (!find(before)) choose(state.entries[0]?.item.id ?? null, { quiet: true });
  } catch (error) {
    if (mine === turn && !quiet) list.replaceChildren(h("li", {}, problemCard(error, load)));
  } finally {
    if (mine === turn) list.setAttribute("aria-busy", "false");
  }
}

function fetchPage(cursor) {
  const query = queryOf();
  query.set("limit", SHOWN);
  if (cursor) query.set("cursor", cursor);
  return call(`/v1/triage?${query}`);
}

async function saved() {
  return [["id", "priority", "status", "assigned", "due", "date", "channel", "customer", "text"],
    ...(await all(fetchPage, "entries")).map(({ item, priority, status, case: { assignee }, due }) => [item.id, priority, status, assignee ?? "", due ?? "", item.date ?? "", item.attributes.channel ?? "", item.customer ?? "", item.text])];
}

const find = (id) => state.entries.find((entry) => entry.item.id === id);

function draw(names) {
  byId("total").textContent = `${some(state.total, "item")}${state.overdue ? `, ${count(state.overdue)} late` : ""}`;
  keepingFocus(() => {
    byId("controls").replaceChildren(...controls(names, state.views, load, csvButton("Queue", saved)));
    drawList();
  });
}

function drawList() {
  byId("entries").replaceChildren(...(state.entries.length ? state.entries.map((entry) => entryRow(entry, {
    isChosen: entry.item.id === state.chosen, isMarked: state.marked.has(entry.item.id), choose: (id) => choose(id, { focus: true }), mark,
  })) : [empty()]));
  drawMore();
  drawBulk();
}

function empty() {
  const query = queryOf();
  if ([...query.keys()].length) return h("li", { class: "hint" }, "Nothing stands so. ", h("a", { href: "/triage" }, "Show the whole queue"));
  return h("li", { class: "hint" }, "Nothing needs somebody. New feedback comes in here by itself, most urgent first.");
}

function drawMore() {
  const holder = byId("more");
  if (!state.next) return holder.replaceChildren();
  const button = h("button", { type: "button", class: "secondary" }, "Show more");
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const page = await fetchPage(state.next);
      state.entries.push(...page.entries);
      state.next = page.next;
      drawList();
    } catch (error) {
      button.disabled = false;
      button.textContent = `${error.message} Try again`;
    }
  });
  return holder.replaceChildren(button);
}

function drawBulk() {
  const bar = byId("bulk");
  bar.hidden = state.marked.size === 0;
  if (bar.hidden) return;
  const ids = [...state.marked];
  const button = (text, asked) => h("button", { type: "button", class: "quiet small", onclick: () => act(asked, ids) }, text);
  bar.replaceChildren(h("strong", {}, `${count(ids.length)} marked`), button("Done", { action: "done" }), h("button", { type: "button", class: "quiet small", onclick: () => take(ids) }, "Take"), button("Snooze a week", { action: "snooze", until: inDays(7) }),
    ids.length > 1 ? button("Merge", { action: "merge", into: ids[0] }) : null, h("button", { type: "button", class: "quiet small", onclick: () => (state.marked.clear(), drawList()) }, "Unmark"));
}

/** Show an item at the right. On a phone it takes the page until “Back”. */
async function choose(id, { focus = false, quiet = false } = {}) {
  state.chosen = id;
  const holder = byId("detail");
  for (const row of document.querySelectorAll(".entry")) row.setAttribute("aria-current", String(row.dataset.item === id));
  if (!quiet) document.body.classList.add("shows-detail");
  if (!id) return holder.replaceChildren(h("p", { class: "hint" }, "Nothing is chosen."));
  document.querySelector(`.entry[data-item="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
  try {
    const [found, names] = await Promise.all([call(`/v1/triage/items/${encodeURIComponent(id)}`), vocabulary()]);
    if (state.chosen !== id) return undefined;
    const isSame = holder.dataset.item === id;
    const kept = isSame ? [...holder.querySelectorAll("textarea")].filter((area) => area.value !== area.defaultValue) : [];
    const place = isSame ? holder.scrollTop : 0;
    keepingFocus(() => holder.replaceChildren(...detailView(found, names, { act: (asked) => act(asked, [id]), take: () => take([id]), back, me: known() })));
    // What somebody is writing outlives that the item is drawn anew.
    for (const area of kept) if (area.id !== "note" || state.noting !== id) holder.querySelector(`#${area.id}`).value = area.value;
    holder.dataset.item = id;
    state.noting = null;
    holder.scrollTop = place;
    if (focus && matchMedia("(max-width: 899px)").matches) holder.focus();
  } catch (error) {
    if (state.chosen === id) holder.replaceChildren(problemCard(error, () => choose(id)));
  }
  return undefined;
}

function back() {
  document.body.classList.remove("shows-detail");
  document.querySelector('.entry[aria-current="true"] button')?.focus();
}

function mark(id) {
  if (!state.marked.delete(id)) state.marked.add(id);
  drawList();
}

/** Do something with items: shown at once, taken back when the server refuses it, undone by a press. */
async function act(asked, ids) {
  if (asked.action === "merge") ids = ids.filter((id) => id !== asked.into);
  if (asked.action === "assign" && asked.assignee === undefined) return undefined;
  const leaves = ["done", "snooze", "merge"].includes(asked.action) || asked.action === "reopen";
  const kept = [...state.entries];
  const place = state.entries.findIndex((entry) => entry.item.id === state.chosen);
  if (leaves) {
    state.entries = state.entries.filter((entry) => !ids.includes(entry.item.id));
    state.total -= ids.length;
    for (const id of ids) state.marked.delete(id);
    byId("total").textContent = some(Math.max(0, state.total), "item");
    drawList();
    if (ids.includes(state.chosen)) choose(state.entries[Math.min(place, state.entries.length - 1)]?.item.id ?? null, { quiet: !document.body.classList.contains("shows-detail") });
  }
  if (asked.action === "note") [state.noting] = ids;
  try {
    const done = await call("/v1/triage/actions", { body: { ...asked, items: ids, by: known() } });
    toast(`${said(asked)}: ${some(ids.length, "item")}`, done.id);
    if (!leaves) {
      for (const id of ids) if (find(id)) find(id).case = done.cases[id];
      drawList();
      if (ids.includes(state.chosen)) choose(state.chosen, { quiet: true });
    } else if (state.entries.length < 10) load({ quiet: true });
  } catch (error) {
    state.entries = kept;
    drawList();
    toast(error.message, null);
  }
  return undefined;
}

const said = ({ action, assignee }) => ({ done: "Done", reopen: "Opened again", snooze: "Snoozed", merge: "Merged", note: "Noted", assign: assignee ? `Given to ${assignee}` : "Given back" })[action];

let closing;
function toast(text, id) {
  const holder = byId("toast");
  clearTimeout(closing);
  holder.hidden = false;
  holder.replaceChildren(h("span", {}, text), id ? h("button", { type: "button", class: "linked", id: "undo", onclick: () => undo(id) }, "Undo") : "");
  announce(text);
  closing = setTimeout(() => (holder.hidden = true), 12_000);
}

async function undo(id) {
  try {
    const found = await call(`/v1/triage/actions/${encodeURIComponent(id)}`, { method: "DELETE" });
    toast("Undone", null);
    await load();
    choose(Object.keys(found.cases)[0], { quiet: true });
  } catch (error) {
    toast(error.message, null);
  }
}

/** Take items: whoever has no account is asked for a name the first time. */
async function take(ids) {
  const who = await reviewer();
  if (who) await act({ action: "assign", assignee: who }, ids);
}

const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

function step(by) {
  const place = state.entries.findIndex((entry) => entry.item.id === state.chosen);
  const next = state.entries[Math.max(0, Math.min(state.entries.length - 1, place + by))];
  if (next) choose(next.item.id, { quiet: true });
}

const DO = {
  next: () => step(1), previous: () => step(-1), open: () => choose(state.chosen, { focus: true }), back,
  done: () => act({ action: "done" }, chosen()), take: () => take(chosen()),
  snooze: () => act({ action: "snooze", until: inDays(7) }, chosen()), mark: () => state.chosen && mark(state.chosen),
  correct: () => byId("detail").querySelector('[data-key="review"]')?.click(),
  note: () => byId("detail").querySelector("#note")?.focus(), reply: () => byId("detail").querySelector("#reply")?.focus(),
  search: () => byId("controls").querySelector("input")?.focus(), undo: () => byId("toast").querySelector("#undo")?.click(), help: () => keyHelp(byId("keys")),
};

const chosen = () => (state.marked.size ? [...state.marked] : state.chosen ? [state.chosen] : []);

function onKey(event) {
  const isTyping = event.target.closest("input, textarea, select, dialog");
  if (event.key === "Escape" && isTyping && !event.target.closest("dialog")) return event.target.blur();
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const struck = byId("detail").querySelector(`.review-row[data-number="${CSS.escape(event.key)}"]`);
  if (struck) return struck.dispatchEvent(new Event("strike"));
  const found = KEYS.find(({ keys }) => keys.includes(event.key));
  if (!found || (["done", "take", "snooze"].includes(found.does) && !chosen().length)) return undefined;
  event.preventDefault();
  return DO[found.does]();
}

startPage({ onImported: () => (vocabulary({ fresh: true }), load()) });
document.addEventListener("keydown", onKey);
addEventListener("popstate", () => load());
setInterval(() => document.visibilityState === "visible" && !state.marked.size && !document.activeElement?.closest("#detail, #controls") && load({ quiet: true }), REFRESH_MS);
load();
