// The screen of one job: its steps while it runs, why it failed, its transcript once it is done.

import { call, poll, POLL_TIMEOUT_MS } from "./api.js";
import { copy, fill, h, say, warn } from "./dom.js";
import { bytes, clock, count, day, language, position, plain, share, span, stateWord, title, when } from "./format.js";
import { optionsOf, requestOf } from "./options.js";
import { transcriptScreen } from "./transcript.js";

const STALLED_MS = 600e3; // without a change
const WORKERS_MS = 4e3; // between two looks at the workers, while a job waits for one
const ALMOST = 0.9; // share from which a job without an estimate is almost done
const SOURCES = { body: "sent in a request", url: "from an address", object: "uploaded", upload: "from the bucket" };

/** Draw the screen; returns a function that ends it. */
export function jobScreen(main, id) {
  let known = "", changedAt = Date.now(), end = null, workers = [], workersAt = 0;
  const looking = h("p", { class: "quiet" }, "Looking for the job …");
  const view = h("div", { class: "wrap", "aria-busy": "true" }, h("h1", { class: "sr" }, "Job"), looking);
  main.replaceChildren(view);
  const look = poll(async () => {
    let job;
    try {
      job = await call(`/requests/${encodeURIComponent(id)}`, { timeout: POLL_TIMEOUT_MS });
    } catch (error) {
      if (error.status !== 404) throw error;
      gone(view);
      return 0;
    }
    const now = JSON.stringify(job);
    if (now !== known) changedAt = Date.now();
    const stalled = Date.now() - changedAt > STALLED_MS;
    if (isUnfinished(job) && job.shards && !share(job) && Date.now() - workersAt > WORKERS_MS) {
      workersAt = Date.now();
      workers = await call("/workers", { timeout: POLL_TIMEOUT_MS }).then((found) => found.workers, () => []);
    }
    if (now !== known || stalled || isUnfinished(job)) draw(job, stalled);
    known = now;
    return isUnfinished(job) ? 1 : 0;
  }, (message) => { fill(looking, message || "Looking for the job …"); });
  return () => {
    look.stop();
    end?.();
  };

  function draw(job, stalled) {
    view.removeAttribute("aria-busy");
    document.title = `${job.state === "processing" ? `${Math.round(share(job) * 100)} % · ` : ""}${title(job)} · Earshot`;
    if (job.state === "completed") {
      if (known) say(`${title(job)} is done.`);
      end = transcriptScreen(main, job);
    } else if (isUnfinished(job)) drawRunning(view, job, stalled, look, workers);
    else drawEnded(view, job, look);
  }
}

function isUnfinished(job) {
  return job.state === "queued" || job.state === "processing";
}

function head(job, ...buttons) {
  return h("header", { class: "row top-aligned" },
    h("div", { class: "grow" }, h("h1", { class: "name", dir: "auto" }, title(job)), h("p", { class: "quiet small" }, describe(job))), buttons);
}

/** The request in words: the options that are set, and where the audio came from. */
function describe(job) {
  const options = new URLSearchParams(job.options);
  const facts = [
    job.model && `whisper (${job.model})`,
    options.get("language") ? language(options.get("language")) : "language detected",
    options.get("task") === "translate" && "in English",
    options.get("smart_format") === "true" ? "formatted" : options.get("punctuate") === "true" ? "with punctuation" : "as spoken",
    options.get("diarize") === "true" && "speakers told apart",
    options.get("multichannel") === "true" && "channels apart",
    SOURCES[job.source?.kind],
    when(job.created),
  ];
  return facts.filter(Boolean).join(" · ");
}

function copyLink() {
  return h("button", { onclick: (event) => copy(location.href, event.currentTarget) }, "Copy address");
}

