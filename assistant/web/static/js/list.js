// A paged list of items, for receipts and for the feedback page.

import { call } from "./api.js";
import { h } from "./dom.js";
import { openItem } from "./item.js";
import { points } from "./text.js";
import { origin, plain } from "./words.js";

const LONG = 280;

/** Fetch one page of a search; `search` is the body without cursor. */
export const fetchPage = (search, cursor) => call("/v1/feedback/search", { body: { ...search, ...(cursor ? { cursor } : {}) } });

/** One item as a card that opens it. */
export function itemCard(item, names) {
  const signs = points(item.text.replace(/\s*\n\s*/g, " / "));
  const excerpt = signs.length > LONG ? `${signs.slice(0, LONG).join("").trimEnd()} …` : signs.join("");
  const themes = (item.tags.themes ?? []).slice(0, 3).map((tag) => names.name("themes", tag.sub ?? tag.label));
  const tone = item.tags.sentiment?.label;
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "card item-card", "data-item": item.id, onclick: () => openItem(item.id) },
      h("span", { class: "excerpt" }, excerpt),
      h("span", { class: "meta" },
        tone ? h("span", { class: `tone ${tone}` }, tone) : null,
        h("span", {}, origin(item.attributes.channel ?? (item.kind === "conversation" ? "conversation" : null), item.date) || "undated"),
        item.attributes.rating ? h("span", {}, `${item.attributes.rating}★`) : null,
        themes.length ? h("span", {}, themes.map(plain).join(", ")) : null),
    ),
  );
}

/** A button that adds further pages to a list until there are none. */
export function moreButton(list, search, page, names) {
  const holder = h("div", { class: "more" });
  const add = (cursor) => {
    if (!cursor) return holder.replaceChildren();
    const button = h("button", { type: "button", class: "secondary" }, "Show more");
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const next = await fetchPage(search, cursor);
        list.append(...next.items.map((item) => itemCard(item, names)));
        add(next.next);
      } catch (error) {
        button.disabled = false;
        button.textContent = `${error.message} Try again`;
      }
    });
    return holder.replaceChildren(button);
  };
  add(page.next);
  return holder;
}
