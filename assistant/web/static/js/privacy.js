// Retention and erasure, for administrators.

import { attempt, none, row, section, table, time } from "./admitting.js";
import { call } from "./api.js";
import { confirmIn } from "./confirm.js";
import { h } from "./dom.js";
import { some } from "./words.js";

/** How long feedback is kept. What a period would delete is said before it is set. */
export function retention() {
  const days = h("input", { type: "number", min: 1, max: 36500, placeholder: "for ever", disabled: true });
  const said = h("div", { class: "hint", role: "status" });
  const form = h("form", { class: "settings-form" }, h("label", {}, "Days that feedback is kept, by its date", days), h("button", { type: "submit", class: "secondary" }, "Set"));
  const policy = () => ({ days: days.value ? Number(days.value) : null });
  const tell = (text) => said.replaceChildren(text);
  const put = async () => {
    await call("/v1/retention", { method: "PUT", body: policy() });
    tell(days.value ? `Feedback older than ${some(Number(days.value), "day")} is deleted once a day.` : "All feedback is kept.");
  };
  form.addEventListener("submit", (event) => attempt(event, said, async () => {
    const { due } = await call("/v1/retention/try", { body: policy() });
    if (!due) return put();
    const ask = h("span", {});
    said.replaceChildren(ask);
    confirmIn(ask, { question: `${some(due, "item")} would be deleted now, with no way back.`, yes: "Delete and set", act: put });
  }));
  const load = async () => {
    const now = await call("/v1/retention");
    days.value = now.days ?? "";
    days.disabled = false; // not before: what somebody types must not be replaced by what was loaded
  };
  return section("Retention", load, form, said);
}

/** Erase a customer, and the certificates of those erased. */
export function erasures() {
  const holder = h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Table" });
  const id = h("input", { type: "text", required: true, maxlength: 200, placeholder: "C-0412 or a mail address", autocomplete: "off" });
  const said = h("div", { class: "hint", role: "status" });
  const form = h("form", { class: "settings-form" }, h("label", {}, "Customer", id), h("button", { type: "submit", class: "secondary" }, "Erase …"));
  const load = async () => {
    const { certificates } = await call("/v1/erasures");
    const rows = certificates.map((one) => row([time(one.at), one.by, some(one.items, "item"), `${one.files} read, ${one.traces.length ? `${one.traces.length} with traces` : "no trace"}`, one.subject]));
    holder.replaceChildren(certificates.length ? table(["When", "By", "Erased", "Files", "Subject"], rows) : none("Nobody was erased yet."));
  };
  form.addEventListener("submit", (event) => attempt(event, said, async () => {
    const path = `/v1/customers/${encodeURIComponent(id.value)}`;
    const found = await call(path);
    const ask = h("span", {});
    said.replaceChildren(ask);
    confirmIn(ask, {
      question: `${some(found.course.length, "item")} of ${found.id} and all that is known of this customer will be gone, with no way back.`, yes: "Erase",
      act: async () => {
        await call(path, { method: "DELETE" });
        said.replaceChildren("Erased. The certificate stands below.");
        form.reset();
        await load();
      },
    });
  }));
  return section("Erasure", load, h("p", { class: "hint" }, "Everything that names a customer goes, then every file of the workspace is read for traces. Backups made before keep it until they expire."), form, said, holder);
}
