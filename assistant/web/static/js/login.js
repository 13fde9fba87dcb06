// Log in: by a one-time link, by name and password, or with a key.

import { call } from "./api.js";
import { byId } from "./dom.js";
import { start as startTheme } from "./theme.js";

const problem = byId("login-problem");

startTheme();
form("login-account", () => ({ name: byId("login-name").value, password: byId("login-password").value }));
form("login-key-form", () => ({ key: byId("login-key").value.trim() }));

// The code stands behind #, which is never sent to a server or kept in its log.
const link = /^#link=(.+)$/.exec(location.hash);
if (link) {
  history.replaceState(null, "", location.pathname + location.search);
  enter({ link: decodeURIComponent(link[1]) });
} else {
  byId("login-name").focus();
}

function form(id, body) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    enter(body());
  });
}

async function enter(body) {
  problem.hidden = true;
  try {
    await call("/v1/session", { body });
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
    return;
  }
  location.replace(wanted());
}

/** Where somebody was going; never another site. */
function wanted() {
  const given = new URLSearchParams(location.search).get("next") ?? "/";
  const target = new URL(given, location.origin);
  return target.origin === location.origin ? target.pathname + target.search + target.hash : "/";
}
