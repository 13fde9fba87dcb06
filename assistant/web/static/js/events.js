// Webhooks, for administrators: where events go, whether they arrive, and what was sent.

import { attempt, none, row, section, shown, table, time } from "./admitting.js";
import { call } from "./api.js";
import { confirmIn } from "./confirm.js";
import { h } from "./dom.js";
import { some } from "./words.js";

const KINDS = {
  "feedback.tagged": "feedback came in", "feedback.high_priority": "high priority", "feedback.churn_risk": "may leave",
  "feedback.empathy_gap": "felt let down", "alert.fired": "an alert fired", "import.finished": "an import ended",
};
const FORMATS = { standard: "a program", slack: "Slack", teams: "Teams" };

/** List, add, test, switch, renew, remove. */
export function webhooks() {
  const holder = h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Table" });
  const log = h("div", { class: "scroll", role: "status" });
  const secret = h("div", { role: "status" });
  const url = h("input", { type: "url", required: true, maxlength: 2000, placeholder: "https://example.com/hook", autocomplete: "off" });
  const boxes = Object.entries(KINDS).map(([kind, words]) => h("label", {}, h("input", { type: "checkbox", value: kind, checked: kind === "alert.fired" }), words));
  const format = h("select", {}, Object.entries(FORMATS).map(([value, words]) => h("option", { value }, words)));
  const said = h("p", { class: "hint", role: "status" });
  const form = h("form", { class: "settings-form" },
    h("label", {}, "Send events to", url), h("label", {}, "read by", format), h("fieldset", { "aria-label": "Events" }, boxes),
    h("button", { type: "submit", class: "secondary" }, "Add"), said);
  const load = async () => {
    const { webhooks: all } = await call("/v1/webhooks");
    holder.replaceChildren(all.length ? table(["Address", "Events", "State", ""], all.map((one) => hookRow(one, { load, log, secret, said }))) : none("Nobody is told yet when something happens."));
  };
  form.addEventListener("submit", (event) => attempt(event, said, async () => {
    const kinds = [...form.querySelectorAll("input:checked")].map((box) => box.value);
    const made = await call("/v1/webhooks", { body: { url: url.value, kinds, format: format.value } });
    secret.replaceChildren(shown("The secret that signs, shown this once:", made.secret));
    form.reset();
    await load();
  }));
  return section("Webhooks", load, holder, secret, log, form);
}

function hookRow(one, { load, log, secret, said }) {
  const path = `/v1/webhooks/${encodeURIComponent(one.id)}`;
  const last = h("td", {});
  const button = (words, act) => h("button", { type: "button", class: "quiet small", "aria-label": `${words}: ${one.url}`, onclick: (event) => attempt(event, said, act) }, words);
  const { id, created, problem, failing_since: since, waiting, ...asked } = one;
  last.append(
    button("Test", async () => { const sent = await call(`${path}/ping`, { method: "POST" }); said.textContent = outcome(sent); await load(); }),
    button("Log", async () => log.replaceChildren(logView(one, (await call(`${path}/deliveries`)).deliveries, path, said))),
    button(one.active ? "Switch off" : "Switch on", async () => { await call(path, { method: "PUT", body: { ...asked, active: !one.active } }); await load(); }),
    button("New secret", async () => secret.replaceChildren(shown("The new secret; the old one signs beside it for a day:", (await call(`${path}/secret`, { method: "POST" })).secret))),
    button("Remove", () => confirmIn(last, { question: "What waits for it is dropped.", yes: "Remove", act: async () => { await call(path, { method: "DELETE" }); await load(); } })));
  const state = [one.active ? "on" : "off", waiting ? `${some(waiting, "event")} waiting` : null, problem].filter(Boolean).join(", ");
  const made = row([one.url, one.kinds.map((kind) => KINDS[kind] ?? kind).join(", "), state]);
  for (const cell of made.children) cell.className = "wide";
  made.append(last);
  return made;
}

const outcome = (sent) => (sent.status === "delivered" ? `It arrived: ${sent.response}, in ${Math.round(sent.ms)} ms.` : `It did not arrive: ${sent.error ?? `status ${sent.response}`}.`);

function logView(one, deliveries, path, said) {
  if (!deliveries.length) return none(`Nothing was sent to ${one.url} yet.`);
  const rows = deliveries.slice(0, 20).map((sent) => {
    const again = h("button", { type: "button", class: "quiet small", onclick: (event) => attempt(event, said, async () => (said.textContent = outcome(await call(`${path}/deliveries/${encodeURIComponent(sent.event.id)}/replay`, { method: "POST" })))) }, "Send again");
    return row([time(sent.at), KINDS[sent.event.type] ?? sent.event.type, sent.status, sent.error ?? (sent.response ? String(sent.response) : ""), sent.event.type === "ping" ? "" : again]);
  });
  return table(["When", "Event", "Outcome", "Answer", ""], rows);
}
