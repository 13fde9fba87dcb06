// The chat page: asks, streams what is going on, keeps the conversation.

import { answerView } from "./answer.js";
import { call, stream } from "./api.js";
import * as chats from "./chats.js";
import { announce, byId, h, smooth } from "./dom.js";
import { renderHistory } from "./history.js";
import { close as closePanel } from "./panel.js";
import { startPage } from "./page.js";
import { problemCard } from "./problem.js";
import { chips } from "./understood.js";
import { vocabulary } from "./words.js";
import { renderWaiting, renderWelcome } from "./welcome.js";

const field = byId("question");
const thread = byId("thread");
let chat = chats.blank();
let running = null;
let recalled = 0;

/** Ask a question as the next turn of the conversation. */
async function ask(question) {
  if (running || !question.trim()) return;
  byId("welcome").hidden = true;
  const turn = { question: question.trim(), answer: null };
  chat.turns.push(turn);
  const holder = addTurn(turn);
  holder.row.scrollIntoView({ block: "start", behavior: smooth() });
  await answerTurn(turn, holder);
}

/** Answer a turn: as a plan says where there is one, and not kept by the server again when it is resumed. */
async function answerTurn(turn, holder, { plan = null, remember = true } = {}) {
  running = new AbortController();
  document.body.classList.add("is-asking");
  byId("send").setAttribute("aria-label", "Stop");
  const stages = stagesView();
  holder.reply.replaceChildren(stages.element);
  try {
    turn.answer = await streamed({ question: turn.question, plan, remember, conversation: chat.id }, stages);
    chats.keep(chat);
    setUrl();
    showAnswer(turn, holder);
    announce(turn.answer.claims[0]?.text.replaceAll("**", "") ?? "The answer is there.");
  } catch (error) {
    const stopped = error.name === "AbortError";
    const retry = () => running || answerTurn(turn, holder);
    holder.reply.replaceChildren(problemCard(stopped ? { problem: { title: "Stopped" } } : error, retry));
  } finally {
    running = null;
    document.body.classList.remove("is-asking");
    byId("send").setAttribute("aria-label", "Ask");
    drawHistory();
  }
}

async function streamed(asked, stages) {
  for await (const { event, data } of stream("/v1/ask", asked, running.signal)) {
    if (event === "plan") stages.plan(data.understood);
    if (event === "progress") stages.step(data.what);
    if (event === "claim") stages.claim(data.claim.text);
    if (event === "done") return data;
  }
  throw new Error("the stream ended without an answer");
}

/** What is going on, as it happens; each step is read out. */
function stagesView() {
  const list = h("ul", { class: "stages" });
  const draft = h("div", { class: "draft", "aria-hidden": "true" });
  const top = h("div");
  const element = h("div", { class: "working" }, top, list, draft);
  const step = (what) => {
    list.append(h("li", {}, what));
    announce(what);
  };
  step("Reading the question");
  return {
    element,
    step,
    plan: (understood) => top.replaceChildren(chips(understood) ?? ""),
    claim: (text) => text && draft.childElementCount < 3 && draft.append(h("p", {}, text.replaceAll("**", ""))),
  };
}

function addTurn(turn) {
  const reply = h("div", { class: "reply" });
  const row = h("li", { class: "turn-row" }, h("h2", { class: "asked" }, turn.question), reply);
  thread.append(row);
  return { row, reply };
}

function showAnswer(turn, holder) {
  const before = turn.before;
  const change = (plan) => {
    if (running) return;
    turn.before = before ?? turn.answer;
    answerTurn(turn, holder, { plan });
  };
  holder.reply.replaceChildren(...answerView(turn.question, turn.answer, { ask, change }));
  if (before) holder.reply.prepend(h("p", { class: "hint" }, "Asked again as you changed it. ", h("button", { type: "button", class: "quiet small", onclick: () => restore(turn, holder) }, "As first understood")));
}

/** Back to the answer that the words of the question gave. */
function restore(turn, holder) {
  if (running) return;
  const { plan } = turn.before;
  delete turn.before;
  answerTurn(turn, holder, { plan });
}

