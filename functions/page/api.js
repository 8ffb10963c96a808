// Calls of the API, and the key they carry. A refused key opens the key sheet, and the call is made again after it.

import { askForKey, key } from "./key.js";

export const STAGE = "/v1";

/** An answer that is an error: the API's own sentence, its code, the HTTP status and the request's id. */
export class ApiError extends Error {
  constructor(status, document, retryAfter) {
    super(document.err_msg || document.message || `The API answered ${status}.`);
    Object.assign(this, { status, code: document.err_code || "", id: document.request_id || "", retryAfter });
  }
}

/** Nothing answered: no network, or no server. */
export class Offline extends Error {
  constructor() {
    super("Earshot cannot be reached. This page tries again by itself.");
  }
}

let reachable = true;

/**
 * Call a route and return its JSON; `text` the text, `response` the whole answer. The key goes along unless the headers
 * say who calls: then no key is asked for, either.
 */
export async function call(path, { method = "GET", query, json, headers = {}, signal, as = "json" } = {}) {
  const search = query ? `?${query instanceof URLSearchParams ? query : new URLSearchParams(query)}` : "";
  for (;;) {
    const used = headers.authorization ? "" : key();
    const sent = { ...headers };
    if (used) sent.authorization = `Token ${used}`;
    if (json !== undefined) sent["content-type"] = "application/json";
    let response;
    try {
      const body = json === undefined ? undefined : JSON.stringify(json);
      response = await fetch(STAGE + path + search, { method, headers: sent, body, signal, cache: "no-store" });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      reached(false);
      throw new Offline();
    }
    reached(true);
    if (response.ok) return as === "json" ? response.json() : as === "text" ? response.text() : response;
    const document = await response.json().catch(() => ({}));
    const error = new ApiError(response.status, document, Number(response.headers.get("retry-after")) || 0);
    if (response.status !== 401 || headers.authorization) throw error;
    await askForKey(used ? error.message : "", used);
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

function reached(now) {
  if (now === reachable) return;
  reachable = now;
  const banner = document.getElementById("banner");
  banner.hidden = now;
  banner.textContent = now ? "" : new Offline().message;
}
