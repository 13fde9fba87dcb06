// Errors as people read them, with a way on.

import { h } from "./dom.js";

/** A card that says what went wrong; `retry` is what “Try again” does. */
export function problemCard(error, retry) {
  const problem = error.problem ?? { title: "This page made a mistake", detail: error.message };
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("p", { class: "problem-title" }, problem.title),
    problem.detail && problem.detail !== problem.title ? h("p", {}, problem.detail) : null,
    places(problem.errors),
    problem.request_id ? h("p", { class: "hint" }, `Request ${problem.request_id}`) : null,
    retry ? h("div", { class: "actions" }, h("button", { type: "button", class: "secondary", onclick: retry }, "Try again")) : null,
  );
}

/** Which field is wrong, and how; a single one stands in the detail already. */
function places(errors) {
  if (!errors || errors.length < 2) return null;
  return h("ul", { class: "problem-places" }, errors.map((one) => h("li", {}, [where(one), one.detail].filter(Boolean).join(": "))));
}

const where = ({ pointer, parameter }) => parameter ?? pointer?.replace(/^#\/?/, "").replaceAll("/", " ").replaceAll("_", " ");
