// Keys. A screen adds its own while it is shown; single letters do nothing inside fields.

import { h, sheet } from "./dom.js";

const EVERYWHERE = {
  n: ["New", () => location.assign("#/")],
  "g j": ["Jobs", () => location.assign("#/jobs")],
  "?": ["These keys", () => showShortcuts()],
};
let ofScreen = {};
let before = "";

/** Set the keys of the screen: `{key: [what it does, function]}`; keys as KeyboardEvent names them, "Shift+…". */
export function setShortcuts(keys) {
  ofScreen = keys;
  return () => { ofScreen = {}; };
}

/** Run the function of a key that was pressed, if there is one. */
export function handleShortcut(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, select, textarea, [contenteditable], dialog")) return;
  const pressed = nameOf(event);
  // A focused button or link keeps Space and Enter for itself.
  if ((pressed === " " || pressed === "Enter") && event.target.closest?.("button, a, summary")) return;
  if (pressed.startsWith("Arrow") && event.target.closest?.("[role=tab], [role=slider]")) return;
  const all = { ...EVERYWHERE, ...ofScreen };
  const found = all[`${before} ${pressed}`] || all[pressed];
  before = pressed;
  if (!found) return;
  event.preventDefault();
  found[1](event);
}

/** A key's name: with Caps Lock, and where letters are not Latin, that of the same key without. */
function nameOf({ key, code, shiftKey }) {
  if (key.length > 1) return shiftKey ? `Shift+${key}` : key;
  if (/[^\x00-\x7f]/.test(key) && code.startsWith("Key")) return code.slice(3).toLowerCase();
  return shiftKey ? key : key.toLowerCase();
}

/** Show the keys of this screen. */
export function showShortcuts() {
  const names = { " ": "Space", ArrowLeft: "←", ArrowRight: "→", "Shift+ArrowLeft": "Shift ←", "Shift+ArrowRight": "Shift →" };
  const all = Object.entries({ ...ofScreen, ...EVERYWHERE }).filter(([, [what]]) => what);
  const dialog = sheet("keys-title", "Keys",
    h("dl", { class: "keys" }, all.map(([name, [what]]) => h("div", null, h("dt", null, h("kbd", null, names[name] || name)), h("dd", null, what)))),
    h("div", { class: "row" }, h("button", { class: "main", onclick: () => dialog.close() }, "Close")));
}