function drawRunning(view, job, stalled, look, workers) {
  if (view.dataset.shown !== "running") {
    const cancel = async (event) => {
      const button = event.currentTarget;
      button.disabled = true;
      warn("");
      await call(`/requests/${job.request_id}?action=cancel`, { method: "DELETE" }).catch((error) => { warn(error.message); button.disabled = false; });
      look.now();
    };
    const headline = h("h2", { class: "grow", "aria-live": "polite" }), percent = h("span", { class: "num quiet" });
    const bar = h("progress", { "aria-label": "Transcribing" }), steps = h("ol", { class: "steps" });
    const warning = h("p", { class: "bad", hidden: true }, "Nothing has changed for 10 minutes. Whoever runs the deployment finds out why with ", h("code", null, "earshot doctor"), ".");
    const about = h("div"), begun = beginning(job.request_id);
    fill(view, about,
      h("section", { class: "card" }, h("div", { class: "row" }, headline, percent), bar, steps, warning, begun.element),
      h("p", { class: "quiet small" }, "You can close this page: the job goes on, and its address stays. Request ", h("code", null, job.request_id), "."));
    view.dataset.shown = "running";
    view.draw = (now, late, fleet) => {
      fill(about, head(now, copyLink(), h("button", { onclick: cancel }, "Cancel")));
      view.draw = redraw;
      redraw(now, late, fleet);
    };
    const redraw = (now, late, fleet) => {
      const done = share(now), wait = done ? null : waitFor(fleet);
      fill(headline, headlineOf(now, wait));
      percent.textContent = now.state === "processing" && done ? `${Math.round(done * 100)} %` : "";
      if (now.state === "processing" && done) Object.assign(bar, { max: 1, value: done });
      else bar.removeAttribute("value");
      const shape = JSON.stringify([now.state, now.progress, now.shards, now.duration, now.language, wait]);
      if (steps.dataset.shown !== shape) fill(steps, stepsOf(now, wait));
      steps.dataset.shown = shape;
      begun.show(now.shards);
      warning.hidden = !late;
    };
  }
  view.draw(job, stalled, workers);
}

/** The text so far of a recording in several parts, read when it is opened and when another part is done. */
function beginning(id) {
  const lines = h("div", { class: "small" });
  let done = 0, shown = 0;
  const read = async () => {
    if (!element.open || shown === done) return;
    shown = done;
    const query = { format: "txt", partial: true };
    const text = await call(`/requests/${id}/result`, { query, as: "text" }).catch((error) => error.message);
    fill(lines, text.split("\n").map((line) => h("p", null, line)));
  };
  const element = h("details", { hidden: true, ontoggle: read }, h("summary", { class: "small" }, "The text so far"), lines);
  return {
    element,
    show(shards) {
      done = shards?.total > 1 ? shards.done : 0;
      element.hidden = !done;
      read();
    },
  };
}

function headlineOf(job, wait) {
  if (job.jobs_ahead) return `In the queue, ${position(job)}`;
  if (job.state === "queued") return "Waiting to be read";
  const left = job.estimated_seconds_left;
  if (left !== undefined) return `Transcribing, about ${span(Math.max(1, Math.round(left)))} left`;
  if (share(job) >= ALMOST) return "Transcribing, almost done"; // an estimate that is used up leaves no gap
  return share(job) ? "Transcribing" : job.shards ? wait.headline : "Reading the audio";
}

/** The wait of a job without words: a headline, the text of its step, and facts. */
function waitFor(workers) {
  const sum = (member) => workers.reduce((total, kind) => total + kind[member], 0);
  if (sum("running")) return { headline: "Waiting for the first words", step: "A worker is awake", facts: "" };
  const starting = workers.filter((kind) => kind.starting).sort((a, b) => a.usual_start_seconds - b.usual_start_seconds)[0];
  if (starting) {
    const usual = span(Math.round(starting.usual_start_seconds)), since = clock((Date.now() - new Date(starting.starting_since)) / 1000);
    const facts = `for ${since}; ${starting.start_is_measured ? `usually ${usual}` : `the first may take ${usual}`}`;
    return { headline: "A worker is starting", step: "A worker is starting", facts };
  }
  const failing = workers.find((kind) => kind.retried_at);
  if (failing) return { headline: "No worker could be started", step: "A start failed", facts: `next try ${day(failing.retried_at)}` };
  return { headline: "Waiting for a worker", step: "Waiting for a worker", facts: "" };
}

