// Numbers and times as people read them.

const two = (n) => String(Math.floor(n)).padStart(2, "0");

/** Seconds as 0:07, 12:03 or 3:48:10. */
export function clock(seconds) {
  const s = Math.max(0, seconds || 0);
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two((s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

/** Seconds in words: 9 s, 6 min 41 s, 2 h 58 min. */
export function span(seconds) {
  const s = Math.max(0, seconds || 0);
  if (s < 9.95) return `${Math.round(s * 10) / 10} s`;
  if (s < 59.5) return `${Math.round(s)} s`;
  const whole = Math.round(s);
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ""}`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Bytes as KB, MB or GB of 1,000. */
export function bytes(n) {
  if (n < 1e6) return `${Math.max(n && 1, Math.round(n / 1e3))} KB`;
  return n < 1e9 ? `${(n / 1e6).toFixed(n < 1e7 ? 1 : 0)} MB` : `${(n / 1e9).toFixed(2)} GB`;
}

/** A moment: "just now", "12 min ago", today's time, else the date. */
export function when(iso) {
  const date = new Date(iso), ago = (Date.now() - date) / 1000;
  if (ago < 60) return "just now";
  if (ago < 3600) return `${Math.floor(ago / 60)} min ago`;
  if (date.toDateString() === new Date().toDateString()) return `today ${date.toLocaleTimeString([], { timeStyle: "short" })}`;
  return date.toLocaleDateString([], { dateStyle: "medium" });
}

/** A date and its time, in the way of the reader's country. */
export function day(iso) {
  return new Date(iso).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

/** Dollars, with as many digits as a small amount needs. */
export function money(usd) {
  return `$${usd.toLocaleString("en", usd < 0.1 ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

const NAMES = new Intl.DisplayNames(["en"], { type: "language" });

const RARE = { ba: "Bashkir", bo: "Tibetan" }; // of Whisper's languages, those whose names Chromium leaves out

/** A language's name in English; without one, the code. */
export function language(code) {
  try {
    return code ? RARE[code] || NAMES.of(code) : "";
  } catch {
    return code;
  }
}

/** A count and its noun: 1 word, 1,204 words. */
export function count(n, noun) {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}

/** The name under which a job is shown. */
export function title(job) {
  return job.name || (job.request_id ? `Request ${job.request_id.slice(0, 8)}` : "A transcript");
}

/** The name of its files: without the ending of a recording, but with what a name says, as in "Board 12.03.2026". */
export function stemOf(job) {
  return title(job).replace(/\.(?=\d?[a-z])[a-z\d]{2,4}$/i, "");
}

const STATES = { completed: "done", processing: "running" };

/** A job's state in a word. */
export function stateWord(job) {
  return STATES[job.state] || job.state;
}

/** The share of a job that is done, from 0 to 1. */
export function share(job) {
  return job.progress || 0;
}

/** How many jobs a worker will begin before this one: "12 ahead"; nothing for the next one. */
export function position({ jobs_ahead: ahead }) {
  return ahead ? `${ahead < 1000 ? ahead : "1,000+"} ahead` : "";
}

/** An error's message without the API's prefix for programs: the code, and the step that failed. */
export function plain({ err_code: code, err_msg: message }) {
  const rest = message.replace(new RegExp(`^${code}: `), "").replace(/^failed to process audio: /, "").replace(/^corrupt or unsupported data: /, "");
  return /^\p{L}+(?=[\s,.;:'’-]|$)(?!:\/\/)/u.test(rest) ? rest.charAt(0).toUpperCase() + rest.slice(1) : rest; // an option stays as it is spelled
}
