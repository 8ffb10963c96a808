// Options of a transcription: the form on New, kept in the address under the API's own names, and as requests to copy.

import { copy, fill, h, sheet } from "./dom.js";
import { language } from "./format.js";
import { key } from "./key.js";

const STYLES = { formatted: "smart_format", punctuated: "punctuate", plain: "" };
const SWITCHES = [
  ["diarize", "Tell speakers apart"],
  ["multichannel", "Channels apart, each its own text"],
  ["numerals", "Numbers as digits"],
  ["filler_words", "Keep “um” and “uh”"],
];
const TEXTS = [
  ["keyterm", "Names and words to expect", "Elinor, Norland Park"],
  ["tag", "Tags", "podcast, 2026"],
  ["callback", "Callback address", "https://example.org/hook"],
];
const WITH_FIELDS = ["model", "language", "smart_format", "punctuate", "task", "profile", ...[...SWITCHES, ...TEXTS].map(([name]) => name)];

/** Build the form's fields. Returns the elements, `options()` as URLSearchParams, and `load(query)`. */
export function optionsForm(onChange) {
  const model = h("select", { name: "model" }, h("option", { value: "" }, "the deployment's own"));
  const languages = h("select", { name: "language" }, h("option", { value: "" }, "detect"));
  const style = h("select", { name: "text" },
    h("option", { value: "formatted" }, "formatted"), h("option", { value: "punctuated" }, "with punctuation"),
    h("option", { value: "plain" }, "words alone, as spoken"));
  const task = h("select", { name: "task" }, h("option", { value: "" }, "as it is spoken"), h("option", { value: "translate" }, "in English"));
  const profile = h("select", { name: "profile" }, h("option", { value: "" }, "as deployed"), h("option", { value: "accurate" }, "accurate"), h("option", { value: "fast" }, "fast"));
  const others = h("input", { name: "others", placeholder: "redact=pci&replace=colour:color", spellcheck: "false", autocomplete: "off" });
  const switches = SWITCHES.map(([name, label]) => h("label", { class: "check" }, h("input", { type: "checkbox", name }), label));
  const texts = TEXTS.map(([name, label, placeholder]) =>
    h("label", { class: "grow" }, h("span", null, label), h("input", { name, placeholder, type: name === "callback" ? "url" : "text" })));
  const field = (label, select) => h("label", null, h("span", null, label), select);
  const element = h("div", { class: "stack", onchange: () => onChange() },
    h("div", { class: "row end" }, field("Model", model), field("Language", languages), field("Text", style)),
    h("details", null, h("summary", { class: "small" }, "More options"),
      h("div", { class: "stack more" }, h("div", { class: "row" }, switches), h("div", { class: "row end" }, field("Written", task), field("Profile", profile), texts),
        h("label", null, h("span", null, "Any other options of the API"), others))));
  const input = (name) => element.querySelector(`[name=${name}]`);

  function options() {
    const query = new URLSearchParams();
    if (model.value) query.set("model", model.value);
    const rest = new URLSearchParams(others.value.trim().replace(/^\?/, ""));
    if (languages.value) query.set("language", languages.value);
    else if (!rest.has("detect_language")) query.set("detect_language", "true");
    if (STYLES[style.value]) query.set(STYLES[style.value], "true");
    if (task.value) query.set("task", task.value);
    if (profile.value) query.set("profile", profile.value);
    for (const [name] of SWITCHES) if (input(name).checked) query.set(name, "true");
    for (const [name] of TEXTS)
      for (const value of name === "callback" ? [input(name).value] : input(name).value.split(","))
        if (value.trim()) query.append(name, value.trim());
    for (const [name, value] of rest) query.append(name, value);
    return query;
  }

  function load(query) {
    const choose = (select, value) => {
      if (value && ![...select.options].some((option) => option.value === value)) select.append(h("option", { value }, value));
      select.value = value || "";
    };
    choose(model, query.get("model"));
    choose(languages, query.get("language"));
    choose(task, query.get("task"));
    choose(profile, query.get("profile"));
    const requested = [...query].filter(([name]) => !["url", "name"].includes(name)), on = (name) => query.get(name) === "true";
    style.value = on("smart_format") || !requested.length ? "formatted" : on("punctuate") ? "punctuated" : "plain";
    for (const [name] of SWITCHES) input(name).checked = query.get(name) === "true";
    for (const [name] of TEXTS) input(name).value = query.getAll(name).join(", ");
    // Options without a field are kept and shown: one that protects a person must not be lost.
    others.value = new URLSearchParams(requested.filter(([name, value]) => !WITH_FIELDS.includes(name) && !(name === "detect_language" && value === "true"))).toString();
    if (others.value || ["task", "profile", ...[...SWITCHES, ...TEXTS].map(([name]) => name)].some((name) => query.has(name))) element.querySelector("details").open = true;
  }

  /** Offer the models that GET /v1/models lists. */
  function offer(models) {
    const before = model.value, own = models.find((each) => each.default);
    fill(model, h("option", { value: "" }, own ? `whisper (${own.name.replace("whisper-", "")})` : "whisper"),
      models.filter((each) => each !== own).map((each) => h("option", { value: each.name }, each.name)));
    model.value = before;
    const codes = [...new Set(models.flatMap((each) => each.languages))];
    const chosen = languages.value;
    const names = codes.map((code) => [code, language(code)]).sort((a, b) => a[1].localeCompare(b[1]));
    fill(languages, h("option", { value: "" }, "detect"), names.map(([code, name]) => h("option", { value: code }, name)));
    languages.value = chosen;
  }
  return { element, options, load, offer };
}

