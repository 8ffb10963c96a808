// The screen Jobs, and the latest five on New: a table that follows what runs, filtered by the server.

import { FORMATS } from "./about.js";
import { call, poll, POLL_TIMEOUT_MS } from "./api.js";
import { fill, h, moment, refocus, save, say } from "./dom.js";
import { clock, language, position, plain, share, span, stateWord, stemOf, title } from "./format.js";
import { sendingRows } from "./sending.js";
import { dismiss, onUploads, uploads } from "./uploads.js";
import { zip } from "./zip.js";

const PAGE = 50;
const WAITING = "Fetching the list …";
const UNLISTED = "Without a key nothing is listed. The address of what you send is the only way back to it: keep it.";
const STATES = [["", "all"], ["processing", "running"], ["queued", "queued"], ["completed", "done"], ["failed", "failed"], ["cancelled", "cancelled"]];
const SIGN = { completed: "ok", failed: "bad", cancelled: "wait", queued: "wait", processing: "run" };

/** Show the five latest jobs in an element while it is on the page, or `first()` where there is none; returns a function that ends it. */
export function latestJobs(element, first) {
  let known = "";
  const look = poll(async () => {
    const { requests, anonymous } = await call("/requests", { query: { limit: 5 }, timeout: POLL_TIMEOUT_MS });
    clearSent(requests);
    if (known !== (known = JSON.stringify(requests))) {
      const heading = h("div", { class: "row" }, h("h2", { class: "grow" }, "Latest"), h("a", { class: "small", href: "#/jobs" }, "All jobs"));
      const none = () => [h("p", { class: "quiet" }, anonymous ? UNLISTED : "Nothing yet. What you send appears here."), first()];
      fill(element, heading, requests.length ? table(requests.map((job) => row(job))) : none());
    }
    return requests.some(isRunning) ? 2 : 30;
  }, (message) => { if (!known) fill(element, h("p", { class: message ? "bad" : "quiet", role: "alert" }, message || WAITING)); });
  fill(element, h("p", { class: "quiet" }, WAITING));
  const end = onUploads(soon(look));
  return () => { end(); look.stop(); };
}

