// Conversations, kept in this browser. The server keeps the questions and how they were understood.

import { call } from "./api.js";

const KEY = "earmark.chats";
const MOST = 30;

/** All conversations, the latest first: `[{id, title, changed, turns: [{question, answer}]}]`. */
export function all() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** A conversation by id, or undefined. */
export const find = (id) => all().find((chat) => chat.id === id);

/** A conversation that is kept once it has a turn. */
export const blank = (id = newId()) => ({ id, title: null, changed: 0, turns: [] });

/** Keep a conversation as the latest one. When the browser's space is used up, the oldest give way. */
export function keep(chat) {
  const others = all().filter((other) => other.id !== chat.id);
  write([{ ...chat, changed: Date.now() }, ...others].slice(0, MOST));
}

/** Give a conversation another title. */
export function rename(id, title) {
  write(all().map((chat) => (chat.id === id ? { ...chat, title } : chat)));
}

/** Forget a conversation, here and on the server, which may not know it any more. */
export function forget(id) {
  call(`/v1/ask/${encodeURIComponent(id)}`, { method: "DELETE" }).catch(() => {});
  write(all().filter((chat) => chat.id !== id));
}

/** What a conversation is called: its title, else its first question. */
export const titleOf = (chat) => chat.title || chat.turns[0]?.question || "New conversation";

function write(chats) {
  for (let left = chats; ; left = left.slice(0, -1)) {
    try {
      localStorage.setItem(KEY, JSON.stringify(left));
      return;
    } catch {
      // Full or blocked. With nothing left to drop, the conversation lives as long as the page.
      if (!left.length) return;
    }
  }
}

// crypto.randomUUID exists only on https and loopback.
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
