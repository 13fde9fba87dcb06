// The public API, as any integrator would call it.

import { events } from "./sse.js";

const CHANGES = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** What the server said (RFC 9457), or that it could not be reached. */
export class ApiError extends Error {
  constructor(problem) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }
}

/** Call the API; returns the parsed JSON, or null for an empty answer. */
export async function call(path, options = {}) {
  const response = await send(path, options);
  return response.status === 204 ? null : response.json();
}

/** The body of an answer as a file. */
export async function file(path) {
  return (await send(path, {})).blob();
}

/** POST and yield the events of the answer. An `error` event is thrown. */
export async function* stream(path, body, signal) {
  const response = await send(path, { body, signal, accept: "text/event-stream" });
  let ended = false;
  for await (const { event, data } of events(response.body)) {
    if (event === "error") throw new ApiError(data);
    ended = event === "done";
    yield { event, data };
  }
  if (!ended) throw unreachable("The connection broke before the answer was complete.");
}

/** PUT text that is no JSON; returns the parsed JSON of the answer. */
export async function put(path, text, type) {
  return (await send(path, { method: "PUT", form: text, type })).json();
}

async function send(path, options) {
  const { method, body, form, type, signal, accept = "application/json" } = options;
  const headers = { Accept: accept };
  if (body !== undefined || type) headers["Content-Type"] = type ?? "application/json";
  const payload = form ?? (body === undefined ? undefined : JSON.stringify(body));
  const verb = method ?? (payload === undefined ? "GET" : "POST");
  if (CHANGES.has(verb)) headers["X-CSRF-Token"] = cookie("earmark_csrf");
  const workspace = chosenWorkspace();
  if (workspace) headers["Earmark-Workspace"] = workspace;
  const response = await reached(path, { method: verb, headers, body: payload, signal });
  if (response.ok) return response;
  if (response.status === 401 && location.pathname !== "/login") return logIn();
  throw new ApiError(await problemOf(response));
}

async function reached(path, init) {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    dispatchEvent(new Event("earmark:unreachable"));
    throw unreachable("The server does not answer. It may have been stopped: start it with “earmark serve”, then try again.");
  }
}

async function problemOf(response) {
  try {
    return await response.json();
  } catch {
    return { title: `The server answered ${response.status}`, detail: "Look into its log, then try again." };
  }
}

const unreachable = (detail) => new ApiError({ title: "No connection", detail, status: 0 });

/** The workspace that this browser looks at; null for the one that the server takes. */
export function chosenWorkspace() {
  try {
    return localStorage.getItem("earmark.workspace");
  } catch {
    return null; // without storage it is always that of the server
  }
}

/** Look at another workspace from now on. */
export function chooseWorkspace(name) {
  localStorage.setItem("earmark.workspace", name);
}

/** Leaves the page, so that whoever waits for an answer waits until then. */
function logIn() {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`);
  return new Promise(() => {});
}

/** A cookie that scripts may read. */
function cookie(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}
