// Following a job of the server until it has ended.

import { call } from "./api.js";
import { announce, h } from "./dom.js";
import { count } from "./words.js";

const POLL_MS = 600;

/** Whether a job waits or runs. */
export const isOpen = (job) => ["queued", "running"].includes(job.state);

/** Show how far a job is; resolves with the job once it has ended, or with null when the holder shows something else. */
export async function follow(holder, title, unit, job) {
  const bar = h("progress", { "aria-label": title });
  const line = h("p", { class: "hint" });
  const view = h("div", { class: "job" }, h("p", { class: "job-title" }, title), bar, line);
  holder.replaceChildren(view);
  announce(title);
  let now = job;
  let said = 0;
  while (isOpen(now)) {
    if (now.total) {
      [bar.max, bar.value] = [now.total, now.done];
      const quarter = Math.floor((4 * now.done) / now.total);
      if (quarter > said && quarter < 4) announce(`${title}: ${25 * (said = quarter)} %`);
    }
    line.textContent = lineOf(now, unit);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (!view.isConnected) return null;
    now = await call(`/v1/jobs/${job.id}`);
  }
  return view.isConnected ? now : null;
}

function lineOf(job, unit) {
  if (job.state === "queued") return "Waiting its turn …";
  if (!job.total) return "Getting ready …";
  const rate = job.rate ? `, ${job.rate.toFixed(0)} per second` : "";
  return `${count(job.done)} of ${count(job.total)} ${unit}${rate}`;
}
