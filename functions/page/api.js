// Calls of the API, and the key they carry. A refused key opens the key sheet, and the call is made again after it.

import { askForKey, key } from "./key.js";

export const STAGE = "/v1";

/** An answer that is an error: the API's message, its code, the HTTP status and the request's id. */
export class ApiError extends Error {
  constructor(status, document, retryAfter) {
    super(document.err_msg || document.message || `The API answered ${status}.`);
    Object.assign(this, { status, code: document.err_code || "", id: document.request_id || "", retryAfter });
  }
}

/** Nothing answered: no network, or no server. */
export class Offline extends Error {
  constructor() {
    super("Earshot cannot be reached.");
  }
}

/** How long the calls of a poll wait: an answer that never comes, as to a tab that was suspended, must not end the poll. */
export const POLL_TIMEOUT_MS = 60000;

let reachable = true;

/**
 * Call a route and return its JSON; `text` the text, `response` the whole answer. The key goes along unless the headers
 * say who calls: then no key is asked for, either. After `timeout` milliseconds without the whole answer it is as if
 * there were no network; the time that the key sheet is open does not count.
 */
export async function call(path, { method = "GET", query, json, headers = {}, signal, timeout, as = "json" } = {}) {
  const search = query ? `?${query instanceof URLSearchParams ? query : new URLSearchParams(query)}` : "";
  for (;;) {
    const used = headers.authorization ? "" : key();
    const sent = { ...headers };
    if (used) sent.authorization = `Token ${used}`;
    if (json !== undefined) sent["content-type"] = "application/json";
    const body = json === undefined ? undefined : JSON.stringify(json), until = timeout ? AbortSignal.timeout(timeout) : signal;
    const response = await fetch(STAGE + path + search, { method, headers: sent, body, signal: until, cache: "no-store" }).catch(lost);
    reached(true);
    if (response.ok) return as === "response" ? response : response[as]().catch(lost);
    const document = await response.json().catch(() => ({}));
    const error = new ApiError(response.status, document, Number(response.headers.get("retry-after")) || 0);
    if (response.status !== 401 || headers.authorization) throw error;
    await askForKey(used);
  }
}

/**
 * Run `look` now and again: after the seconds that it returns, never while the page is hidden, later after errors.
 * `failed` gets the message of an error, and "" once it is over; the banner alone says that nothing can be reached.
 */
export function poll(look, failed = () => {}) {
  let timer, stopped = false, failures = 0, looking = false, again = false;
  async function round() {
    clearTimeout(timer);
    if (stopped || document.hidden) return;
    if (looking) { // one look at a time: an answer that is late must not be drawn over a newer one
      again = true;
      return;
    }
    looking = true;
    again = false;
    let pause = 30;
    try {
      pause = await look();
      if (failures) failed("");
      failures = 0;
    } catch (error) {
      failures += 1;
      failed(error instanceof Offline ? "" : error.message);
      if (error instanceof Offline) document.getElementById("banner").textContent = `${error.message} This page tries again by itself.`;
      pause = Math.max(error.retryAfter || 0, Math.min(30, 2 ** failures));
    }
    looking = false;
    if (!stopped && (again || pause)) timer = setTimeout(round, again ? 0 : pause * 1000);
  }
  const woken = () => { if (!document.hidden) round(); };
  document.addEventListener("visibilitychange", woken);
  addEventListener("online", woken);
  round();
  return {
    now: round,
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", woken);
      removeEventListener("online", woken);
    },
  };
}

/** Throw the error of a call whose answer did not come or broke off; `error` is the browser's. */
function lost(error) {
  if (["AbortError", "SyntaxError"].includes(error.name)) throw error; // the call was aborted; the answer is no JSON
  reached(false);
  throw new Offline();
}

function reached(now) {
  if (now === reachable) return;
  reachable = now;
  const banner = document.getElementById("banner");
  banner.hidden = now;
  banner.textContent = now ? "" : new Offline().message;
}
