// Which part of the queue is shown: saved views, how items stand, filters; all of it in the address.

import { call } from "./api.js";
import { h } from "./dom.js";
import { plain, upper } from "./words.js";

const STATUS = [["open", "open"], ["snoozed", "snoozed"], ["done", "done"], ["merged", "merged"], ["all", "all"]];
const WAIT_MS = 300;

/** What the address asks for. */
export const queryOf = () => new URLSearchParams(location.search);

function write(changes, load) {
  const query = queryOf();
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  history.replaceState(null, "", query.size ? `/triage?${query}` : "/triage");
  load();
}

/** Selects and boxes, then `more`; `load` shows the queue anew. */
export function controls(names, views, load, more) {
  const query = queryOf();
  const change = (changes) => write(changes, load);
  const select = (key, title, choices) => {
    const made = h("select", { "data-key": `c-${key}`, "aria-label": title, class: query.get(key) ? "set" : null }, choices.map(([id, text]) => h("option", { value: id, selected: (query.get(key) ?? "") === id }, text)));
    made.addEventListener("change", () => change({ [key]: made.value }));
    return made;
  };
  let timer;
  const words = h("input", { type: "search", "data-key": "c-text", placeholder: "Search words", "aria-label": "Search words", maxlength: 500, value: query.get("text") ?? "" });
  words.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => change({ text: words.value.trim() }), WAIT_MS); });
  const themes = names.keys.themes.filter((theme) => !theme.parent && theme.items).map((theme) => [theme.id, theme.name]);
  const channels = (names.attributes.channel ?? []).map((one) => [one.id, plain(one.name)]);
  const late = h("input", { type: "checkbox", checked: query.has("overdue"), "data-key": "c-late" });
  late.addEventListener("change", () => change({ overdue: late.checked ? "true" : "" }));
  return [words,
    select("status", "How it stands", STATUS.map(([id, text]) => [id === "open" ? "" : id, text])),
    select("themes", "Theme", [["", "any theme"], ...themes]),
    channels.length ? select("attr.channel", "Channel", [["", "any channel"], ...channels]) : null,
    select("churn", "Churn", [["", "leaving or not"], ...names.keys.churn.filter((one) => one.items).map((one) => [one.id, one.name])]),
    h("label", { class: "check" }, late, " late only"), more,
    saved(views, query, load)].filter(Boolean);
}

function saved(views, query, load) {
  const name = h("input", { type: "text", maxlength: 100, "aria-label": "Name of the view", placeholder: "Name this view", "data-key": "c-name" });
  const keep = h("form", { class: "view-form" }, name, h("button", { type: "submit", class: "quiet small" }, "Save"));
  keep.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!name.value.trim()) return name.focus();
    await call("/v1/triage/views", { body: { name: name.value.trim(), query: query.toString() } });
    return load();
  });
  const links = views.map((view) => h("span", { class: "saved-view" },
    h("a", { href: view.query ? `/triage?${view.query}` : "/triage", "aria-current": view.query === query.toString() ? "true" : null }, upper(view.name)),
    h("button", { type: "button", class: "quiet icon small", "aria-label": `Delete the view ${view.name}`, onclick: () => call(`/v1/triage/views/${encodeURIComponent(view.id)}`, { method: "DELETE" }).then(load) }, "×")));
  return h("details", { class: "views" }, h("summary", {}, views.length ? `Views (${views.length})` : "Views"), h("div", { class: "saved-views" }, links), query.size ? keep : h("p", { class: "hint" }, "Filter the queue, then save it as a view."));
}