/** The options of a job, without its name. */
export function optionsOf(job) {
  const query = new URLSearchParams(job.options);
  query.delete("name");
  return query;
}

/** What a job is sent again with: its options, its name, and as `url` the address of its recording, if it has one. */
export function requestOf(job) {
  const query = optionsOf(job), { url, bucket, key: object } = job.source || {};
  if (job.name) query.set("name", job.name);
  if (url || object) query.set("url", url || `s3://${bucket}/${object}`);
  return query;
}

// A request is `query`, and either the `url` of a recording or the name of a `file`. The key is never in it, only its variable.
const header = (line) => (key() ? line : "");
const REQUESTS = {
  curl: ({ query, url, file }) => `curl -L ${header('-H "Authorization: Token $EARSHOT_KEY" ')}\\
  ${url ? `-H 'Content-Type: application/json' -d ${quoted(JSON.stringify({ url }))}` : `--data-binary @${shell(file)}`} \\
  ${quoted(`${location.origin}/v1/listen?${query}`)}`,
  Python: ({ query, url, file }) => `import os, httpx

answer = httpx.post(
    "${location.origin}/v1/listen?${query}",${header("\n    headers={\"Authorization\": f\"Token {os.environ['EARSHOT_KEY']}\"},")}
    ${url ? `json={"url": ${JSON.stringify(url)}}` : `content=open(${JSON.stringify(file)}, "rb").read()`},
    follow_redirects=True,
    timeout=60,
)
print(answer.json()["results"]["channels"][0]["alternatives"][0]["transcript"])`,
  JavaScript: ({ query, url, file }) => `${url ? "" : 'import { readFile } from "node:fs/promises";\n\n'}const answer = await fetch("${location.origin}/v1/listen?${query}", {
  method: "POST",${header("\n  headers: { authorization: `Token ${process.env.EARSHOT_KEY}`")}${url ? `${header(", ") || "\n  headers: { "}"content-type": "application/json" },` : header(" },")}
  body: ${url ? `JSON.stringify(${JSON.stringify({ url })})` : `await readFile(${JSON.stringify(file)})`},
});
console.log((await answer.json()).results.channels[0].alternatives[0].transcript);`,
  earshot: ({ query, url, file }) => `earshot transcribe ${shell(url || file)} --url ${location.origin}${[...query].filter(([name]) => name !== "name").map(([name, value]) => ` \\\n  -O ${shell(`${name}=${value}`)}`).join("")}`,
};

/** The same request in four languages, in tabs. Returns the element and `draw(query)`: options of the API, and those of `requestOf`. */
export function requestTabs() {
  const code = h("pre", { tabindex: "0", id: "request", role: "tabpanel", "aria-labelledby": "tab-curl" });
  let chosen = "curl", last = new URLSearchParams();
  const tabs = Object.keys(REQUESTS).map((name) =>
    h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "request", onclick: () => choose(name) }, name));
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": "Language of the request", onkeydown: arrows }, tabs);
  function choose(name) {
    chosen = name;
    code.setAttribute("aria-labelledby", `tab-${name}`);
    draw(last);
  }
  function arrows(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const names = Object.keys(REQUESTS), index = (names.indexOf(chosen) + step + names.length) % names.length;
    choose(names[index]);
    tabs[index].focus();
  }
  function draw(query) {
    last = query;
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab.textContent === chosen));
      tab.tabIndex = tab.textContent === chosen ? 0 : -1;
    }
    const sent = new URLSearchParams(query), url = query.get("url");
    sent.delete("url");
    code.textContent = REQUESTS[chosen]({ query: sent, url, file: query.get("name") || "talk.mp3" });
  }
  const copyIt = (event) => copy(code.textContent, event.currentTarget);
  const element = h("div", { class: "stack" },
    h("div", { class: "row" }, list, h("span", { class: "grow" }), h("button", { type: "button", class: "plain small", onclick: copyIt }, "Copy")), code);
  return { element, draw };
}

/** Open a dialogue with the request that a job was, to be sent again from elsewhere. */
export function requestDialog(job) {
  const tabs = requestTabs(), kept = job.source?.kind === "object";
  const dialog = sheet("request-title", "The same again, as a request", tabs.element,
    kept && h("p", { class: "small quiet" }, "The recording is the one that was uploaded, as long as the deployment keeps it."),
    h("div", { class: "row" }, h("button", { onclick: () => dialog.close() }, "Close")));
  dialog.classList.add("wide");
  tabs.draw(requestOf(job));
}

function shell(text) {
  return /^[\w=:./@-]+$/.test(text) ? text : quoted(text);
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
