// "Try it" on the page of the API: a form for each operation, which sends its request to this deployment.

import { h } from "./dom.js";
import { askForKey, key } from "./key.js";

const MAX = 20000; // characters of an answer that are shown
const description = await (await fetch("/v1/openapi.json")).json();
const prefix = description.servers[0].url;

for (const [path, methods] of Object.entries(description.paths))
  for (const [method, operation] of Object.entries(methods)) {
    const heading = document.getElementById(operation.operationId);
    const details = h("details", { ontoggle: () => { if (details.children.length < 2) details.append(form(method.toUpperCase(), path, operation)); } },
      h("summary", null, "Try it"));
    heading?.nextElementSibling.after(details);
  }

/** The form of an operation: what its path names, headers, its query as text, and a body. */
function form(method, path, operation) {
  const parameters = operation.parameters || [], kinds = Object.keys(operation.requestBody?.content || {});
  const inputs = parameters.filter((each) => each.in !== "query").map((each) => [each, h("input", { required: each.required, name: each.name })]);
  const names = parameters.filter((each) => each.in === "query").map((each) => each.name);
  const query = h("input", { name: "query", placeholder: names.slice(0, 3).map((name) => `${name}=…`).join("&"), size: 60 });
  const json = h("textarea", { name: "json", rows: 3, cols: 60, spellcheck: "false" });
  const file = h("input", { type: "file" });
  const out = h("pre", { tabindex: "0", role: "status", hidden: true });
  const sendsFile = kinds.some((kind) => !kind.includes("json"));
  const field = (label, input) => h("p", null, h("label", null, `${label} `, input));

  async function send(event) {
    event.preventDefault();
    let target = path, body, sent = {};
    for (const [each, input] of inputs)
      if (each.in === "path") target = target.replace(`{${each.name}}`, encodeURIComponent(input.value));
      else if (input.value) sent[each.name] = input.value;
    if (json.value.trim()) {
      body = json.value;
      sent["content-type"] = "application/json";
    } else if (file.files.length) body = kinds.includes("multipart/form-data") ? multipart(file.files[0]) : file.files[0];
    out.hidden = false;
    out.textContent = "…";
    const began = performance.now();
    try {
      const response = await request(method, prefix + target + (query.value ? `?${query.value.replace(/^\?/, "")}` : ""), sent, body);
      const text = await response.text();
      out.textContent = `${response.status} ${response.statusText} · ${Math.round(performance.now() - began)} ms · ${response.headers.get("content-type")}\n\n${pretty(text)}`;
    } catch (error) {
      out.textContent = error.message;
    }
  }

  return h("form", { onsubmit: send },
    inputs.map(([each, input]) => field(each.name, input)),
    names.length ? field("Query", query) : null,
    kinds.some((kind) => kind.includes("json")) ? field("JSON", json) : null,
    sendsFile ? field("File", file) : null,
    h("p", null, h("button", null, `Send ${method}`)), out);
}

/** Send a request with the key; a refused key opens the key sheet. */
async function request(method, url, headers, body) {
  for (;;) {
    const used = key();
    const response = await fetch(url, { method, body, headers: used ? { ...headers, authorization: `Token ${used}` } : headers });
    if (response.status !== 401) return response;
    await askForKey(used);
  }
}

function multipart(file) {
  const data = new FormData();
  data.append("file", file);
  data.append("model", "whisper-1");
  return data;
}

function pretty(text) {
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch { /* not JSON: as it is */ }
  return shown.length > MAX ? `${shown.slice(0, MAX)}\n… ${shown.length - MAX} characters more` : shown;
}