/** Draw the screen; returns a function that ends it. */
export function jobsScreen(main, query) {
  const state = h("select", { name: "state", onchange: filter }, STATES.map(([value, label]) => h("option", { value }, label)));
  const name = h("input", { type: "search", name: "name", value: query.get("name") || "", onchange: filter, placeholder: "part of a name" });
  state.value = query.get("state") || "";
  const rows = h("ul", { class: "sending card", "aria-label": "Files on their way" });
  const body = h("div", null, h("p", { class: "quiet" }, WAITING)), failed = h("p", { class: "bad", role: "alert", hidden: true });
  const more = h("button", { hidden: true, onclick: showMore }, "More");
  const remove = h("button", { onclick: removeChosen }, "Delete"), download = h("button", { onclick: downloadChosen }, "Download as zip");
  const tools = h("div", { class: "row tools", hidden: true }, h("span", { class: "grow small", role: "status" }), download, remove);
  const jobs = new Map(), chosen = new Set(), cells = new Map();
  const list = h("tbody"), all = h("input", { type: "checkbox", "aria-label": "Choose all that are shown", onchange: chooseAll });
  let next = "", drawn = false, anonymous = false;
  main.replaceChildren(h("div", { class: "wrap" },
    h("div", { class: "row end filters" }, h("h1", { class: "grow" }, "Jobs"),
      h("label", null, h("span", null, "State"), state), h("label", null, h("span", null, "Name"), name)),
    rows, failed, tools, h("section", { class: "card" }, body), h("div", { class: "row" }, more)));
  const look = poll(async () => {
    const page = await fetchPage({ timeout: POLL_TIMEOUT_MS });
    clearSent(page.requests);
    if (!drawn) next = page.next || "";
    drawn = true;
    anonymous = page.anonymous;
    const fresh = page.requests.filter((job) => !jobs.has(job.request_id));
    removeMissing(page);
    page.requests.forEach((job) => jobs.set(job.request_id, job));
    list.prepend(...fresh.map(makeRow));
    draw();
    return [...jobs.values()].some(isRunning) ? 2 : 30;
  }, (message) => { failed.textContent = message; failed.hidden = !message; });
  const ends = [sendingRows(rows), onUploads(soon(look)), look.stop];
  return () => ends.forEach((end) => end());

  function fetchPage({ token, timeout }) {
    const search = new URLSearchParams({ limit: PAGE });
    if (state.value) search.set("state", state.value);
    if (name.value.trim()) search.set("name", name.value.trim());
    if (token) search.set("next", token);
    return call("/requests", { query: search, timeout });
  }

  /**
   * Remove rows that the first page would have and lacks: they were deleted elsewhere, or changed their state. An empty
   * page with a next one says nothing of older jobs: the API reads a fixed number of jobs for each page.
   */
  function removeMissing({ requests, next: older }) {
    const there = new Set(requests.map((job) => job.request_id)), oldest = requests.at(-1)?.created;
    for (const [id, job] of jobs) if (!there.has(id) && (!older || (oldest && job.created > oldest))) removeRow(id);
  }

  function removeRow(id) {
    const { made } = cells.get(id), next = made.contains(document.activeElement) && (made.nextElementSibling || made.previousElementSibling);
    made.remove();
    if (next) next.querySelector("a").focus({ preventScroll: true });
    cells.delete(id);
    jobs.delete(id);
    chosen.delete(id);
  }

  async function showMore() {
    let page;
    try {
      page = await fetchPage({ token: next });
    } catch (error) {
      return show(error.message);
    }
    next = page.next || "";
    const fresh = page.requests.filter((job) => !jobs.has(job.request_id));
    page.requests.forEach((job) => jobs.set(job.request_id, job));
    list.append(...fresh.map(makeRow));
    draw();
  }

  /** Make the row of a job, and note it so that later states are drawn into it. */
  function makeRow(job) {
    const check = h("input", { type: "checkbox", "aria-label": `Choose ${title(job)}`, onchange: (event) => choose(job, event.target.checked) });
    const made = row(job, check);
    cells.set(job.request_id, { made, check, shown: JSON.stringify(job) });
    return made;
  }

  function draw() {
    for (const [id, job] of jobs) {
      const cell = cells.get(id), now = JSON.stringify(job);
      if (cell.shown === now) continue;
      const focused = cell.made.contains(document.activeElement) && document.activeElement, fresh = row(job, cell.check);
      cell.made.replaceWith(fresh);
      if (focused) refocus(fresh, focused);
      Object.assign(cell, { made: fresh, shown: now });
    }
    more.hidden = !next;
    tools.hidden = !chosen.size;
    tools.firstChild.textContent = `${chosen.size} chosen`;
    if (anonymous) fill(body, h("p", { class: "quiet" }, UNLISTED));
    else if (!jobs.size) fill(body, h("p", { class: "quiet" }, state.value || name.value ? "No job is like that." : "Nothing yet. ", !(state.value || name.value) && h("a", { href: "#/" }, "Transcribe something")));
    else if (!body.contains(list)) fill(body, table(list, all));
    all.checked = chosen.size > 0 && chosen.size === jobs.size;
    all.indeterminate = chosen.size > 0 && !all.checked;
  }

  function choose(job, on) {
    chosen[on ? "add" : "delete"](job.request_id);
    draw();
  }

  function chooseAll() {
    const on = all.checked;
    for (const [id, { check }] of cells) {
      check.checked = on;
      chosen[on ? "add" : "delete"](id);
    }
    draw();
  }

  function filter() {
    const search = new URLSearchParams();
    if (state.value) search.set("state", state.value);
    if (name.value.trim()) search.set("name", name.value.trim());
    location.assign(`#/jobs${[...search].length ? `?${search}` : ""}`);
  }

  async function removeChosen() {
    if (!confirm(`Delete ${chosen.size === 1 ? "this job" : `these ${chosen.size} jobs`} with all transcripts? Those that run are cancelled first.`)) return;
    await onEach(async (id) => {
      await call(`/requests/${id}?action=delete`, { method: "DELETE" }).catch((error) => { if (error.status !== 404) throw error; }); // gone already
      if (cells.has(id)) removeRow(id);
    });
    look.now();
  }

  async function downloadChosen() {
    const files = [];
    await onEach(async (id) => {
      const job = jobs.get(id);
      if (job.state !== "completed") return;
      const stem = stemOf(job).replace(/[/\\:*?"<>|]/g, "_");
      for (const format of Object.keys(FORMATS))
        files.push([`${stem} ${id.slice(0, 8)}.${format}`, await call(`/requests/${id}/result`, { query: { format }, as: "text" })]);
    });
    if (files.length) save("transcripts.zip", zip(files));
    else show("None of these is done: there is nothing to download.");
  }

  /** Run an action on each chosen job; a job whose action fails stays chosen, and its message is shown. */
  async function onEach(act) {
    failed.hidden = true;
    for (const id of [...chosen]) {
      try {
        await act(id);
        chosen.delete(id);
        const check = cells.get(id)?.check;
        if (check) check.checked = false;
      } catch (error) {
        show(error.message);
      }
      draw(); // with the number that is left
    }
    if (tools.hidden) main.focus({ preventScroll: true }); // the focus is not lost with the buttons
  }

  function show(message) {
    failed.textContent = message;
    failed.hidden = false;
    say(message);
  }
}

/** Return a function that reads the list again soon after a job was sent: once, however often it is called. */
function soon(look) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(look.now, 400);
  };
}

/** Take files off the list of those on their way whose jobs are in the table. */
function clearSent(jobs) {
  const ids = new Set(jobs.map((job) => job.request_id));
  uploads.filter((item) => ids.has(item.job)).forEach(dismiss);
}

function isRunning(job) {
  return job.state === "queued" || job.state === "processing";
}

/** Make the table of rows, or of a tbody; `all` is what chooses each of them, where they can be chosen. */
function table(rows, all) {
  const head = [["Recording", ""], ["State", ""], ["Length", "num slim"], ["Language", "hide after"], ["Took", "num hide"], ["When", "num"]];
  return h("table", null,
    h("thead", null, h("tr", null, all && h("th", { class: "pick" }, all), head.map(([label, kind]) => h("th", { class: kind }, label)))),
    rows instanceof Element ? rows : h("tbody", null, rows));
}

function row(job, check) {
  const took = job.timings?.ran;
  const from = job.source?.kind === "upload" && h("span", { class: "quiet small hide" }, " from the bucket");
  const state = job.state === "processing" && share(job) ? `${Math.round(share(job) * 100)} %` : stateWord(job), ahead = position(job);
  return h("tr", null,
    check && h("td", { class: "pick" }, check),
    h("td", { class: "name" }, h("a", { class: "clamp", href: `#/jobs/${job.request_id}`, dir: "auto", title: title(job) }, title(job)), from, job.error && h("div", { class: "small quiet clamp", title: plain(job.error) }, plain(job.error))),
    h("td", null, h("span", { class: `state ${SIGN[job.state]}` }, state), ahead && h("div", { class: "small quiet" }, ahead)),
    h("td", { class: "num slim" }, job.duration ? clock(job.duration) : "–"),
    h("td", { class: "hide after" }, language(job.language) || "–"),
    h("td", { class: "num hide" }, took === undefined ? "–" : span(took)),
    h("td", { class: "num" }, moment(job.created)));
}
