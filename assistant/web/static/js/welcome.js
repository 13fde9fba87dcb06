// The first screen: questions that have an answer in the data, or how to bring data in.

import { h } from "./dom.js";
import { day, some, vocabulary } from "./words.js";

const TITLE = "What do you want to know?";

/** What stands there until the server has answered; the first time it loads its models. */
export function renderWaiting(section) {
  section.replaceChildren(h("h1", { id: "welcome-title" }, TITLE), h("p", { class: "welcome-about" }, "Getting ready …"));
}

/** Fill the welcome section. The outcome of an import in it stays in sight, above the questions. */
export function renderWelcome(section, { items, questions, ask, onImported }) {
  const outcome = section.querySelector(".importer");
  section.replaceChildren(...(items ? greeting(items, questions, ask) : empty(onImported)));
  if (items && outcome) section.querySelector(".welcome-about").after(outcome);
}

function greeting(items, questions, ask) {
  const about = h("p", { class: "welcome-about" }, `${some(items, "item")} of feedback, every one counted.`);
  vocabulary().then(({ first, last }) => {
    if (first && last) about.textContent = `${some(items, "item")} of feedback from ${day(first)} to ${day(last)}, every one counted.`;
  }, () => {});
  return [
    h("h1", { id: "welcome-title" }, TITLE),
    about,
    h("div", { class: "examples" }, questions.map((question) => h("button", { type: "button", class: "example", onclick: () => ask(question) }, question))),
  ];
}

function empty(onImported) {
  const holder = h("div", {});
  import("./importer.js").then(({ importer }) => holder.replaceWith(importer({ onImported })));
  return [
    h("h1", { id: "welcome-title" }, "Nothing to listen to yet"),
    h("p", { class: "welcome-about" }, "Bring in reviews, tickets, chats or survey answers. Personal data is removed before anything is stored."),
    holder,
    h("p", { class: "hint" }, "To look around with invented feedback first, run ", h("code", {}, "earmark demo"), "."),
  ];
}
