// Tagging stored items again: how far it is, and what it has changed.

import { call } from "./api.js";
import { announce, byId, h } from "./dom.js";
import { follow, isOpen } from "./job.js";
import { itemCard } from "./list.js";
import { show } from "./panel.js";
import { problemCard } from "./problem.js";
import { listAddress } from "./text.js";
import { count, day, labelled, some, vocabulary } from "./words.js";

const MOST = 8; // changes that stand in sight
const KINDS = { theme: "theme", sub: "sub-theme", gap: "empathy gap", churn: "churn", sentiment: "sentiment" };
const POLARITY = { "-": "complaints", "+": "praise", 0: "neutral" };
let followed = null;

/** Show the open job or what the last one changed. `ended` is called when a job that was followed has ended. */
export async function showRetagging(ended) {
  const holder = byId("retagging");
  try {
    const { job, changes } = await call("/v1/themes/retagging");
    if (job && isOpen(job)) return await watch(holder, job, ended);
    if (job) await draw(holder, job, changes, { isNews: false, ended });
  } catch (error) {
    followed = null;
    holder.hidden = false;
    holder.replaceChildren(problemCard(error, () => showRetagging(ended)));
  }
  return undefined;
}

async function watch(holder, job, ended) {
  if (followed === job.id) return; // an open job takes up later changes by itself
  followed = job.id;
  holder.hidden = false;
  const done = await follow(holder, "Tagging all items with the themes of now", "items", job);
  followed = null;
  if (!done) return;
  const { changes } = await call("/v1/themes/retagging");
  const names = await vocabulary({ fresh: true });
  await draw(holder, done, changes, { isNews: true, ended });
  announce(done.state === "finished" ? summary(groups(changes, names)) : "Tagging again has stopped.");
  ended();
}

async function draw(holder, job, changes, { isNews, ended }) {
  const found = groups(changes, await vocabulary());
  holder.hidden = !isNews && !found.length && job.state === "finished";
  if (job.state !== "finished") return holder.replaceChildren(stopped(job, ended), ...(found.length ? [listView(found)] : []));
  const heading = isNews ? "All items have the themes of now" : `Last tagged again on ${day(new Date(job.changed * 1000).toISOString().slice(0, 10))}`;
  if (!found.length) return holder.replaceChildren(h("p", { class: "hint" }, `${heading}. No tag is different.`));
  return holder.replaceChildren(h("details", { class: "changes", open: isNews }, h("summary", {}, `${heading}: what changed`), listView(found)));
}

function stopped(job, ended) {
  const again = async () => {
    await call("/v1/themes/retagging", { method: "POST" });
    showRetagging(ended);
  };
  return h("div", { class: "problem" }, h("p", { class: "problem-title" }, "Tagging again has stopped"),
    h("p", {}, job.error ?? "Some items still have the tags of before."),
    h("div", { class: "actions" }, h("button", { type: "button", class: "secondary", onclick: again }, "Go on")));
}

/** Changes by term, those of its polarities below it: `{term, name, kind, change, tones}`. */
function groups(changes, names) {
  const plain = (term) => term.replace(/:[-+0]$/, "");
  const bases = [...new Set(Object.keys(changes).map(plain))];
  return bases.map((term) => ({
    term, name: labelled(term, names), kind: KINDS[term.split("=")[0]],
    change: changes[term] ?? { gained: 0, lost: 0, gained_by: [], lost_by: [] },
    tones: ["-", "+", "0"].map((sign) => [POLARITY[sign], changes[`${term}:${sign}`]]).filter(([, change]) => change),
  }));
}

const summary = (found) => (found.length ? `All items are tagged. ${found[0].name}: ${said(found[0].change)}.` : "All items are tagged. No tag is different.");

const said = ({ gained, lost }) => [gained && `${some(gained, "item")} gained it`, lost && `${some(lost, "item")} lost it`].filter(Boolean).join(", ") || "only its tone changed";

function listView(found) {
  const list = h("ul", { class: "change-list" }, found.slice(0, MOST).map(changeRow));
  if (found.length <= MOST) return list;
  const more = h("button", { type: "button", class: "quiet small", onclick: () => (more.remove(), list.append(...found.slice(MOST).map(changeRow))) }, `Show ${found.length - MOST} more`);
  return h("div", {}, list, more);
}

function changeRow({ term, name, kind, change, tones }) {
  const parts = [["gained", "gained it"], ["lost", "lost it"]].filter(([side]) => change[side]).map(([side, words]) =>
    h("button", { type: "button", class: "linked", onclick: () => openSome(name, words, change[side], change[`${side}_by`]) }, `${some(change[side], "item")} ${words}`));
  const shades = tones.map(([words, { gained, lost }]) => `${words}: ${[gained && `${count(gained)} more`, lost && `${count(lost)} fewer`].filter(Boolean).join(", ")}`);
  return h("li", {}, h("a", { class: "change-name", href: address(term) }, name), h("span", { class: "muted" }, kind),
    h("span", {}, parts.flatMap((part, at) => (at ? [", ", part] : [part]))), h("span", { class: "hint" }, shades.join("; ")));
}

function address(term) {
  const [prefix, label] = term.split("=");
  return ["theme", "sub"].includes(prefix) ? `/feedback?${new URLSearchParams({ themes: label })}` : listAddress({ terms: [term] });
}

/** Some of the items that changed; the server keeps a few of each kind. */
function openSome(name, words, n, ids) {
  show(name, async (body) => {
    const [names, ...items] = await Promise.all([vocabulary(), ...ids.map((id) => call(`/v1/feedback/${encodeURIComponent(id)}`).catch(() => null))]);
    const left = items.filter(Boolean);
    body.append(h("p", { class: "hint" }, left.length < n ? `${left.length} of the ${some(n, "item")} that ${words}` : `The ${some(n, "item")} that ${words}`),
      h("ul", { class: "results" }, left.map((item) => itemCard(item, names))));
  }, { fresh: true });
}
