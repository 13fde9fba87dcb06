// The side panel: what stands behind a number or a quote. Views lie on one another; Esc goes back to the page.

import { byId, h } from "./dom.js";
import { problemCard } from "./problem.js";

const views = [];
let opener = null;

/** Open a view: `build(body)` fills it, and may be async. `fresh` drops the views below. */
export function show(title, build, { fresh = false } = {}) {
  if (fresh || byId("panel").hidden) views.length = 0;
  if (byId("panel").hidden) opener = document.activeElement;
  views.push({ title, build });
  render();
}

/** Close the panel and give the focus back to where it came from. */
export function close() {
  if (byId("panel").hidden) return;
  views.length = 0;
  byId("panel").hidden = true;
  byId("veil").hidden = true;
  document.body.classList.remove("has-panel");
  byId("main").inert = false;
  if (opener?.isConnected) opener.focus();
}

function back() {
  views.pop();
  render();
}

async function render() {
  const view = views.at(-1);
  const body = byId("panel-body");
  byId("panel").hidden = false;
  byId("veil").hidden = false;
  document.body.classList.add("has-panel");
  byId("main").inert = isCovering();
  byId("panel-title").textContent = view.title;
  byId("panel-back").hidden = views.length < 2;
  body.replaceChildren(h("p", { class: "loading" }, "Loading …"));
  byId("panel-title").focus({ preventScroll: true });
  const content = h("div", { class: "view" });
  try {
    await view.build(content);
  } catch (error) {
    content.replaceChildren(problemCard(error, render));
  }
  if (views.at(-1) !== view) return;
  body.replaceChildren(content);
  body.scrollTop = 0;
  content.querySelector("mark.cited")?.scrollIntoView({ block: "center" });
}

/** On a small screen the panel covers the page, which then takes no focus. */
const isCovering = () => matchMedia("(max-width: 1099px)").matches;

/** Make the buttons of the panel work; once per page. */
export function start() {
  byId("panel-close").addEventListener("click", close);
  byId("panel-back").addEventListener("click", back);
  byId("veil").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
  });
  matchMedia("(max-width: 1099px)").addEventListener("change", () => {
    byId("main").inert = !byId("panel").hidden && isCovering();
  });
}