/** The steps of a job, each with its findings, as far as the API has them. `wait` is null once words are there. */
function stepsOf(job, wait) {
  const reading = job.state === "queued" || (job.duration === undefined && !job.shards);
  const { done = 0, total = 0 } = job.shards || {};
  const words = total > 1 ? `Words: ${total} parts, ${done} done` : "Words";
  const worker = wait && job.shards ? wait.step : "Worker";
  const put = total > 0 && done === total;
  const source = job.source?.size ? bytes(job.source.size) : "";
  const read = [job.duration && `${span(job.duration)} of audio`, job.channels > 1 && count(job.channels, "channel"), job.language && language(job.language)];
  const step = (state, text, facts, extra) => h("li", { class: state, "aria-current": state === "now" ? "step" : null }, h("span", null, text), h("span", { class: "quiet num small" }, facts || ""), extra);
  return [
    step("done", "Arrived", source),
    step(reading ? "now" : "done", reading ? "Reading the audio" : ["Read", read.filter(Boolean).join(", ")].filter(Boolean).join(": "), ""),
    step(reading ? "next" : wait ? "now" : "done", worker, !reading && wait?.facts),
    step(reading || wait ? "next" : put ? "done" : "now", words, job.seconds?.done ? `${span(job.seconds.done)} of ${span(job.seconds.total)}` : "", [total > 1 && cells(done, total), job.shards?.reason && h("p", { class: "quiet small" }, job.shards.reason)]),
    step(put ? "now" : "next", "Put together: JSON, SRT, VTT, text", ""),
  ];
}

function cells(done, total) {
  const max = Math.min(total, 120);
  return h("div", { class: "cells", role: "img", "aria-label": `${done} of ${total} parts done` },
    Array.from({ length: max }, (_, index) => h("i", { class: index < Math.round((done / total) * max) ? "full" : "" })));
}

function drawEnded(view, job, look) {
  delete view.dataset.shown;
  const failed = job.state === "failed", useless = failed && job.error.err_code === "Bad Request"; // the same audio fails again
  const problem = h("p", { class: "bad", role: "alert", hidden: true });
  const retry = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      await call(`/requests/${job.request_id}/retry`, { method: "POST" });
      look.now();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = button.disabled = false;
    }
  };
  const remove = async () => {
    if (!confirm("Delete this job?")) return;
    await call(`/requests/${job.request_id}?action=delete`, { method: "DELETE" }).then(() => location.assign("#/jobs"), (error) => { problem.textContent = error.message; problem.hidden = false; });
  };
  fill(view, head(job, copyLink(), h("button", { onclick: remove }, "Delete")),
    h("section", { class: "card stack" },
      h("h2", null, h("span", { class: `state ${failed ? "bad" : "wait"}` }, stateWord(job))),
      h("p", null, failed ? plain(job.error) : "It was cancelled before its end."),
      problem,
      h("div", { class: "row" }, useless ? null : h("button", { class: "main", onclick: retry }, failed ? "Retry" : "Send again"),
        h("a", { class: useless ? "button main" : "button", href: `#/?${useless ? optionsOf(job) : requestOf(job)}` }, useless ? "Send another file" : "Send with other options"),
        useless ? h("button", { onclick: retry }, "Retry all the same") : null),
      job.history?.length ? h("p", { class: "small quiet" }, `Tried ${job.history.length + 1} times.`) : null),
    h("p", { class: "quiet small" }, failed && ["Code ", h("code", null, job.error.err_code), " · "], "Request ", h("code", null, job.request_id)));
}

function gone(view) {
  view.removeAttribute("aria-busy");
  document.title = "Not found · Earshot";
  fill(view, h("h1", null, "There is no such job"),
    h("p", null, "It was deleted or forgotten after its time, or it is of another deployment, or of another key."),
    h("p", null, h("a", { href: "#/jobs" }, "All jobs")));
}
