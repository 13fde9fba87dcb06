// Elements from plain values. Text always becomes text nodes: feedback can never become markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An HTML element: `h("p", {class: "hint", onclick}, "text", node)`. */
export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** An SVG element. */
export const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** The element with an id; pages and modules are written together, so a missing one is a mistake. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** Say something to screen readers without moving the focus. */
export function announce(text) {
  byId("announcer").textContent = text;
}

/** Draw anew without losing the focus: it goes to the element with the same `data-key`, else to `fallback()`. */
export function keepingFocus(draw, fallback = () => null) {
  const before = document.activeElement;
  const key = before?.dataset?.key;
  draw();
  if (before === document.body || before?.isConnected) return;
  const same = key && document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  (same || fallback())?.focus({ preventScroll: true });
}

/** Whether motion is welcome. */
export const smooth = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

/** Offer text as a file. */
export function download(name, blob) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
