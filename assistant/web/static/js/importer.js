// Bringing feedback in: drop a file, look at how its columns are read, correct that, and watch it go in.

import { call, file as fetchFile } from "./api.js";
import { announce, download, h } from "./dom.js";
import { problemCard } from "./problem.js";
import { count, plain, some } from "./words.js";

const TYPES = ".csv,.tsv,.txt,.jsonl,.ndjson,.json,.xlsx,.mbox,.eml";
const USES = ["text", "title", "id", "date", "rating", "customer", "channel", "turns", "attribute", "skip"];
const POLL_MS = 500;

/** The whole import as one element. `onImported` is called when a job has ended. */
export function importer({ onImported }) {
  const holder = h("div", { class: "importer" });
  chooseView(holder, onImported);
  return holder;
}

function chooseView(holder, onImported) {
  const input = h("input", { type: "file", accept: TYPES, class: "unseen", id: "import-file", onchange: () => input.files[0] && take(input.files[0]) });
  const zone = h(
    "label",
    { class: "drop", for: "import-file" },
    h("span", { class: "drop-title" }, "Drop a file here, or choose one"),
    h("span", { class: "hint" }, "CSV, TSV, JSON Lines, JSON, Excel, mails or chats. You see how it is read before anything is stored."),
  );
  const take = (chosen) => previewView(holder, chosen, {}, onImported);
  const stop = (event) => event.preventDefault();
  zone.addEventListener("dragover", (event) => (stop(event), zone.classList.add("over")));
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    stop(event);
    zone.classList.remove("over");
    if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
  holder.replaceChildren(input, zone);
}

/** How the columns are read. `uses` holds what was changed by hand: column -> use. */
async function previewView(holder, chosen, uses, onImported) {
  const again = () => previewView(holder, chosen, uses, onImported);
  const restart = () => chooseView(holder, onImported);
  holder.replaceChildren(h("p", { class: "loading" }, `Reading ${chosen.name} …`));
  let preview;
  try {
    preview = await call("/v1/imports", { form: formOf(chosen, uses, true) });
  } catch (error) {
    const isWrongUse = Object.keys(uses).length > 0 && error.problem?.status === 422;
    return holder.replaceChildren(problemCard(error, isWrongUse ? () => previewView(holder, chosen, {}, onImported) : again),
      h("div", { class: "actions" }, h("button", { type: "button", class: "quiet", onclick: restart }, "Choose another file")));
  }
  const change = (column, use) => previewView(holder, chosen, { ...uses, [column]: use }, onImported);
  return holder.replaceChildren(
    h("h3", { class: "importer-title" }, chosen.name),
    h("p", { class: "hint" }, preview.kind === "customers" ? "A list of customers: their attributes will be joined to their feedback." : "This is how the columns are read. Change what is wrong."),
    h("div", { class: "scroll" }, mappingTable(preview, change)),
    (preview.notes ?? []).map((note) => h("p", { class: "hint" }, note)),
    h("div", { class: "actions" },
      h("button", { type: "button", class: "primary", onclick: () => startJob(holder, chosen, uses, onImported) }, "Import"),
      h("button", { type: "button", class: "quiet", onclick: restart }, "Choose another file")),
  );
}

function mappingTable(preview, change) {
  return h(
    "table",
    { class: "data mapping" },
    h("thead", {}, h("tr", {}, ["Column", "Read as", "For example"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, preview.columns.map((column) =>
      h("tr", { class: column.use },
        h("th", { scope: "row" }, column.name, h("span", { class: "hint why" }, column.reason)),
        h("td", {}, useSelect(column, change)),
        h("td", {}, h("div", { class: "example-cell" }, column.example ?? ""))))),
  );
}

function useSelect(column, change) {
  const select = h("select", { "aria-label": `Read ${column.name} as`, onchange: () => change(column.name, select.value) },
    USES.map((use) => h("option", { value: use, selected: use === column.use }, use)));
  return select;
}

function formOf(chosen, uses, isDry) {
  const form = new FormData();
  form.set("dry_run", String(isDry));
  for (const [column, use] of Object.entries(uses)) form.append("map", `${use === "attribute" ? `attr.${safe(column)}` : use}=${column}`);
  form.set("file", chosen);
  return form;
}

/** A column's name as the name of an attribute. */
const safe = (column) => column.replace(/[^\p{L}\p{N}_ -]+/gu, " ").trim() || "column";

async function startJob(holder, chosen, uses, onImported) {
  holder.replaceChildren(h("p", { class: "loading" }, `Sending ${chosen.name} …`));
  try {
    const job = await call("/v1/imports", { form: formOf(chosen, uses, false) });
    await watch(holder, job, onImported);
  } catch (error) {
    holder.replaceChildren(problemCard(error, () => startJob(holder, chosen, uses, onImported)));
  }
}

async function watch(holder, job, onImported) {
  const bar = h("progress", { "aria-label": "Import" });
  const line = h("p", { class: "hint" });
  const cancel = h("button", { type: "button", class: "quiet", onclick: () => call(`/v1/jobs/${job.id}/cancel`, { method: "POST" }).catch((error) => (line.textContent = error.message)) }, "Stop");
  holder.replaceChildren(h("h3", { class: "importer-title" }, job.file ?? "Import"), bar, line, h("div", { class: "actions" }, cancel));
  let now = job;
  while (["queued", "running"].includes(now.state)) {
    if (now.total) [bar.max, bar.value] = [now.total, now.done];
    line.textContent = progressLine(now);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (!holder.isConnected) return;
    now = await call(`/v1/jobs/${job.id}`);
  }
  holder.replaceChildren(...outcome(now, () => chooseView(holder, onImported)));
  announce(now.state === "finished" ? "The import has finished" : `The import has ${now.state}`);
  if (now.added || now.updated) onImported();
}

function progressLine(job) {
  if (job.state === "queued") return "Waiting its turn …";
  if (!job.done) return "Loading the models and reading the file …";
  const rate = job.rate ? `, ${job.rate.toFixed(0)} per second` : "";
  return `${count(job.done)}${job.total ? ` of ${count(job.total)}` : ""} rows${rate}${job.refused ? `, ${some(job.refused, "refused row")}` : ""}`;
}

function outcome(job, restart) {
  const titles = { finished: "Imported", cancelled: "Stopped", failed: "The import failed" };
  const parts = [["new", job.added], ["changed", job.updated], ["already there", job.unchanged], ["refused", job.refused]].filter(([, n]) => n);
  return [
    h("h3", { class: "importer-title" }, titles[job.state] ?? plain(job.state)),
    job.error ? h("p", {}, job.error) : null,
    h("p", {}, parts.length ? `${parts.map(([name, n]) => `${count(n)} ${name}`).join(", ")}.` : "Nothing in this file was new."),
    h("div", { class: "actions" },
      job.refused ? h("button", { type: "button", class: "secondary", onclick: async () => download(`refused-${job.id}.csv`, await fetchFile(`/v1/jobs/${job.id}/errors?format=csv`)) }, `Download ${some(job.refused, "refused row")}`) : null,
      h("button", { type: "button", class: "quiet", onclick: restart }, "Import another file")),
  ].filter(Boolean);
}