/** Show another conversation, or a new one. */
function open(id) {
  running?.abort();
  closePanel();
  chat = (id && chats.find(id)) || chats.blank(id || undefined);
  recalled = 0;
  if (id && !chat.turns.length) resume(id);
  thread.replaceChildren();
  for (const turn of chat.turns) {
    const holder = addTurn(turn);
    if (turn.answer) showAnswer(turn, holder);
    else holder.reply.append(problemCard({ problem: { title: "Not answered" } }, () => running || answerTurn(turn, holder)));
  }
  byId("welcome").hidden = chat.turns.length > 0;
  document.body.classList.toggle("is-empty", !chat.turns.length);
  if (!chat.turns.length) greet();
  drawHistory();
  thread.lastElementChild?.scrollIntoView({ block: "start" });
}

/** A conversation that another browser began: its questions, answered over the feedback of now. */
async function resume(id) {
  const found = await call(`/v1/ask/${encodeURIComponent(id)}`).catch(() => null);
  if (!found || chat.id !== id || chat.turns.length) return;
  byId("welcome").hidden = true;
  document.body.classList.remove("is-empty");
  for (const { question, plan } of found.turns) {
    const turn = { question, answer: null };
    chat.turns.push(turn);
    await answerTurn(turn, addTurn(turn), { plan, remember: false });
    if (chat.id !== id || !turn.answer) return;
  }
}

async function greet() {
  const welcome = byId("welcome");
  if (!welcome.childElementCount) renderWaiting(welcome);
  try {
    renderWelcome(welcome, { ...(await call("/v1/suggestions")), ask, onImported: imported });
  } catch (error) {
    welcome.replaceChildren(problemCard(error, greet));
  }
}

function imported() {
  vocabulary({ fresh: true }).catch(() => {});
  if (!chat.turns.length) greet();
}

const drawHistory = () => renderHistory({ current: chat.id, open: go, changed: (id) => (id === chat.id ? go(null) : drawHistory()) });

function go(id) {
  open(id);
  setUrl();
  document.body.classList.remove("shows-history");
  field.focus();
}

function setUrl() {
  const wanted = chat.turns.length ? `/?c=${encodeURIComponent(chat.id)}` : "/";
  if (location.pathname + location.search !== wanted) history.pushState(null, "", wanted);
  document.body.classList.toggle("is-empty", !chat.turns.length);
  document.title = chat.turns.length ? `${chats.titleOf(chat)} · Earmark` : "Ask · Earmark";
}

function submit() {
  if (running) return running.abort();
  const question = field.value;
  field.value = "";
  recalled = 0;
  fit();
  document.body.classList.remove("is-empty");
  return ask(question);
}

/** The field grows with its text. */
function fit() {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 200)}px`;
}

function recall(event) {
  const asked = chat.turns.map((turn) => turn.question).reverse();
  const isRecalling = recalled > 0 && field.value === asked[recalled - 1];
  if (!asked.length || (field.value && !isRecalling)) return;
  const next = recalled + (event.key === "ArrowUp" ? 1 : -1);
  if (next > asked.length || next < 0) return;
  event.preventDefault();
  recalled = next;
  field.value = next ? asked[next - 1] : "";
  fit();
}

function start() {
  startPage({ onImported: imported });
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener("input", fit);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (!running) submit();
    }
    if (event.key === "ArrowUp" || event.key === "ArrowDown") recall(event);
  });
  byId("history-toggle").addEventListener("click", () => {
    const shown = document.body.classList.toggle("shows-history");
    byId("history-toggle").setAttribute("aria-expanded", String(shown));
  });
  byId("history-new").addEventListener("click", () => go(null));
  addEventListener("popstate", () => open(new URLSearchParams(location.search).get("c")));
  const asked = new URLSearchParams(location.search).get("q"); // a link that asks
  if (asked) history.replaceState(null, "", "/");
  open(new URLSearchParams(location.search).get("c"));
  field.focus();
  if (asked) {
    field.value = asked;
    submit();
  }
}

start();
