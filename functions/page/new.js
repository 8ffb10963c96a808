// The screen New: options, files, a recording, an address; the same as a request to copy; the latest jobs.

import { call } from "./api.js";
import { h, icon, say } from "./dom.js";
import { clock } from "./format.js";
import { latestJobs } from "./jobs.js";
import { optionsForm, requestTabs } from "./options.js";
import { sampleLine } from "./sample.js";
import { sendingRows } from "./sending.js";
import { add, onUploads, uploads } from "./uploads.js";

// Options of the last time New was shown: files that are dropped on another screen start with these.
let chosen = new URLSearchParams({ detect_language: "true", smart_format: "true" });
let shown = false;

/** Send files with the options that are chosen. */
export function takeFiles(files) {
  const items = files.map((file) => add(file, chosen));
  if (items.length > 1) location.assign("#/jobs"); // the list shows them all at once
  else if (!shown && items.length && !document.querySelector(".sending")) location.assign("#/");
  if (items.length === 1) openWhenSent(items[0]);
}

/** Offer an address that was pasted or dropped: the form has it, with the options that are chosen. */
export function takeAddress(text) {
  const url = text.trim();
  if (!/^(https?|s3):\/\/\S+$/.test(url) || url.startsWith(location.origin)) return;
  const query = new URLSearchParams(chosen);
  query.set("url", url);
  location.assign(`#/?${query}`);
}

/** Draw the screen; returns a function that ends it. */
export function newScreen(main, query) {
  const tabs = requestTabs(), form = optionsForm(changed);
  const picker = h("input", { type: "file", multiple: true, class: "sr", id: "files", onchange: picked });
  const again = query.get("url") || ""; // of a job that is sent again with other options
  const address = h("input", { type: "url", value: again, name: "url", required: true, placeholder: "https://example.org/talk.mp3", autocomplete: "off" });
  const refused = h("p", { class: "bad small", role: "alert", hidden: true });
  const record = h("button", { type: "button", onclick: toggleRecording }, "● Record");
  const noModel = h("p", { class: "card", hidden: true });
  const rows = h("ul", { class: "sending card", "aria-label": "Files on their way" });
  const latest = h("section", { class: "card" });
  form.load(query);
  main.replaceChildren(h("div", { class: "wrap" },
    h("h1", { class: "sr" }, "Transcribe recordings"),
    noModel,
    rows,
    h("div", { class: "card stack" },
      form.element,
      h("section", { class: "drop", "aria-label": "Audio to transcribe" },
        icon("up", 36),
        h("strong", null, h("span", { class: "many" }, "Drop recordings anywhere on this page"), h("span", { class: "few" }, "Choose recordings")),
        h("span", { class: "quiet" }, "Audio or video of any kind, several at once, up to 2 GB each. They start at once."),
        h("div", { class: "row" }, picker, h("label", { class: "button main", for: "files" }, "Choose files"), canRecord() && record)),
      h("form", { class: "row end", onsubmit: sendAddress },
        h("label", { class: "grow" }, h("span", null, "Or an address on the web"), address), h("button", null, "Transcribe")),
      refused,
      h("details", null, h("summary", { class: "small" }, "The same with curl, Python, JavaScript or the earshot command"), tabs.element)),
    latest));
  shown = true;
  changed(null);
  const ends = [sendingRows(rows), latestJobs(latest, () => sampleLine(takeFiles)), () => { shown = false; recorder?.stop(); }];
  call("/models").then(({ stt }) => {
    form.offer(stt);
    form.load(form.options()); // with what was chosen meanwhile
    noModel.hidden = stt.length > 0;
    noModel.replaceChildren("This deployment has no model yet. Whoever runs it adds one: ", h("code", null, "earshot model add large-v3-turbo --stack Earshot"));
  }).catch(() => {});
  return () => ends.forEach((end) => end());

  /** Take over the form's options, and keep them in the address so that they can be bookmarked. */
  function changed(event) {
    chosen = form.options();
    tabs.draw(chosen);
    if (event !== null) history.replaceState(null, "", `#/?${chosen}`);
  }

  function picked() {
    takeFiles([...picker.files]);
    picker.value = "";
  }

  async function sendAddress(event) {
    event.preventDefault();
    refused.hidden = true;
    try {
      const sent = new URLSearchParams(chosen);
      if (query.get("name") && address.value.trim() === again) sent.set("name", query.get("name"));
      const accepted = await call("/listen", { method: "POST", query: sent, json: { url: address.value.trim() }, headers: { prefer: "respond-async" } });
      location.assign(`#/jobs/${accepted.request_id}`);
    } catch (error) {
      refused.textContent = error.message;
      refused.hidden = false;
    }
  }

  async function toggleRecording() {
    if (recorder) return recorder.stop();
    if (asking) return; // the browser asks for the microphone already
    refused.hidden = asking = true;
    try {
      await startRecording(record);
    } catch {
      refused.textContent = "The browser does not give this page a microphone. Allow it in the address bar, or choose a file.";
      refused.hidden = false;
    } finally {
      asking = false;
    }
  }
}

/** Show the job of a file once it has been sent, if it is the only one and New is still shown. */
function openWhenSent(item) {
  const end = onUploads(() => {
    if (item.state === "sent" && shown && uploads.filter((each) => each.state !== "sent").length === 0 && uploads[0] === item)
      location.assign(`#/jobs/${item.job}`);
    if (["sent", "failed", "cancelled"].includes(item.state)) end();
  });
}

let recorder = null, asking = false;
addEventListener("beforeunload", (event) => { if (recorder) event.preventDefault(); }); // the recording would be lost

function canRecord() {
  return Boolean(navigator.mediaDevices?.getUserMedia && globalThis.MediaRecorder);
}

async function startRecording(button) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  if (!button.isConnected) return stream.getTracks().forEach((track) => track.stop()); // New was left meanwhile
  const chunks = [], started = Date.now();
  recorder = new MediaRecorder(stream);
  recorder.ondataavailable = (event) => chunks.push(event.data);
  const timer = setInterval(() => { button.textContent = `■ Stop ${clock((Date.now() - started) / 1000)}`; }, 250);
  recorder.onstop = () => {
    clearInterval(timer);
    stream.getTracks().forEach((track) => track.stop());
    const type = recorder.mimeType.split(";")[0] || "audio/webm";
    recorder = null;
    button.textContent = "● Record";
    const stamp = new Date(started).toISOString().slice(0, 19).replace("T", " ").replaceAll(":", ".");
    takeFiles([new File(chunks, `recording ${stamp}.${type.split("/")[1]}`, { type, lastModified: started })]);
  };
  recorder.start(1000);
  button.textContent = "■ Stop 0:00";
  say("Recording");
}
