// Files on their way: straight to S3 by presigned URLs, three at once, big ones in parts that survive a lost connection and
// a closed tab. The file is never read as a whole: a part is a slice of it.

import { call, Offline } from "./api.js";

export const MAX_BYTES = 2 * 1024 ** 3;
const WHOLE_BYTES = 16 * 1024 ** 2; // up to here one PUT
const AT_ONCE = 3; // files
const PARTS_AT_ONCE = 4; // of one file
const KEPT_MS = 23 * 3600e3; // S3 drops the parts of an unfinished upload after a day
const MEMORY = "earshot-uploads";

/** Every file that was handed over since the page was opened, the newest first. */
export const uploads = [];
const listeners = new Set();

/** Call a function at each change; returns a function that ends it. */
export function onUploads(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Queue a file. `options` are those of /v1/listen. The item's `state` is waits, sending, starting, interrupted, sent,
 * failed or cancelled; once sent, `job` is the request's id. */
export function add(file, options) {
  const item = { file, options, name: file.name, state: "waits", sent: 0, total: file.size, rate: 0, message: "", job: "" };
  uploads.unshift(item);
  if (!file.size) fail(item, "This file is empty: 0 bytes.");
  else if (file.size > MAX_BYTES) fail(item, "This file has more than 2 GiB, which is the most that is accepted.");
  else next();
  return item;
}

/** Stop a file that is on its way. */
export function cancel(item) {
  item.state = "cancelled";
  item.abort?.abort();
  dropMemory(item);
  next();
}

/** Go on with a file that was interrupted, where it stopped. */
export function resume(item) {
  item.state = "waits";
  next();
}

/** Take a file that is done, refused or cancelled off the list. */
export function dismiss(item) {
  const index = uploads.indexOf(item);
  if (index >= 0) uploads.splice(index, 1);
  changed();
}

addEventListener("online", () => uploads.filter((item) => item.state === "interrupted").forEach(resume));
addEventListener("beforeunload", (event) => {
  if (uploads.some((item) => ["waits", "sending", "starting", "interrupted"].includes(item.state))) event.preventDefault();
});

function next() {
  const free = AT_ONCE - uploads.filter((item) => ["sending", "starting"].includes(item.state)).length;
  const waiting = uploads.filter((item) => item.state === "waits").reverse();
  for (const item of waiting.slice(0, Math.max(0, free))) run(item);
  changed();
}

async function run(item) {
  item.state = "sending";
  item.abort = new AbortController();
  item.samples = [[performance.now(), item.sent]];
  try {
    const url = item.url || (item.total > WHOLE_BYTES ? await sendParts(item) : await sendWhole(item));
    item.url = url;
    item.sent = item.total;
    item.state = "starting";
    changed();
    const query = new URLSearchParams(item.options);
    query.append("name", item.name);
    const accepted = await call("/listen", { method: "POST", query, json: { url }, headers: { prefer: "respond-async" }, signal: item.abort.signal });
    item.job = accepted.request_id;
    item.state = "sent";
    dropMemory(item);
  } catch (error) {
    if (item.state === "cancelled") return;
    const lost = error instanceof Offline || error.interrupted;
    if (lost && !(await isReadable(item.file))) fail(item, "The file cannot be read. It may have been moved or changed, or be a folder.");
    else if (lost || error.status === 429 || error.status >= 500) { // a deployment that is busy says when to come again
      item.state = "interrupted";
      item.message = lost ? "The line was lost." : error.message;
      setTimeout(() => { if (item.state === "interrupted" && navigator.onLine) resume(item); }, 1000 * Math.max(8, error.retryAfter || 0));
    } else fail(item, error.message);
  } finally {
    next();
  }
}

/** A file that was moved, or changed since it was chosen, fails as if the connection were lost, however often it is sent. */
function isReadable(file) {
  return file.slice(0, 1).arrayBuffer().then(() => true, () => false);
}

async function sendWhole(item) {
  const { put: to, url } = await call("/uploads", { method: "POST", signal: item.abort.signal });
  await put(item, to, item.file, (sent) => progress(item, sent));
  return url;
}

async function sendParts(item) {
  const known = remembered(item) || {};
  let begun;
  try {
    begun = await ask(item, known);
  } catch (error) {
    if (error.status !== 410 && error.status !== 400) throw error;
    begun = await ask(item, {}); // its parts are gone
  }
  remember(item, begun);
  while (begun.parts.length) {
    await sendMissing(item, begun);
    begun = await ask(item, begun);
  }
  return begun.url;
}

function ask(item, { url, upload }) {
  const json = { size: item.total, ...(upload ? { url, upload } : {}) };
  return call("/uploads", { method: "POST", json, signal: item.abort.signal });
}

async function sendMissing(item, begun) {
  const size = begun.part_bytes, queue = [...begun.parts], inFlight = new Map();
  const slice = (number) => item.file.slice((number - 1) * size, Math.min(number * size, item.total));
  let done = item.total - queue.reduce((sum, part) => sum + slice(part.number).size, 0);
  const show = () => progress(item, done + [...inFlight.values()].reduce((a, b) => a + b, 0));
  item.samples = [[performance.now(), done]]; // bytes that were there before were not sent just now
  show();
  async function worker() {
    for (let part; (part = queue.shift());) {
      const blob = slice(part.number);
      await put(item, part.put, blob, (sent) => { inFlight.set(part.number, sent); show(); });
      inFlight.delete(part.number);
      done += blob.size;
      show();
    }
  }
  try {
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, worker));
  } catch (error) {
    queue.length = 0;
    throw error;
  }
}

