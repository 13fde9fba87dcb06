// The models of this server, and how good the tags were where it was measured.

import { none, section } from "./admitting.js";
import { call } from "./api.js";
import { h } from "./dom.js";
import { count, percent, plain, upper, vocabulary } from "./words.js";

const KEYS = { intent: "intents" }; // fields that the vocabulary calls otherwise

/** Which model tags, which words the answers, and the scores by field, each opening its labels. */
export function models() {
  const holder = h("div", { class: "model" });
  const load = async () => {
    const [found, names] = await Promise.all([call("/v1/model"), vocabulary()]);
    const { tagger } = found;
    holder.replaceChildren(
      h("p", {}, `Feedback is tagged by ${tagger.id}, on this server, for ${tagger.languages.map(language).join(", ")}. `,
        found.language_model ? `Unclear questions are read and answers worded by ${found.language_model}; every number and quote is checked against the counts.` : "Answers are composed from the counts, without a language model."),
      tagger.fields.length ? h("p", { class: "hint" }, "Measured on texts of whole industries that the tagger had not seen. Precision: how often a label was right where it was set. Recall: how often it was set where it was right. In brackets the 95 % interval.") : none("This model brings no measurement."),
      ...tagger.fields.map((field) => fieldView(field, names)),
      tagger.card ? h("p", {}, h("a", { href: URL.createObjectURL(new Blob([tagger.card], { type: "text/markdown" })), download: `${tagger.id}.md` }, "The model card: data, licences, how it was made")) : null);
  };
  return section("Models", load, holder);
}

function fieldView({ field, precision, recall, labels }, names) {
  const key = KEYS[field] ?? field;
  const rows = [...labels].sort((a, b) => b.support - a.support).map((one) => h("tr", {},
    h("th", { scope: "row" }, upper(names.keys[key] ? names.name(key, one.label) : plain(one.label))),
    h("td", {}, score(one.precision, one.precision_interval)), h("td", {}, score(one.recall, one.recall_interval)), h("td", {}, count(one.support))));
  return h("details", {},
    h("summary", {}, h("strong", {}, upper(plain(field))), h("span", { class: "hint" }, ` precision ${percent(precision)}, recall ${percent(recall)}`)),
    h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": `Scores of ${plain(field)}` },
      h("table", {}, h("thead", {}, h("tr", {}, ["Label", "Precision", "Recall", "Texts that have it"].map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, rows))));
}

const score = (value, interval) => (value === null ? "–" : `${percent(value)} (${percent(interval[0])} to ${percent(interval[1])})`);
const language = (code) => new Intl.DisplayNames(["en"], { type: "language" }).of(code);
