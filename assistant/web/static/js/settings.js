// Settings: who one is, workspaces, models, and for administrators keys, accounts, webhooks, privacy and the audit log.

import { call, chooseWorkspace, chosenWorkspace } from "./api.js";
import { auditLog, keys, users } from "./admitting.js";
import { byId, h } from "./dom.js";
import { webhooks } from "./events.js";
import { models } from "./model.js";
import { startPage } from "./page.js";
import { problemCard } from "./problem.js";
import { erasures, retention } from "./privacy.js";

const found = byId("found");

startPage();
load();

async function load() {
  try {
    const me = await call("/v1/session");
    const sections = [you(me), await workspaces(me)];
    if (me.scopes.includes("read")) sections.push(models());
    if (me.scopes.includes("admin")) sections.push(keys(), users(), webhooks(), retention(), erasures(), auditLog());
    else sections.push(needsAdmin(me));
    found.replaceChildren(...sections);
  } catch (error) {
    found.replaceChildren(problemCard(error, load));
  }
  found.setAttribute("aria-busy", "false");
}

function you(me) {
  const isHere = me.kind === "local";
  const about = isHere
    ? "Whoever is at this machine may do everything but administer, until the first key or account is made."
    : `${me.name}, with ${me.scopes.join(", ")}.`;
  const actions = isHere || me.kind === "nobody"
    ? [h("a", { class: "button secondary", href: "/login?next=/settings" }, "Log in")]
    : [h("button", { type: "button", class: "secondary", onclick: logOut }, "Log out")];
  return h("section", {}, h("h2", {}, "You"), h("p", {}, about), h("div", { class: "actions" }, actions, me.kind === "user" && password()));
}

function password() {
  const open = h("button", { type: "button", class: "quiet" }, "Change the password");
  open.addEventListener("click", () => {
    const old = h("input", { type: "password", autocomplete: "current-password", required: true });
    const fresh = h("input", { type: "password", autocomplete: "new-password", minlength: 12, required: true });
    const said = h("p", { class: "hint", role: "status" });
    const form = h("form", { class: "settings-form" },
      h("label", {}, "Old password", old), h("label", {}, "New, 12 characters or more", fresh),
      h("button", { type: "submit", class: "secondary" }, "Change it"), said);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await call("/v1/session/password", { method: "PUT", body: { old: old.value, new: fresh.value } });
        location.assign("/login?next=/settings");
      } catch (error) {
        said.textContent = error.message;
      }
    });
    open.replaceWith(form);
    old.focus();
  });
  return open;
}

async function logOut() {
  await call("/v1/session", { method: "DELETE" });
  location.assign("/login");
}

async function workspaces(me) {
  const { workspaces: names, default: first } = await call("/v1/workspaces/current");
  const now = names.includes(chosenWorkspace()) ? chosenWorkspace() : first;
  const choice = h("select", { id: "workspace" }, names.map((name) => h("option", { value: name, selected: name === now }, name)));
  choice.addEventListener("change", () => {
    chooseWorkspace(choice.value);
    location.reload();
  });
  return h("section", {}, h("h2", {}, "Workspace"),
    h("p", { class: "hint" }, "Each is a store of its own: feedback, themes, customers and conversations of one are not seen from another."),
    h("div", { class: "settings-form" }, h("label", {}, "This browser looks at", choice)),
    me.scopes.includes("admin") && newWorkspace());
}

function newWorkspace() {
  const name = h("input", { type: "text", pattern: "[a-z0-9][a-z0-9_\\-]{0,62}", required: true, maxlength: 63, placeholder: "outlet" });
  const said = h("p", { class: "hint", role: "status" }, "Small letters, digits, - and _.");
  const form = h("form", { class: "settings-form" }, h("label", {}, "A new one", name), h("button", { type: "submit", class: "secondary" }, "Make it"), said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await call("/v1/workspaces", { body: { name: name.value } });
      chooseWorkspace(name.value);
      location.reload();
    } catch (error) {
      said.textContent = error.message;
    }
  });
  return form;
}

function needsAdmin(me) {
  const how = me.kind === "local"
    ? "Open the link that “earmark serve” printed, or make an account: earmark users add NAME --role admin."
    : "Ask an administrator.";
  return h("section", {}, h("h2", {}, "Keys, accounts, privacy"), h("p", {}, `Administrators see these. ${how}`));
}
