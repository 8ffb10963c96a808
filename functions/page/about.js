// The cards beside a transcript: downloads, facts, and actions on the job.

import { call } from "./api.js";
import { copy, h, moment, save, warn } from "./dom.js";
import { count, day, language, money, span, stemOf, title, when } from "./format.js";
import { requestDialog, requestOf } from "./options.js";
import { shareDialog } from "./share.js";

/** The formats of a result, with their names: those of `functions/rendering/formats.py`; a test compares. */
export const FORMATS = { srt: "SRT", vtt: "VTT", txt: "Text", json: "JSON" };

/** The line under the title. */
export function summary(job, from) {
  const translated = isTranslated(job) && job.language !== "en";
  const heading = translated ? `English of ${language(job.language)}` : language(job.language);
  const ran = job.timings?.ran;
  const end = from.shared ? `shared until ${day(job.expires)}` : h("span", { class: "state ok" }, ran === undefined ? "done" : `done in ${span(ran)}`);
  return [span(job.duration), " · ", heading, heading && " · ", moment(job.created), " · ", end];
}

/** Whether the text is English, whatever language was spoken. */
export function isTranslated(job) {
  return new URLSearchParams(job.options).get("task") === "translate";
}

/** The card with a button for each format. */
export function downloads(job, from) {
  const button = ([format, label]) => h("button", { onclick: () => fetchFormat(job, from, format), "aria-label": `Download ${label}` }, label);
  return h("section", { class: "card" }, h("h2", null, "Download"), h("div", { class: "formats" }, Object.entries(FORMATS).map(button)));
}

/** Fetch a format, and let the browser save it under the job's name. */
export async function fetchFormat(job, from, format) {
  warn("");
  try {
    const response = await call(`${from.path}/result`, { query: { format }, as: "response", headers: from.headers });
    save(`${stemOf(job)}.${format}`, await response.blob());
  } catch (error) {
    warn(error.message);
  }
}

/** The card with what is known of the job. */
export function facts(job, data, nextUnsure) {
  const { waited, ran, model } = job.timings || {};
  const unsure = data.unsure.length ? h("button", { class: "link", title: "Go to the next one", onclick: nextUnsure }, count(data.unsure.length, "word")) : "none";
  const rows = [
    job.model && ["Model", job.model],
    data.languages.length > 1 && ["Languages", data.languages.map(language).join(", ")],
    ["Words", data.text.length.toLocaleString("en")],
    ["Unsure", unsure],
    waited !== undefined && ["Waited", span(waited)],
    ran !== undefined && ["Took", span(ran)],
    model !== undefined && ["In the model", span(model)],
    job.cost_usd !== undefined && ["Cost", money(job.cost_usd)],
    ...(job.tags?.length ? [["Tags", job.tags.join(", ")]] : []),
    ...(job.deliveries || []).slice(-1).map((each) => ["Callback", `${each.requested ? "sent again" : each.status || each.error || "no answer"}, ${when(each.when)}`]),
  ];
  return h("section", { class: "card" }, h("h2", null, "Facts"),
    h("dl", null, rows.filter(Boolean).map(([name, value]) => [h("dt", null, name), h("dd", { class: "num" }, value)])));
}

/** Actions on the job; none for a reader by a link. */
export function more(job, from, copyText) {
  if (from.shared) return null;
  const problem = h("p", { class: "bad small", role: "alert", hidden: true });
  const remove = async () => {
    if (!confirm(`Delete ${title(job)}? The transcript goes, in every format, with all links to it, and the job from the list.`)) return;
    try {
      await call(`/requests/${job.request_id}?action=delete`, { method: "DELETE" });
      location.assign("#/jobs");
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  };
  return h("section", { class: "small stack" },
    h("div", { class: "row" },
      h("button", { class: "plain small few", onclick: (event) => copyText(event.currentTarget) }, "Copy text"),
      h("button", { class: "plain small few", onclick: () => shareDialog(job) }, "Share …"),
      h("button", { class: "plain small", onclick: (event) => copy(location.href, event.currentTarget) }, "Copy address"),
      h("button", { class: "plain small", onclick: () => requestDialog(job) }, "Same again with curl"),
      h("a", { class: "button plain small", href: `#/?${requestOf(job)}` }, "Again with other options"),
      h("button", { class: "plain small bad", onclick: remove }, "Delete")),
    problem,
    h("p", { class: "quiet" }, "Request ", h("code", null, job.request_id)));
}
