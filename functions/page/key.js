// The API key: in memory and this tab's storage, on the device only when asked. Never in an address or a cookie.

import { h, sheet } from "./dom.js";

const NAME = "earshot-key";
// The API's message for a missing key is for programs: it names a header.
const REFUSED = "This key is not accepted. Was it copied whole? It may also have ended, or been revoked.";
let current = stored();
let asking = null;

/** The key, or "". */
export function key() {
  return current;
}

/** Whether the key is kept on this device. */
export function isKept() {
  return Boolean(read(localStorage));
}

/** Use a key from now on; "" forgets it everywhere. */
export function setKey(value, keep) {
  current = value;
  write(sessionStorage, value);
  write(localStorage, keep ? value : "");
  dispatchEvent(new Event("earshot-key"));
}

/**
 * Open the key sheet over the page, and resolve once there is another key. What was typed, dropped or is being sent
 * stays: the sheet is a dialogue over it. Calls that are refused meanwhile wait for the same sheet. `refused` is the key
 * that was sent, or "".
 */
export function askForKey(refused) {
  if (current !== refused) return Promise.resolve(); // another call has asked already
  asking ||= new Promise((resolve) => {
    const dialog = sheet("key-title", "This deployment needs a key", keyForm(refused ? REFUSED : "", () => dialog.close()));
    dialog.addEventListener("cancel", (event) => { if (!current || current === refused) event.preventDefault(); });
    dialog.addEventListener("close", () => {
      asking = null;
      resolve();
    });
    dialog.querySelector("input").focus();
  });
  return asking;
}

/** The form of the sheet and of the screen Key. */
export function keyForm(reason, done) {
  const field = h("input", { type: "password", name: "key", autocomplete: "off", spellcheck: "false", required: true,
    "aria-describedby": "key-reason" });
  const keep = h("input", { type: "checkbox", checked: isKept() });
  const submit = (event) => {
    event.preventDefault();
    const value = field.value.trim().replace(/^(token|bearer)\s+/i, "");
    if (!value) return field.focus();
    setKey(value, keep.checked);
    done();
  };
  return h("form", { class: "stack", onsubmit: submit },
    h("p", { id: "key-reason", class: reason ? "bad" : "quiet" }, reason || "It is sent with every request to this deployment, and to nobody else."),
    h("label", null, h("span", null, "API key"), field),
    h("label", { class: "check" }, keep, "Keep on this device"),
    h("p", { class: "small quiet" }, "Without that, the key is forgotten with this tab. Whoever runs the deployment makes one with ",
      h("code", null, "earshot key create NAME"), ", which shows it once."),
    h("div", { class: "row" }, h("button", { class: "main" }, "Use this key")));
}

/** The screen Key. */
export function keyScreen(main) {
  const removeKey = () => { setKey("", false); keyScreen(main); };
  const back = () => (history.length > 1 ? history.back() : location.assign("#/"));
  main.replaceChildren(h("div", { class: "wrap narrow" },
    h("h1", null, "Key"),
    h("section", { class: "card stack" }, keyForm("", back)),
    current && h("section", { class: "card row" },
      h("p", { class: "grow" }, "In use: a key that ends in ", h("code", null, current.slice(-4)),
        isKept() ? ", kept on this device." : ", until this tab is closed."),
      h("button", { onclick: removeKey }, "Forget it"))));
}

function stored() {
  return read(sessionStorage) || read(localStorage);
}

function read(storage) {
  try {
    return storage.getItem(NAME) || "";
  } catch {
    return ""; // storage is forbidden: the key lives as long as the page
  }
}

function write(storage, value) {
  try {
    if (value) storage.setItem(NAME, value);
    else storage.removeItem(NAME);
  } catch { /* as above */ }
}
