// The public API, as any integrator would call it.

import { events } from "./sse.js";
import { askToken } from "./token.js";

const TOKEN = "earmark.token";
let token = null;
let asking = null;

takeToken();

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
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined || type) headers["Content-Type"] = type ?? "application/json";
  const payload = form ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await reached(path, { method: method ?? (payload === undefined ? "GET" : "POST"), headers, body: payload, signal });
  if (response.ok) return response;
  if (response.status === 401) {
    // Several calls may fail at once; they wait for the same answer.
    asking ??= askToken(Boolean(token)).then(remember).finally(() => (asking = null));
    await asking;
    return send(path, options);
  }
  throw new ApiError(await problemOf(response));
}

async function reached(path, init) {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error.name === "AbortError") throw error;
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

// A login link carries the token behind #, which is never sent to a server or kept in the history.
function takeToken() {
  const given = /^#token=(.+)$/.exec(location.hash);
  if (given) {
    history.replaceState(history.state, "", location.pathname + location.search);
    remember(decodeURIComponent(given[1]));
    return;
  }
  try {
    token = sessionStorage.getItem(TOKEN);
  } catch {
    // Without storage the server says whether it wants one.
  }
}

function remember(value) {
  token = value;
  try {
    sessionStorage.setItem(TOKEN, value);
  } catch {
    // Without storage it is asked for again after a reload.
  }
}
