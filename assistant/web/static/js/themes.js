// The page of the themes: its views, and what a change of a theme sets going.

import { call } from "./api.js";
import { csvButton } from "./csv.js";
import { announce, byId, h, keepingFocus } from "./dom.js";
import { showDiscovered } from "./discovered.js";
import { startPage } from "./page.js";
import { close, show } from "./panel.js";
import { problemCard } from "./problem.js";
import { showRetagging } from "./retagging.js";
import { themeForm } from "./theme-form.js";
import { themeTable } from "./theme-table.js";
import { showVersions } from "./versions.js";
import { some, upper, vocabulary } from "./words.js";

const VIEWS = ["all", "discovered", "versions"];
const unfolded = new Set();
let listed = null;
let isStale = false; // something newer waits for an answer to a question in the list
let draft = null; // a new theme that is being written

async function load() {
  try {
    listed = await call("/v1/themes");
    draw();
  } catch (error) {
    byId("themes").replaceChildren(problemCard(error, load));
  }
}

/** Draw the list, unless somebody is being asked something in it: then once they have decided to keep what is there. */
function draw() {
  if (!listed) return;
  isStale = byId("themes").querySelector(".confirm-ask") !== null;
  if (isStale) return;
  const own = listed.themes.filter((theme) => theme.own).length;
  byId("total").textContent = some(listed.themes.length, "theme") + (own ? `, ${own} yours` : "");
  const rows = () => byId("themes").replaceChildren(...themeTable(listed.themes, { words: byId("words").value, order: byId("order").value, unfolded, edit, remove }));
  keepingFocus(rows, () => byId("theme-add"));
}

/** Draw the list whatever is being asked in it. */
function drawAnew() {
  for (const question of byId("themes").querySelectorAll(".confirm-ask")) question.remove();
  draw();
}

/** Take over the themes after a change: show them, offer to undo it, and follow the tagging that it set going. */
async function taken(now) {
  if (!now) return;
  const before = listed.version;
  listed = now;
  vocabulary({ fresh: true });
  drawAnew();
  notice(now.version === before ? "Nothing is different." : `${upper(now.what)}.`, now.version === before ? null : before);
  showRetagging(load);
  if (!byId("versions").hidden) showVersions(byId("versions"), taken);
}

function notice(words, before) {
  const holder = byId("notice");
  const undo = async () => {
    try {
      await taken(await call(`/v1/themes/history/${before}/restore`, { method: "POST" }));
    } catch (error) {
      holder.replaceChildren(problemCard(error));
    }
  };
  holder.hidden = false;
  const button = before === null ? "" : h("button", { type: "button", class: "linked", "data-key": "undo", onclick: undo }, "Undo");
  keepingFocus(() => holder.replaceChildren(h("span", {}, words), button), () => byId("theme-add"));
}

/** Open a form in the panel; `save` gives the themes after it. */
function openForm(title, options, save) {
  const form = themeForm({ ...options, save: async (body) => {
    const now = await save(body);
    close();
    await taken(now);
  } });
  showForm(title, form);
  return form;
}

function showForm(title, form) {
  show(title, (body) => body.append(form), { fresh: true });
}

function add() {
  if (draft) return showForm("Add a theme", draft);
  draft = openForm("Add a theme", { asks: ["phrases"], label: "Add" }, async (body) => {
    const now = await call("/v1/themes", { body });
    draft = null;
    unfolded.add(now.themes.at(-1).id);
    return now;
  });
  return undefined;
}

function edit(theme) {
  openForm(`Edit ${theme.name}`, { given: theme, asks: ["synonyms", "phrases"], label: "Save", isTried: theme.own },
    (body) => call(`/v1/themes/${encodeURIComponent(theme.id)}`, { method: "PUT", body }));
}

function accept(candidate) {
  openForm("Add a discovered theme", { given: candidate, label: "Add" }, async ({ name, sentence }) => {
    const now = await call(`/v1/themes/candidates/${encodeURIComponent(candidate.id)}/accept`, { body: { name, sentence } });
    await showDiscovered(byId("discovered"), accept);
    return now;
  });
}

async function remove(theme) {
  try {
    await taken(await call(`/v1/themes/${encodeURIComponent(theme.id)}`, { method: "DELETE" }));
  } catch (error) {
    byId("notice").hidden = false;
    byId("notice").replaceChildren(problemCard(error));
  }
}

const saved = () => [["theme", "sub_theme", "items", "complaints", "praise"], ...listed.themes.flatMap((theme) =>
  [[theme.id, "", theme.items, theme.negative, theme.positive], ...theme.sub_themes.map((sub) => [theme.id, sub.id, sub.items, "", ""])])];

function showView() {
  const wanted = location.hash.slice(1);
  if (wanted === "main") return; // the link that skips to the content
  const now = VIEWS.includes(wanted) ? wanted : "all";
  for (const name of VIEWS) byId(name).hidden = name !== now;
  for (const link of document.querySelectorAll(".views a")) {
    if (link.hash === `#${now}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  if (now === "versions") showVersions(byId("versions"), taken);
}

function start() {
  byId("themes").addEventListener("kept", () => isStale && draw());
  startPage({ onImported: () => (vocabulary({ fresh: true }), load()) });
  byId("theme-add").addEventListener("click", add);
  byId("theme-add").after(csvButton("Themes", saved));
  byId("words").addEventListener("input", drawAnew);
  byId("words").addEventListener("input", () => announce(some(document.querySelectorAll(".theme-row").length, "theme")));
  byId("order").addEventListener("change", drawAnew);
  addEventListener("hashchange", showView);
  showView();
  load();
  showRetagging(load);
  showDiscovered(byId("discovered"), accept);
}

start();
