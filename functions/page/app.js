// The frame: which screen an address shows, the header, keys that work everywhere, files dropped anywhere.

import { call } from "./api.js";
import { fill, say, warn } from "./dom.js";
import { when } from "./format.js";
import { jobScreen } from "./job.js";
import { jobsScreen } from "./jobs.js";
import { key, keyScreen } from "./key.js";
import { handleShortcut, showShortcuts } from "./keyboard.js";
import { takeDropped } from "./folders.js";
import { newScreen, takeAddress, takeFiles } from "./new.js";
import { sharedScreen } from "./shared.js";

const main = document.getElementById("main");
let leave = null;

/** Show the screen of the address: #/, #/jobs, #/jobs/ID or #/key, each with a query of its own; #/shared/ID/SECRET. */
function show() {
  const [path, search] = (location.hash.slice(1) || "/").split("?");
  const parts = path.split("/").filter(Boolean).map(decoded);
  const query = new URLSearchParams(search);
  const field = main.contains(document.activeElement) && document.activeElement.name; // of a filter, which shows its screen anew
  leave?.();
  leave = null;
  // Sheets of the screen that is left: on a phone "back" is how one gets out of them. The key sheet belongs to no screen.
  for (const sheet of document.querySelectorAll("dialog:not([aria-labelledby=key-title])")) sheet.close();
  warn("");
  document.body.classList.toggle("shared", parts[0] === "shared"); // a reader with a link needs no other screen
  scrollTo(0, 0);
  document.title = "Earshot";
  for (const link of document.querySelectorAll(".top nav a")) {
    const here = link.hash === "#/jobs" ? parts[0] === "jobs" : link.hash === "#/" && !parts.length;
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (parts[0] === "shared" && parts[1]) leave = sharedScreen(main, parts[1], parts[2]);
  else if (parts[0] === "jobs" && parts[1]) leave = jobScreen(main, parts[1], query);
  else if (parts[0] === "jobs") leave = jobsScreen(main, query);
  else if (parts[0] === "key") leave = keyScreen(main);
  else leave = newScreen(main, query);
  if (field && parts.length === 1) main.querySelector(`[name=${field}]`)?.focus();
  const heading = main.querySelector("h1")?.textContent;
  if (heading) say(heading);
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by hand, such as "100%": the screen says that there is no such job
  }
}

function showKeyButton() {
  const button = document.getElementById("key");
  button.hidden = !key();
  button.textContent = `Key …${key().slice(-4)}`;
}

function hasFiles(event) {
  return [...(event.dataTransfer?.types || [])].includes("Files");
}

const isShared = () => document.body.classList.contains("shared");

/** Whether this handler leaves a drop or paste alone: text goes into a field, and a reader with a link sends nothing. */
const isElsewhere = (event) => isShared() || (!hasFiles(event) && event.target.closest?.("input, select, textarea, [contenteditable], dialog"));

addEventListener("hashchange", show);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // no screen has the address #main, which would stay when the page is loaded again
  main.focus();
});
setInterval(() => { for (const time of document.querySelectorAll("time[datetime]")) fill(time, when(time.dateTime)); }, 30000); // "just now" becomes "1 min ago"
document.querySelector("#problem button").addEventListener("click", () => {
  warn("");
  main.focus({ preventScroll: true }); // the focus is not lost with the button
});
addEventListener("earshot-key", showKeyButton);
addEventListener("earshot-shortcuts", showShortcuts);
addEventListener("keydown", handleShortcut);
addEventListener("dragover", (event) => {
  if (isElsewhere(event)) return;
  event.preventDefault();
  document.body.classList.toggle("over", hasFiles(event));
});
addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("over"); });
addEventListener("drop", (event) => {
  document.body.classList.remove("over");
  if (isElsewhere(event)) return;
  event.preventDefault(); // the browser would open a dropped link in the place of this page
  if (!hasFiles(event)) return takeAddress(event.dataTransfer.getData("text"));
  takeDropped(event.dataTransfer).then((files) => files.length ? takeFiles(files) : warn("There are no recordings in what was dropped."));
});
addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files || [])];
  if (files.length && !isShared()) takeFiles(files);
  else if (!isElsewhere(event)) takeAddress(event.clipboardData.getData("text"));
});

showKeyButton();
show();
// Whether a key is needed shows at once, not when a file has been chosen.
if (!isShared()) call("/requests", { query: { limit: 1 } }).catch(() => {});
