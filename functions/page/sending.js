// The rows of files on their way, at the top of New and of Jobs.

import { fill, h, say } from "./dom.js";
import { bytes, span } from "./format.js";
import { cancel, dismiss, onUploads, resume, unfinished, uploads } from "./uploads.js";

/** Show the rows in an element while it is on the page; returns a function that ends it. */
export function sendingRows(element) {
  const rows = new Map(), states = new Map();
  let left = [], shown = "";
  function draw() {
    for (const [item, row] of rows) if (!uploads.includes(item)) { row.element.remove(); rows.delete(item); }
    uploads.forEach((item) => {
      if (!rows.has(item)) {
        rows.set(item, makeRow(item));
        element.prepend(rows.get(item).element);
      }
      rows.get(item).draw();
      if (states.get(item) !== item.state) announce(item);
      states.set(item, item.state);
    });
    drawUnfinished();
    element.hidden = !uploads.length && !left.length;
  }
  draw();
  return onUploads(draw);

  /** A row for each file of a closed tab that goes on when it is chosen again. */
  function drawUnfinished() {
    const files = unfinished(), now = JSON.stringify(files);
    if (now === shown) return;
    shown = now;
    left.forEach((row) => row.remove());
    left = files.map(({ name, size, discard }) => h("li", { class: "row" },
      h("span", { class: "grow small" }, h("bdi", null, name), ` (${bytes(size)}) was not sent to its end. Drop or choose it again, and it goes on where it stopped.`),
      h("button", { class: "plain small", onclick: discard, "aria-label": `Discard: ${name}` }, "Discard")));
    element.append(...left);
  }
}

function announce(item) {
  if (item.state === "sent") say(`${item.name} has been sent.`);
  if (item.state === "failed") say(`${item.name}: ${item.message}`);
}

function makeRow(item) {
  const name = h("span", { class: "grow name" }), facts = h("span", { class: "num small quiet" });
  const bar = h("progress", { max: item.total || 1, "aria-label": `Sending ${item.name}` });
  const buttons = h("span", { class: "row" }), message = h("p", { class: "small bad" });
  let shown = "";
  const element = h("li", null, h("div", { class: "row" }, name, facts, buttons), bar, message);
  function draw() {
    bar.hidden = ["failed", "cancelled", "sent"].includes(item.state);
    bar.value = item.sent;
    facts.textContent = factsOf(item);
    message.hidden = !["failed", "interrupted"].includes(item.state);
    message.textContent = item.message;
    if (shown === item.state) return;
    shown = item.state;
    fill(name, item.job ? h("a", { href: `#/jobs/${item.job}`, dir: "auto" }, item.name) : h("bdi", { title: item.name }, item.name));
    fill(buttons, buttonsOf(item));
  }
  return { element, draw };
}

function factsOf(item) {
  if (item.state === "waits") return `waits · ${bytes(item.total)}`;
  if (item.state === "starting") return "starting the job";
  if (item.state === "sent") return "sent";
  if (item.state === "cancelled") return "cancelled";
  if (item.state === "interrupted") return `${bytes(item.sent)} of ${bytes(item.total)} are there`;
  if (item.state !== "sending") return "";
  const left = item.rate ? ` · ${span((item.total - item.sent) / item.rate)} left` : "";
  const rate = item.rate ? ` · ${bytes(item.rate)}/s${left}` : "";
  return `${bytes(item.sent)} of ${bytes(item.total)}${rate}`;
}

function buttonsOf(item) {
  const button = (label, act) => h("button", { class: "plain small", onclick: () => act(item), "aria-label": `${label}: ${item.name}` }, label);
  if (item.state === "interrupted") return [button("Go on", resume), button("Cancel", cancel)];
  if (["failed", "cancelled", "sent"].includes(item.state)) return [button("Clear", dismiss)];
  return [button("Cancel", cancel)];
}
