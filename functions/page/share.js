// The dialogue that makes, lists and withdraws links to one transcript. Readers with a link need no key.

import { call } from "./api.js";
import { copy, fill, h, say, sheet } from "./dom.js";
import { day } from "./format.js";

/** Open the dialogue for a job's transcript. */
export function shareDialog(job) {
  const path = `/requests/${job.request_id}/shares`;
  const days = h("input", { type: "number", name: "days", min: "1", value: "7", required: true });
  const audio = h("input", { type: "checkbox", checked: true });
  const made = h("div", { class: "stack", hidden: true }), list = h("ul", { class: "links" });
  const problem = h("p", { class: "bad small", role: "alert", hidden: true });
  const dialog = sheet("share-title", "Share this transcript",
    h("p", { class: "small quiet" }, "Anyone with the link can read this one transcript, with your corrections, and save it in every format. They need no key, and can change nothing."),
    h("form", { class: "row end", onsubmit: make },
      h("label", { class: "days" }, h("span", null, "Days"), days),
      h("label", { class: "check tall" }, audio, "With the audio"),
      h("button", { class: "main" }, "Make a link")),
    problem, made, list,
    h("div", { class: "row" }, h("button", { onclick: () => dialog.close() }, "Close")));
  days.focus();
  attempt(async () => drawList((await call(path)).shares));

  async function make(event) {
    event.preventDefault();
    await attempt(async () => {
      const { link } = await call(path, { method: "POST", json: { days: Number(days.value), audio: audio.checked } });
      const address = h("input", { value: location.origin + link, readonly: true, "aria-label": "The link", onfocus: (field) => field.target.select() });
      fill(made, h("div", { class: "row" }, h("span", { class: "grow" }, address), h("button", { onclick: (pressed) => copy(address.value, pressed.currentTarget) }, "Copy")),
        h("p", { class: "small quiet" }, "Copy it now: it is shown this once."));
      made.hidden = false;
      address.focus();
      say("The link is made.");
      drawList((await call(path)).shares);
    });
  }

  function drawList(shares) {
    const withdraw = (each) => attempt(async () => {
      drawList((await call(`${path}/${each.share_id}`, { method: "DELETE" })).shares);
      made.hidden = true;
      say("The link is withdrawn.");
    });
    fill(list, shares.map((each) => h("li", { class: "row" },
      h("span", { class: "grow small" }, `Until ${day(each.expires)}, ${each.audio ? "words and audio" : "words alone"}, made ${day(each.created)}`),
      h("button", { class: "small", "aria-label": `Withdraw the link made ${day(each.created)}`, onclick: () => withdraw(each) }, "Withdraw"))));
    list.hidden = !shares.length;
  }

  async function attempt(act) {
    problem.hidden = true;
    try {
      await act();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  }
}
