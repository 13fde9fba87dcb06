// Customers who wrote: searched, ordered and filtered; all of it in the address.

import { call } from "./api.js";
import { all, csvButton } from "./csv.js";
import { announce, h } from "./dom.js";
import { problemCard } from "./problem.js";
import { count, customerAddress, day, plain, some, upper, vocabulary } from "./words.js";

const ORDERS = [["strength", "weakest relationship"], ["last", "latest contact"], ["items", "most contacts"], ["worth", "highest value"]];
const WAIT_MS = 250;
const SHOWN = 4; // attributes in a row
const given = () => new URLSearchParams(location.search);

/** Fill `holder` with the list that the address asks for. */
export async function showList(holder) {
  const names = await vocabulary();
  const list = h("div", { class: "people" });
  const total = h("h1", { class: "total", "aria-live": "polite" }, "Customers");
  let turn = 0;

  async function load() {
    const mine = ++turn;
    try {
      const page = await fetchPage();
      if (mine !== turn) return;
      const worth = page.worth ? plain(page.worth) : null;
      total.textContent = given().get("at_risk") ? `${some(page.total, "customer")} at risk` : `${some(page.total, "customer")}, ${count(page.at_risk)} at risk`;
      announce(total.textContent);
      list.replaceChildren(...(page.total ? [table(page, worth)] : [nothing(names)]));
    } catch (error) {
      if (mine === turn) list.replaceChildren(problemCard(error, load));
    }
  }

  holder.replaceChildren(h("div", { class: "browse-head" }, h("div", { class: "section-head" }, total, csvButton("Customers", saved)), h("p", { class: "hint about" }, "Those who wrote, by what they said. The strength of the relationship is 0 for all strain and 100 for all bonds."), controls(names, load)), list);
  await load();
}

/** All customers of the list, with all that is known of them. */
async function saved() {
  const found = await all(fetchPage, "customers");
  const known = [...new Set(found.flatMap((one) => Object.keys(one.attributes)))];
  return [["customer", "strength", "at_risk", "contacts", "last", "value", ...known],
    ...found.map((one) => [one.id, one.strength, one.is_at_risk, one.items, one.last ?? "", one.worth ?? "", ...known.map((name) => one.attributes[name] ?? "")])];
}

function fetchPage(cursor) {
  const query = given();
  query.set("limit", "50");
  if (cursor) query.set("cursor", cursor);
  return call(`/v1/customers?${query}`);
}

function nothing(names) {
  if (!names.items) return h("p", {}, "There is no feedback yet. Import a file to begin.");
  if ([...given().keys()].length) return h("div", {}, h("p", {}, "No customer fits."), h("p", {}, h("a", { href: "/customers" }, "Show all")));
  return h("p", {}, "The feedback names no customers. Import a file with a column of customer ids.");
}

function controls(names, load) {
  let timer;
  const write = (name, value) => {
    const query = given();
    if (value) query.set(name, value);
    else query.delete(name);
    history.replaceState(null, "", query.size ? `/customers?${query}` : "/customers");
    load();
  };
  const search = h("input", { type: "search", placeholder: "Find by id", "aria-label": "Find by id", maxlength: 200, value: given().get("search") ?? "" });
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => write("search", search.value.trim()), WAIT_MS); });
  const order = select("First", ORDERS, given().get("order") ?? "strength", (value) => write("order", value === "strength" ? "" : value));
  const attributes = Object.entries(names.attributes).filter(([, values]) => values.length > 1 && values.length <= 12)
    .filter(([name]) => !["channel", "rating", "source"].includes(name)).slice(0, 3)
    .map(([name, values]) => select(upper(plain(name)), [["", "any"], ...values.map((value) => [value.id, value.name])], given().get(`attr.${name}`) ?? "", (value) => write(`attr.${name}`, value)));
  const risk = h("input", { type: "checkbox", checked: given().has("at_risk") });
  risk.addEventListener("change", () => write("at_risk", risk.checked ? "true" : ""));
  return h("div", { class: "people-controls" }, search, order, attributes, h("label", { class: "check" }, risk, " at risk only"));
}

function select(name, choices, value, change) {
  const made = h("select", { onchange: () => change(made.value) }, choices.map(([id, text]) => h("option", { value: id, selected: id === value }, text)));
  return h("label", { class: "select" }, h("span", {}, name), made);
}

function table(page, worth) {
  const body = h("tbody", {}, page.customers.map((one) => row(one, worth)));
  const more = h("div", { class: "more" });
  const add = (next) => {
    if (!next) return more.replaceChildren();
    const button = h("button", { type: "button", class: "secondary" }, "Show more");
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const following = await fetchPage(next);
        body.append(...following.customers.map((one) => row(one, worth)));
        add(following.next);
      } catch (error) {
        button.disabled = false;
        button.textContent = `${error.message} Try again`;
      }
    });
    return more.replaceChildren(button);
  };
  add(page.next);
  return h("div", {}, h("table", { class: "data people-table" },
    h("thead", {}, h("tr", {}, ["Customer", "Relationship", "Contacts", "Last", ...(worth ? [upper(worth)] : []), "Known"].map((name) => h("th", { scope: "col" }, name)))),
    body), more);
}

function row({ id, attributes, items, last, strength, is_at_risk: isAtRisk, worth: value }, worth) {
  const known = Object.entries(attributes).filter(([name]) => plain(name) !== worth).slice(0, SHOWN).map(([name, of]) => `${plain(name)} ${of}`);
  return h("tr", {},
    h("th", { scope: "row" }, h("a", { href: customerAddress(id) }, id), isAtRisk ? h("span", { class: "risk" }, "at risk") : null),
    h("td", { "data-name": "Relationship" }, meter(strength)),
    h("td", { "data-name": "Contacts" }, count(items)),
    h("td", { "data-name": "Last" }, last ? day(last) : ""),
    worth ? h("td", { "data-name": upper(worth) }, value === null ? "" : count(value)) : null,
    h("td", { class: "hint", "data-name": "Known" }, known.join(", ")));
}

/** A number from 0 to 100 with a bar. */
export function meter(strength) {
  const value = Math.round(strength);
  return h("span", { class: "meter" }, h("span", { class: "meter-value" }, value), h("meter", { min: 0, max: 100, low: 34, high: 66, optimum: 100, value, "aria-label": `${value} of 100` }));
}
