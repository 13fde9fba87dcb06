// The page of customers: the list, and one all around where the address names it.

import { startPage } from "./page.js";
import { byId } from "./dom.js";
import { showList } from "./customer-list.js";
import { showProfile } from "./customer-profile.js";
import { problemCard } from "./problem.js";

async function show() {
  const holder = byId("found");
  holder.setAttribute("aria-busy", "true");
  try {
    const id = new URLSearchParams(location.search).get("id");
    document.title = id ? `${id} · Earmark` : "Customers · Earmark";
    await (id ? showProfile(holder, id) : showList(holder));
  } catch (error) {
    holder.replaceChildren(problemCard(error, show));
  } finally {
    holder.setAttribute("aria-busy", "false");
  }
}

startPage({ onImported: show });
addEventListener("popstate", show);
show();