/** PUT a blob; XMLHttpRequest, since fetch says nothing of how much has gone. */
function put(item, url, blob, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const lost = () => reject(Object.assign(new Error("The line was lost."), { interrupted: true }));
    request.open("PUT", url);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      if (request.status < 300) resolve();
      else if (request.status === 403 || request.status >= 500) lost(); // the URL ran out, or S3 is busy: ask for a new one
      else reject(new Error(`S3 refused the file with ${request.status}.`));
    };
    request.onerror = request.ontimeout = lost;
    request.onabort = () => reject(new Error("Cancelled."));
    item.abort.signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(blob);
  });
}

function progress(item, sent) {
  const now = performance.now();
  item.sent = sent;
  item.samples.push([now, sent]);
  while (item.samples.length > 2 && now - item.samples[0][0] > 5000) item.samples.shift();
  const [then, before] = item.samples[0];
  if (now - then > 300) item.rate = Math.max(0, ((sent - before) / (now - then)) * 1000);
  changed();
}

function fail(item, message) {
  item.state = "failed";
  item.message = message;
  changed();
}

let frame = 0;
function changed() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    for (const listener of listeners) listener();
  });
}

// The same file, dropped again after the tab was closed, goes on where it stopped.
const fingerprint = ({ file }) => [file.name, file.size, file.lastModified].join("|");

function memory() {
  try {
    const all = JSON.parse(localStorage.getItem(MEMORY) || "{}");
    return Object.fromEntries(Object.entries(all).filter(([, entry]) => Date.now() - entry.at < KEPT_MS));
  } catch {
    return {};
  }
}

function remembered(item) {
  return memory()[fingerprint(item)];
}

function remember(item, { url, upload }) {
  const all = memory(), entry = all[fingerprint(item)];
  store({ ...all, [fingerprint(item)]: { url, upload, at: entry?.upload === upload ? entry.at : Date.now() } });
}

/** Files whose parts went up in part, in a tab that was closed: `name`, and what takes them off the list. */
export function unfinished() {
  const mine = new Set(uploads.map((item) => fingerprint(item)));
  return Object.keys(memory()).filter((print) => !mine.has(print)).map((print) => ({
    name: print.split("|").slice(0, -2).join("|"),
    size: Number(print.split("|").at(-2)),
    discard() {
      const { [print]: _, ...others } = memory();
      store(others);
      changed();
    },
  }));
}

function dropMemory(item) {
  const { [fingerprint(item)]: _, ...others } = memory();
  store(others);
}

function store(all) {
  try {
    localStorage.setItem(MEMORY, JSON.stringify(all));
  } catch { /* storage is full or forbidden: only a closed tab starts anew then */ }
}
