// Discovered: what customers speak of that no theme covers, to be added or dismissed.

import { call } from "./api.js";
import { announce, byId, h, keepingFocus } from "./dom.js";
import { follow } from "./job.js";
import { problemCard } from "./problem.js";
import { quoteCard } from "./theme-form.js";
import { count, day, percent, some } from "./words.js";

const PATH = "/v1/themes/candidates";
const STEADY = 1.25; // a rate that changed by less counts as steady

/** Fill the section. `accept` is called with a candidate that is to become a theme. */
export async function showDiscovered(section, accept) {
  try {
    await take(section, accept, await call(PATH));
  } catch (error) {
    section.replaceChildren(problemCard(error, () => showDiscovered(section, accept)));
  }
}

async function take(section, accept, found, note = null) {
  byId("found").textContent = found.candidates.length || "";
  const status = h("div", {}, note);
  const start = () => guarded(status, async () => watch(section, accept, status, (await call(PATH, { method: "POST" })).job));
  const settle = (one, how) => call(`${PATH}/${encodeURIComponent(one.id)}/${how}`, { method: "POST" });
  const undo = (one) => guarded(status, async () => {
    await take(section, accept, await settle(one, "restore"));
    announce(`${one.name} is offered again.`);
  });
  const dismiss = (one) => guarded(status, async () => {
    const rest = await settle(one, "dismiss");
    await take(section, accept, rest, h("p", { class: "hint" }, `${one.name} is dismissed and will not be offered again. `,
      h("button", { type: "button", class: "quiet small", "data-key": "undo", onclick: () => undo(one) }, "Undo")));
    announce(`${one.name} is dismissed.`);
    section.querySelector('[data-key="undo"]')?.focus();
  });
  const button = h("button", { type: "button", class: "secondary", "data-key": "discover", onclick: start }, found.made ? "Look again" : "Look for missing themes");
  keepingFocus(() => section.replaceChildren(
    h("p", { class: "about" }, "What customers speak of that no theme covers. Add what matters to you; what you dismiss is not offered again."),
    h("div", { class: "discovered-head" }, button, h("span", { class: "hint" }, sum(found))),
    status,
    h("ul", { class: "candidates" }, found.candidates.map((one) => card(one, accept, dismiss)))), () => button);
  if (found.job) await watch(section, accept, status, found.job);
}

async function watch(section, accept, status, job) {
  const done = await follow(status, "Looking for what the themes miss", "passages", job);
  if (!done) return;
  await showDiscovered(section, accept);
  const n = Number(byId("found").textContent);
  announce(done.state === "finished" ? `${some(n, "candidate")} found.` : "The search has stopped.");
  if (done.state !== "finished") section.prepend(problemCard({ problem: { title: "The search has stopped", detail: done.error ?? "Start it again when you like." } }));
}

async function guarded(status, act) {
  try {
    await act();
  } catch (error) {
    status.replaceChildren(problemCard(error));
  }
}

function sum(found) {
  if (!found.made) return "Not looked for yet. It reads all feedback and takes a moment.";
  const { read, uncovered, looked_at: unlike, outliers } = found;
  const passages = read < uncovered ? `a sample of ${count(read)} of the ${count(uncovered)} passages` : `${some(read, "passage")}`;
  const rest = found.candidates.length ? `${count(outliers)} of these in no group` : "none of these in a group that is left to offer";
  return `Looked on ${day(found.made.slice(0, 10))} at ${passages} outside all themes: ${count(unlike)} like no theme, ${rest}.`;
}

function card(one, accept, dismiss) {
  const asks = h("div", { class: "actions" },
    h("button", { type: "button", class: "primary small", onclick: () => accept(one) }, "Add as a theme"),
    h("button", { type: "button", class: "quiet small", onclick: () => dismiss(one) }, "Dismiss"));
  return h("li", { class: "candidate", "data-candidate": one.id },
    h("h3", {}, one.name),
    h("p", {}, one.sentence),
    h("p", { class: "meta" }, notes(one).map((note) => h("span", {}, note))),
    h("div", { class: "chips" }, one.phrases.map((phrase) => h("span", { class: "chip" }, phrase))),
    quotes(one.quotes),
    asks);
}

function quotes(said) {
  if (!said.length) return null;
  return h("details", {}, h("summary", {}, `What they say (${some(said.length, "quote")})`),
    h("ul", { class: "results" }, said.map((quote) => quoteCard(quote.item, quote.text, quote.span))));
}

function notes({ items, growth, stability, nearest }) {
  return [some(items, "item"), growing(growth), `found again in ${percent(stability)} of samples`, nearest ? `nearest theme: ${nearest.name}` : "like no theme"].filter(Boolean);
}

function growing(growth) {
  if (growth === null) return null;
  if (growth >= STEADY) return `${growth.toFixed(1)} times as often in the latest 8 weeks`;
  if (growth <= 1 / STEADY) return growth > 0 ? `${(1 / growth).toFixed(1)} times as rare in the latest 8 weeks` : "not in the latest 8 weeks";
  return "as often as before";
}
