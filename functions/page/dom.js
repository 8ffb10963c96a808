// Elements without HTML text: text of a recording, a file's name or an answer is always a text node.

import { day, when } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  up: "M12 15V4m0 0L8 8m4-4 4 4M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3",
};

/** Make an element. Props: `class`, `data` (dataset), `on…` listeners, properties such as `value`, else attributes. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (["value", "checked", "multiple"].includes(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Make one of ICONS, decoration only. */
export function icon(name, size) {
  const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true" }))
    svg.setAttribute(key, value);
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * Replace an element's children; an element with text alone changes only if the text differs, so that it does not flicker.
 * The focus stays with the same child: a user who goes through a list by keys goes on from there.
 */
export function fill(element, ...children) {
  const focused = element.contains(document.activeElement) && document.activeElement;
  const fresh = children.flat(9).filter((child) => child !== null && child !== undefined && child !== false);
  if (fresh.length === 1 && typeof fresh[0] === "string") {
    if (element.textContent !== fresh[0]) element.textContent = fresh[0];
  } else element.replaceChildren(...fresh);
  if (focused && document.activeElement !== focused) refocus(element, focused);
}

/** Focus the successor of an element that had the focus and is gone: the same link or button, else the first. */
export function refocus(element, focused) {
  if (focused.isConnected) return focused.focus({ preventScroll: true }); // it was moved
  const there = [...element.querySelectorAll("a[href], button, input")];
  const same = (each) => each.tagName === focused.tagName && each.getAttribute("href") === focused.getAttribute("href") && nameOf(each) === nameOf(focused);
  (there.find(same) || there[0])?.focus({ preventScroll: true });
}

const nameOf = (element) => element.getAttribute("aria-label") || element.textContent;

/** A moment such as "12 min ago", which app.js updates while it is shown; its title is the whole date. */
export function moment(iso) {
  return h("time", { datetime: iso, title: day(iso) }, when(iso));
}

/** Open a dialogue that a heading names; it is gone once it is closed. */
export function sheet(id, title, ...children) {
  const dialog = h("dialog", { class: "sheet", "aria-labelledby": id }, h("h2", { id }, title), children);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Announce a text to screen readers, without moving anything on the screen. */
export function say(message) {
  document.getElementById("said").textContent = message;
}

/**
 * Show the error of a button that has no place of its own for messages. It stays until
 * it is closed, the same is tried again or another screen is shown; "" takes it away.
 */
export function warn(message) {
  const element = document.getElementById("problem");
  element.hidden = !message;
  element.firstChild.textContent = message;
}

/** Copy a text, and say so on the button that was pressed. */
export async function copy(text, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed here";
  }
  say(button.textContent);
  setTimeout(() => { button.textContent = before; }, 1600);
}

/** Let the browser save a text or a blob under a name. */
export function save(name, content, type = "text/plain") {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}
