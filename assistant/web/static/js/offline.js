// A bar while the server cannot be reached. What is on the page stays; what is typed too.

import { byId, h } from "./dom.js";

const LOOK_MS = 3000;
let bar = null;

/** Say so when a request found no server, and take it back when one answers. */
export function start() {
  addEventListener("earmark:unreachable", gone);
  addEventListener("offline", gone);
}

function gone() {
  if (bar) return;
  bar = h("div", { class: "offline", role: "alert" }, "No connection to Earmark. What you see may be old; it goes on by itself.");
  byId("main").before(bar);
  setTimeout(look, LOOK_MS);
}

async function look() {
  try {
    if ((await fetch("/livez", { cache: "no-store" })).ok) return back();
  } catch {
    // still gone
  }
  return setTimeout(look, LOOK_MS);
}

function back() {
  bar.remove();
  bar = null;
  dispatchEvent(new Event("earmark:back"));
}
