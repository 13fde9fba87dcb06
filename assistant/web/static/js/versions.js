// Versions of the themes to go back to, and the themes as a file.

import { call, file, put } from "./api.js";
import { download, h, keepingFocus } from "./dom.js";
import { problemCard } from "./problem.js";
import { day, upper } from "./words.js";

const MOST = 20; // versions that stand in sight

/** Fill the section. `taken` is called with the themes after a change, and shows the versions anew. */
export async function showVersions(section, taken) {
  const wrong = () => section.querySelector(".wrong"); // the section may have been drawn anew since
  const change = async (request) => {
    try {
      wrong().replaceChildren();
      await taken(await request());
    } catch (error) {
      wrong().replaceChildren(problemCard(error));
    }
  };
  try {
    const versions = await call("/v1/themes/history");
    const said = wrong() ?? h("div", { class: "wrong" }); // what went wrong stays in sight until the next change
    const parts = [said, listView(versions, change), fileView(change)];
    keepingFocus(() => section.replaceChildren(...parts), () => section.querySelector(".version button"));
  } catch (error) {
    section.replaceChildren(problemCard(error, () => showVersions(section, taken)));
  }
}

function listView(versions, change) {
  const rows = versions.map((version, at) => row(version, at === 0, change));
  const list = h("ol", { class: "versions" }, rows.slice(0, MOST));
  const rest = rows.slice(MOST);
  const more = rest.length ? h("button", { type: "button", class: "quiet small", onclick: () => (more.remove(), list.append(...rest)) }, `Show ${rest.length} earlier`) : null;
  return h("div", {}, h("h2", {}, "Versions"), h("p", { class: "hint" }, "Every change is kept. Going back is a change too, so nothing is lost."), list, more);
}

function row({ number, changed, what }, isNow, change) {
  const back = () => change(() => call(`/v1/themes/history/${number}/restore`, { method: "POST" }));
  return h("li", { class: "version", "data-version": number },
    h("span", { class: "version-number" }, String(number)),
    h("span", { class: "version-what" }, upper(what), changed ? h("span", { class: "hint" }, moment(changed)) : null),
    isNow ? h("span", { class: "badge" }, "now")
      : h("button", { type: "button", class: "secondary small", "data-key": `back:${number}`, "aria-label": `Go back to version ${number}`, onclick: back }, "Go back to this"));
}

/** `3 May 2026, 14:05`, by the clock of this browser. */
function moment(iso) {
  const at = new Date(iso);
  const two = (n) => String(n).padStart(2, "0");
  return `${day(`${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`)}, ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function fileView(change) {
  const input = h("input", { type: "file", accept: ".yaml,.yml", class: "unseen", id: "taxonomy-file", onchange: () => input.files[0] && take(input.files[0]) });
  const take = (chosen) => change(async () => {
    const text = await chosen.text();
    input.value = ""; // so that the same file can be taken again once it is corrected
    return put("/v1/taxonomy", text, "application/yaml");
  });
  return h("div", { class: "file-view" }, h("h2", {}, "As a file"),
    h("p", { class: "hint" }, "All themes as YAML: to edit, to keep, or to take to another workspace. A file that is taken over replaces the themes that were added here; you can go back."),
    h("div", { class: "actions" },
      h("button", { type: "button", class: "secondary", onclick: () => change(exported) }, "Download the themes"),
      input, h("label", { class: "secondary as-button", for: "taxonomy-file" }, "Take over a file")));
}

async function exported() {
  download("themes.yaml", await file("/v1/taxonomy"));
  return null;
}
