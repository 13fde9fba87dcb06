// What to fix first: the ranked list, and the assumptions on which it rests.

import { call } from "./api.js";
import { announce, h } from "./dom.js";
import { problemCard } from "./problem.js";
import { openReceipt } from "./receipt.js";
import { receiptLink } from "./text.js";
import { count, ofTotal, percent, plain, probability, some, upper } from "./words.js";

const WAIT_MS = 250; // after the last change of an assumption
const whole = (value) => count(Math.round(value));

/** The section over the items of a filter; it counts by itself, and again when an assumption changes. */
export function fixing(filter) {
  const found = h("div", { "aria-busy": "true", class: "fixes" }, h("p", { class: "loading" }, "Weighing the troubles"));
  const removed = part("A fix does away with", "removed", "of the cases of a trouble");
  const causal = part("Due to the trouble is", "causal", "of the difference to those without it");
  const value = h("input", { type: "number", id: "customer-value", min: 0, step: "any", placeholder: "unknown" });
  let timer;
  let turn = 0;

  async function load() {
    const mine = ++turn;
    found.setAttribute("aria-busy", "true");
    const assumptions = {
      removed: removed.input.valueAsNumber / 100, causal: causal.input.valueAsNumber / 100,
      customer_value: Number.isFinite(value.valueAsNumber) && value.valueAsNumber >= 0 ? value.valueAsNumber : null,
    };
    try {
      const answer = await call("/v1/impact", { body: { filter, assumptions } });
      if (mine !== turn) return;
      found.replaceChildren(...list(answer));
      announce(`${some(answer.actions.length, "trouble")} listed`);
    } catch (error) {
      if (mine === turn) found.replaceChildren(problemCard(error, load));
    } finally {
      if (mine === turn) found.setAttribute("aria-busy", "false");
    }
  }

  const later = () => { clearTimeout(timer); timer = setTimeout(load, WAIT_MS); };
  for (const input of [removed.input, causal.input, value]) input.addEventListener("input", later);
  load();
  return h("section", { class: "frame" }, h("h2", {}, "What to fix first"),
    h("p", { class: "hint about" }, "Troubles that go with leaving beyond chance, also at like tone and length of text, by what a fix may win. This is association: set below how much of it you take to be the trouble's own doing."),
    h("fieldset", { class: "assumptions" }, h("legend", {}, "Assumptions"), removed.label, causal.label,
      h("label", {}, h("span", {}, "A customer without a recorded value is worth"), value)),
    found);
}

/** A share from 0 to 100 % to set. */
function part(before, id, after) {
  const output = h("output", { for: id }, "100 %");
  const input = h("input", { type: "range", id, min: 0, max: 100, step: 5, value: 100, "aria-valuetext": "100 %" });
  input.addEventListener("input", () => {
    output.textContent = `${input.value} %`;
    input.setAttribute("aria-valuetext", output.textContent);
  });
  return { input, label: h("label", {}, h("span", {}, before, " ", output, " ", after), input) };
}

function list({ actions, outcome, tested, worth }) {
  const share = outcome.of ? outcome.n / outcome.of : 0;
  const now = h("p", {}, receiptLink(ofTotal(outcome), outcome, openReceipt), ` items (${percent(share)}) come from customers who have left, say they are leaving or might leave.`);
  if (!actions.length) return [now, h("p", {}, `Of ${some(tested, "trouble")} none goes with it beyond chance at like tone and length.`)];
  const unit = worth ? plain(worth) : "value";
  const valued = actions.some((one) => one.benefit);
  return [now, h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "What to fix first" }, h("table", { class: "data fixes-table" },
    h("thead", {}, h("tr", {}, ["Trouble", "Leaving with it", "Without it", "Fewer items", "Customers", ...(valued ? [`At stake (${unit})`, "May be kept"] : [])]
      .map((name, place) => h("th", { scope: "col", class: place ? "number" : null }, name)))),
    h("tbody", {}, actions.map((one) => row(one, valued))))),
  h("p", { class: "hint" }, `${some(tested, "trouble")} weighed. Ranges are 95 % intervals of the rates. Gains of several troubles do not add up.`)];
}

function row({ name, hit, rest, avoidable, customers, at_stake: stake, benefit }, valued) {
  const cell = (...content) => h("td", { class: "number" }, content);
  return h("tr", {}, h("th", { scope: "row" }, upper(name), h("span", { class: "hint" }, ` q ${probability(hit.q)}`)),
    cell(percent(hit.n / hit.of), " ", receiptLink(ofTotal(hit), hit, openReceipt)),
    cell(percent(rest.of ? rest.n / rest.of : 0)),
    cell(h("strong", {}, whole(avoidable.value)), range(avoidable)),
    cell(receiptLink(count(customers.value), customers, openReceipt)),
    valued ? [cell(stake === null ? "" : whole(stake)), cell(benefit ? [h("strong", {}, whole(benefit.value)), range(benefit)] : "")] : []);
}

const range = ({ low, high }) => h("span", { class: "hint" }, ` ${whole(low)} to ${whole(high)}`);
