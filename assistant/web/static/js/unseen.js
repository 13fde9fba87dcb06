// The number of alerts that nobody has looked at, at the navigation.

import { call } from "./api.js";
import { h } from "./dom.js";

/** Show how many alerts nobody has looked at. */
export async function loadUnseen(known) {
  const link = document.querySelector('.links a[href="/alerts"]');
  const unseen = known ?? (await call("/v1/alerts?limit=1").then((page) => page.unseen, () => 0));
  link.querySelector(".fresh")?.remove();
  if (unseen) link.append(h("span", { class: "fresh", "aria-label": `${unseen} new` }, unseen));
}
