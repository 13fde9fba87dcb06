// What a view shows as a file for a spreadsheet.

import { announce, download, h } from "./dom.js";

const MOST_PAGES = 200;

/** A table as a file; no cell can become a formula in a spreadsheet. */
export function saveTable(title, rows) {
  const cell = (value) => {
    const text = String(value ?? "");
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  download(`${title.toLowerCase().replaceAll(" ", "-")}.csv`, new Blob(["\ufeff", rows.map((row) => row.map(cell).join(",")).join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" }));
}

/** A button that saves what `table` gives: rows, the first with the names; it may take its time. */
export function csvButton(title, table) {
  const button = h("button", { type: "button", class: "quiet small", "data-key": `csv-${title}`, "aria-label": `${title} as CSV` }, "CSV");
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      saveTable(title, await table());
      announce(`${title} saved`);
    } catch (error) {
      button.title = error.message;
      announce(error.message);
    } finally {
      button.disabled = false;
    }
  });
  return button;
}

/** The n, of, share and interval of a fact, as cells; their names are `COUNTED`. */
export const counted = (fact) => [fact.n, fact.of, fact.of ? fact.n / fact.of : "", ...(fact.ci ?? ["", ""])];
export const COUNTED = ["n", "of", "share", "low", "high"];

/** The entries of all pages of a list: `fetchPage(cursor)` gives a page with `next`. */
export async function all(fetchPage, key) {
  const found = [];
  let cursor = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const got = await fetchPage(cursor);
    found.push(...got[key]);
    cursor = got.next;
    if (!cursor) return found;
  }
  throw new Error(`These are more than ${found.length} rows: narrow the list first, or take all by the API.`);
}
