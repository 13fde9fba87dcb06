// Keys, accounts and the audit log, for administrators.

import { call } from "./api.js";
import { confirmIn } from "./confirm.js";
import { h } from "./dom.js";

const SCOPES = ["ingest", "read", "triage", "ask", "export", "admin"];
const ROLES = ["viewer", "agent", "lead", "admin"];

/** API keys: list, make, revoke. */
export function keys() {
  const holder = h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Table" });
  const secret = h("div", { role: "status" });
  const name = h("input", { type: "text", required: true, maxlength: 100, placeholder: "shop backend" });
  const boxes = SCOPES.map((scope) => h("label", {}, h("input", { type: "checkbox", value: scope, checked: scope === "read" || scope === "ask" }), scope));
  const until = h("input", { type: "date" });
  const said = h("p", { class: "hint", role: "status" });
  const form = h("form", { class: "settings-form" },
    h("label", {}, "A new key for", name), h("fieldset", { "aria-label": "Scopes" }, boxes), h("label", {}, "Expires (if ever)", until),
    h("button", { type: "submit", class: "secondary" }, "Make it"), said);
  const load = async () => {
    const { keys: all } = await call("/v1/keys");
    holder.replaceChildren(all.length ? table(["Name", "Scopes", "Workspace", "Expires", "Last used", ""], all.map((key) => keyRow(key, load))) : none("No key yet. Programs need one to call the API."));
  };
  form.addEventListener("submit", (event) => attempt(event, said, async () => {
    const scopes = [...form.querySelectorAll("input:checked")].map((box) => box.value);
    const made = await call("/v1/keys", { body: { name: name.value, scopes, expires: until.value ? `${until.value}T00:00:00Z` : null } });
    secret.replaceChildren(shown("The key, shown this once:", made.secret));
    form.reset();
    await load();
  }));
  return section("API keys", load, holder, secret, form);
}

/** Accounts: list, make, links, remove. */
export function users() {
  const holder = h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Table" });
  const link = h("div", { role: "status" });
  const name = h("input", { type: "text", required: true, maxlength: 200, pattern: "\\S+", placeholder: "ana@shop.example", autocomplete: "off" });
  const role = h("select", {}, ROLES.map((one) => h("option", { value: one }, one)));
  const said = h("p", { class: "hint", role: "status" }, "viewer reads and asks, agent also triages, lead also sends in and exports, admin does all.");
  const form = h("form", { class: "settings-form" },
    h("label", {}, "A new account", name), h("label", {}, "Role", role), h("button", { type: "submit", class: "secondary" }, "Make it"), said);
  const invite = async (who) => {
    const { path } = await call(`/v1/users/${encodeURIComponent(who)}/link`, { method: "POST" });
    link.replaceChildren(shown(`Logs ${who} in once, within half an hour:`, location.origin + path));
  };
  const load = async () => {
    const { users: all } = await call("/v1/users");
    holder.replaceChildren(all.length ? table(["Name", "Role", "Last login", ""], all.map((user) => userRow(user, load, invite, said))) : none("No account yet."));
  };
  form.addEventListener("submit", (event) => attempt(event, said, async () => {
    const made = await call("/v1/users", { body: { name: name.value, role: role.value } });
    form.reset();
    await load();
    await invite(made.name);
  }));
  return section("Accounts", load, holder, link, form);
}

/** Who did what, latest first. */
export function auditLog() {
  const body = h("tbody", {});
  const more = h("button", { type: "button", class: "secondary" }, "Show more");
  let next = null;
  const load = async () => {
    const page = await call(`/v1/audit?limit=20${next ? `&cursor=${next}` : ""}`);
    body.append(...page.entries.map((entry) => row([time(entry.at), entry.who, entry.action, entry.target ?? "", entry.workspace ?? "", String(entry.status)])));
    next = page.next;
    more.hidden = !next;
  };
  more.addEventListener("click", load);
  const heads = h("thead", {}, h("tr", {}, ["When", "Who", "What", "Which", "Workspace", "Status"].map((head) => h("th", { scope: "col" }, head))));
  return section("Audit log", load, h("p", { class: "hint" }, "Changes, logins, exports and erasures. Never what customers wrote."),
    h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Table" }, h("table", {}, heads, body)), h("div", { class: "actions" }, more));
}

/** A section whose content is loaded now; what fails stands in its place, with a way to try again. */
export function section(title, load, ...content) {
  const made = h("section", {}, h("h2", {}, title), ...content);
  const tried = () => load().catch((error) => {
    const again = h("p", { class: "problem", role: "alert" }, `${error.message} `, h("button", { type: "button", class: "quiet", onclick: () => (again.remove(), tried()) }, "Try again"));
    made.append(again);
  });
  tried();
  return made;
}

/** Run what a form asks for; what fails is said beside it. */
export async function attempt(event, said, act) {
  event.preventDefault();
  try {
    said.textContent = "";
    await act();
  } catch (error) {
    said.textContent = error.message;
  }
}

export const none = (text) => h("p", { class: "hint" }, text);
export const time = (at) => new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
export const row = (cells) => h("tr", {}, cells.map((cell) => h("td", {}, cell)));
export const table = (heads, rows) => h("table", {}, h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, rows));

function keyRow(key, load) {
  const last = h("td", {});
  last.append(h("button", { type: "button", class: "quiet small", onclick: () => confirmIn(last, {
    question: "What uses it stops working.", yes: "Revoke", act: async () => { await call(`/v1/keys/${key.id}`, { method: "DELETE" }); await load(); },
  }) }, "Revoke"));
  const made = row([key.name, key.scopes.join(", "), key.workspace ?? "all", key.expires ? time(key.expires) : "never", key.last_used ? time(key.last_used) : "never"]);
  made.append(last);
  return made;
}

function userRow(user, load, invite, said) {
  const last = h("td", {});
  const role = h("select", { "aria-label": `Role of ${user.name}` }, ROLES.map((one) => h("option", { value: one, selected: one === user.role }, one)));
  const path = `/v1/users/${encodeURIComponent(user.name)}`;
  role.addEventListener("change", (event) => attempt(event, said, () => call(path, { method: "PATCH", body: { role: role.value } })).then(load));
  last.append(
    h("button", { type: "button", class: "quiet small", onclick: () => invite(user.name) }, "Link"),
    h("button", { type: "button", class: "quiet small", onclick: () => confirmIn(last, {
      question: "Logged out everywhere.", yes: "Delete",
      act: async (keep) => { try { await call(path, { method: "DELETE" }); await load(); } catch (error) { said.textContent = error.message; keep(); } },
    }) }, "Delete"));
  const made = row([user.name, role, user.last_login ? time(user.last_login) : "never"]);
  made.append(last);
  return made;
}

/** A secret that is shown this once, with a button that copies it. */
export function shown(label, text) {
  const copy = h("button", { type: "button", class: "quiet small" }, "Copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  });
  return h("p", { class: "secret" }, label, " ", h("code", {}, text), copy);
}
