// Taking an answer along: copied, as a link, as a file of its evidence, on paper.

import { call } from "./api.js";
import { announce, download, h } from "./dom.js";

/** The buttons under an answer. */
export function taking(question, answer) {
  return h("div", { class: "answer-actions" },
    told("Copy as Markdown", "Copied", () => copied(markdown(question, answer))),
    told("Copy link", "Copied", () => copied(`${location.origin}/?c=${encodeURIComponent(answer.conversation)}`)),
    answer.facts.length ? told("Evidence as CSV", "Saved", () => download("earmark-evidence.csv", new Blob(["\ufeff", evidence(question, answer)], { type: "text/csv;charset=utf-8" }))) : null,
    h("button", { type: "button", class: "quiet small", onclick: () => print() }, "Print or PDF"),
    watching(question, answer));
}

/** A button that says for a while that it has done its work. */
function told(name, done, act) {
  const button = h("button", { type: "button", class: "quiet small" }, name);
  button.addEventListener("click", async () => {
    await act();
    button.textContent = done;
    announce(done);
    setTimeout(() => (button.textContent = name), 2000);
  });
  return button;
}

const WATCHED = ["trend", "count", "drivers", "summary"];

/** A button that watches what the answer is about, and takes it back. */
function watching(question, answer) {
  if (!WATCHED.includes(answer.plan.intent) || !answer.facts.length) return null;
  const holder = h("span", { class: "watching" });
  const offer = () => {
    const button = h("button", { type: "button", class: "quiet small", title: "An alert when its share rises in a week, beyond chance", onclick: keep }, "Watch this");
    holder.replaceChildren(button);
    return button;
  };
  async function keep() {
    try {
      const made = await call("/v1/watches", { body: { plan: answer.plan } });
      const undo = h("button", { type: "button", class: "quiet small", onclick: () => call(`/v1/watches/${encodeURIComponent(made.id)}`, { method: "DELETE" }).then(() => offer().focus()) }, "Undo");
      holder.replaceChildren(h("a", { href: "/alerts", class: "small" }, "Watched"), undo);
      undo.focus();
      announce(`Watching ${made.name}`);
    } catch (error) {
      holder.replaceChildren(h("span", { class: "hint", role: "alert" }, error.message));
    }
  }
  offer();
  return holder;
}

function markdown(question, answer) {
  const sources = answer.citations.map((quote) => `- [${quote.id}] item ${quote.item}${quote.channel ? `, ${quote.channel}` : ""}${quote.date ? `, ${quote.date}` : ""}`);
  return [`## ${question}`, answer.answer, sources.length ? `**Sources**\n\n${sources.join("\n")}` : ""].filter(Boolean).join("\n\n");
}

const COLUMNS = ["id", "what", "label", "value", "n", "of", "ci_low", "ci_high", "test", "p", "q", "filter", "item", "text", "date", "channel"];

/** Every fact and quote of an answer, one per line. */
function evidence(question, { facts, citations }) {
  const lines = [
    ...facts.map((fact) => ({ ...fact, what: fact.kind, ci_low: fact.ci?.[0], ci_high: fact.ci?.[1], filter: JSON.stringify(fact.filter) })),
    ...citations.map((quote) => ({ ...quote, what: "quote" })),
  ];
  return [COLUMNS, ...lines.map((line) => COLUMNS.map((name) => line[name]))].map((cells) => cells.map(cell).join(",")).join("\r\n") + "\r\n";
}

// A spreadsheet takes text that begins so for a formula.
const FORMULA = /^[=+\-@\t\r\0]/;

function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}

// The clipboard API exists only on https and loopback.
async function copied(value) {
  if (navigator.clipboard) return navigator.clipboard.writeText(value);
  const area = h("textarea", { class: "unseen", "aria-hidden": "true" });
  area.value = value;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  return undefined;
}
