// The themes with their counts: each row unfolds to its sub-themes, its words, and what can be done with it.

import { confirmIn } from "./confirm.js";
import { h, s } from "./dom.js";
import { count, percent, some } from "./words.js";

const SHARE = { bad: (theme) => theme.negative, good: (theme) => theme.positive };
const ORDERS = {
  items: (one, other) => other.items - one.items,
  bad: byShare("bad"),
  good: byShare("good"),
  name: (one, other) => one.name.localeCompare(other.name),
};

function byShare(side) {
  const share = (theme) => (theme.items ? SHARE[side](theme) / theme.items : -1);
  return (one, other) => share(other) - share(one) || other.items - one.items;
}

/**
 * The themes that fit the words, those added here first. `unfolded` is the set of ids that stand open; `edit` and
 * `remove` are called with a theme.
 */
export function themeTable(themes, { words, order, unfolded, edit, remove }) {
  const fitting = themes.filter((theme) => fits(theme, words));
  if (!fitting.length) return [h("p", { class: "hint" }, `No theme speaks of “${words}”.`)];
  const groups = [["Your themes", fitting.filter((theme) => theme.own)], ["Shipped themes", fitting.filter((theme) => !theme.own)]];
  const rowOf = (theme) => row(theme, { isOpen: unfolded.has(theme.id) || isBelow(theme, words), unfolded, edit, remove });
  return groups.filter(([, members]) => members.length).map(([title, members]) =>
    h("section", { class: "theme-group", "aria-label": title },
      h("div", { class: "theme-line theme-titles" }, h("h2", {}, title), h("span", { class: "n" }, "items"), h("span", { class: "tones" }, "complaints and praise")),
      h("ul", { class: "theme-list" }, [...members].sort(ORDERS[order]).map(rowOf))));
}

const includes = (texts, words) => texts.some((text) => text.toLowerCase().includes(words));

function fits(theme, words) {
  const wanted = words.trim().toLowerCase();
  return !wanted || includes([theme.name, theme.sentence, ...theme.synonyms, ...theme.phrases], wanted) || isBelow(theme, words);
}

function isBelow(theme, words) {
  const wanted = words.trim().toLowerCase();
  return Boolean(wanted) && theme.sub_themes.some((sub) => includes([sub.name, sub.sentence], wanted));
}

function row(theme, { isOpen, unfolded, edit, remove }) {
  const more = h("div", { class: "theme-more", id: `theme-${theme.id}`, hidden: !isOpen }, details(theme, edit, remove));
  const name = h("button", { type: "button", class: "theme-name", "aria-expanded": String(isOpen), "aria-controls": more.id, "data-key": `theme:${theme.id}` },
    h("span", { class: "twist", "aria-hidden": "true" }), h("span", {}, theme.name));
  name.addEventListener("click", () => {
    more.hidden = !more.hidden;
    name.setAttribute("aria-expanded", String(!more.hidden));
    unfolded[more.hidden ? "delete" : "add"](theme.id);
  });
  return h("li", { class: theme.own ? "theme-row own" : "theme-row", "data-theme": theme.id },
    h("div", { class: "theme-line" },
      h("span", { class: "theme-title" }, name, mark(theme)),
      itemsLink({ themes: theme.id }, theme.items, `of ${theme.name}`),
      tones(theme)),
    h("p", { class: "hint theme-sentence" }, theme.sentence),
    more);
}

function mark(theme) {
  if (theme.own) return h("span", { class: "badge" }, "yours");
  return theme.changed ? h("span", { class: "badge" }, "changed") : null;
}

/** A count as a link to its items. */
function itemsLink(keys, n, about) {
  if (!n) return h("span", { class: "n muted" }, "0");
  return h("a", { class: "n", href: `/feedback?${new URLSearchParams(keys)}`, "aria-label": `${some(n, "item")} ${about}` }, count(n));
}

/** Shares of complaints and praise as a bar, and both counts. */
function tones({ id, name, items, negative, positive }) {
  if (!items) return h("span", { class: "tones" });
  const share = (n) => `${(100 * n) / items}%`;
  const words = `${percent(negative / items)} complaints, ${percent(positive / items)} praise`;
  const counted = (n, polarity, sign, tone, what) => n
    ? h("a", { class: `p${tone}`, href: `/feedback?${new URLSearchParams({ themes: id, polarity })}`, "aria-label": `${some(n, "item")} with ${what} of ${name}` }, `${sign} ${count(n)}`)
    : h("span", { class: "muted" }, `${sign} 0`);
  return h("span", { class: "tones", title: words },
    s("svg", { class: "tone-bar", role: "img", "aria-label": words },
      s("rect", { class: "track", width: "100%", height: "100%" }),
      s("rect", { class: "bad", width: share(negative), height: "100%" }),
      s("rect", { class: "good", x: share(items - positive), width: share(positive), height: "100%" })),
    h("span", { class: "tone-counts" }, counted(negative, "-", "−", "bad", "complaints"), counted(positive, "+", "+", "good", "praise")));
}

function details(theme, edit, remove) {
  const lines = [["Other words", theme.synonyms.join(", ")], ["Examples", theme.phrases.map((phrase) => `“${phrase}”`).join(" ")]];
  return [
    theme.sub_themes.length ? h("ul", { class: "sub-list", "aria-label": `Sub-themes of ${theme.name}` }, theme.sub_themes.map(subRow)) : null,
    lines.filter(([, value]) => value).map(([title, value]) => h("p", { class: "hint" }, h("span", { class: "lead" }, `${title}: `), value)),
    actions(theme, edit, remove),
  ];
}

const subRow = (sub) =>
  h("li", { class: "theme-line sub-row" },
    h("span", {}, h("span", { class: "sub-name" }, sub.name), h("span", { class: "hint" }, sub.sentence)),
    itemsLink({ themes: sub.id }, sub.items, `of ${sub.name}`));

function actions(theme, edit, remove) {
  const holder = h("div", { class: "actions" });
  const asks = theme.own
    ? { label: "Remove", question: `Remove “${theme.name}”? Its tag goes from ${some(theme.items, "item")}.`, yes: "Remove" }
    : { label: "Reset", question: `Make “${theme.name}” again as it was shipped?`, yes: "Reset" };
  holder.append(h("button", { type: "button", class: "secondary small", "data-key": `edit:${theme.id}`, onclick: () => edit(theme) }, "Edit"));
  if (theme.own || theme.changed) {
    holder.append(h("button", { type: "button", class: "quiet small", onclick: () => confirmIn(holder, { ...asks, act: () => remove(theme) }) }, asks.label));
  }
  return holder;
}
