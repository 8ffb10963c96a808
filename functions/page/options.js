// Options of a transcription: the form on New, kept in the address under the API's own names, and as requests to copy.

import { copy, fill, h } from "./dom.js";
import { language } from "./format.js";

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

/** Build the form's fields. Returns the elements, `options()` as URLSearchParams, and `load(query)`. */
export function optionsForm(onChange) {
  const model = h("select", { name: "model" }, h("option", { value: "" }, "the deployment's own"));
  const languages = h("select", { name: "language" }, h("option", { value: "" }, "detect"));
  const style = h("select", { name: "text" },
    h("option", { value: "formatted" }, "formatted"), h("option", { value: "punctuated" }, "with punctuation"),
    h("option", { value: "plain" }, "words alone, as spoken"));
  const task = h("select", { name: "task" }, h("option", { value: "" }, "as it is spoken"), h("option", { value: "translate" }, "in English"));
  const switches = SWITCHES.map(([name, label]) => h("label", { class: "check" }, h("input", { type: "checkbox", name }), label));
  const texts = TEXTS.map(([name, label, placeholder]) =>
    h("label", { class: "grow" }, h("span", null, label), h("input", { name, placeholder, type: name === "callback" ? "url" : "text" })));
  const field = (label, select) => h("label", null, h("span", null, label), select);
  const element = h("div", { class: "stack", onchange: () => onChange() },
    h("div", { class: "row end" }, field("Model", model), field("Language", languages), field("Text", style)),
    h("details", null, h("summary", { class: "small" }, "More options"),
      h("div", { class: "stack more" }, h("div", { class: "row" }, switches), h("div", { class: "row end" }, field("Written", task), texts))));
  const input = (name) => element.querySelector(`[name=${name}]`);

  function options() {
    const query = new URLSearchParams();
    if (model.value) query.set("model", model.value);
    query.set(languages.value ? "language" : "detect_language", languages.value || "true");
    if (STYLES[style.value]) query.set(STYLES[style.value], "true");
    if (task.value) query.set("task", task.value);
    for (const [name] of SWITCHES) if (input(name).checked) query.set(name, "true");
    for (const [name] of TEXTS)
      for (const value of name === "callback" ? [input(name).value] : input(name).value.split(","))
        if (value.trim()) query.append(name, value.trim());
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
    style.value = query.has("smart_format") || ![...query.keys()].length ? "formatted" : query.has("punctuate") ? "punctuated" : "plain";
    for (const [name] of SWITCHES) input(name).checked = query.get(name) === "true";
    for (const [name] of TEXTS) input(name).value = query.getAll(name).join(", ");
    if ([...SWITCHES, ...TEXTS].some(([name]) => query.has(name)) || query.has("task")) element.querySelector("details").open = true;
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

const REQUESTS = {
  curl: (query) => `curl -L -H "Authorization: Token $EARSHOT_KEY" \\
  --data-binary @talk.mp3 \\
  '${location.origin}/v1/listen?${query}'`,
  Python: (query) => `import os, httpx

answer = httpx.post(
    "${location.origin}/v1/listen?${query}",
    headers={"Authorization": f"Token {os.environ['EARSHOT_KEY']}"},
    content=open("talk.mp3", "rb").read(),
    follow_redirects=True,
    timeout=60,
)
print(answer.json()["results"]["channels"][0]["alternatives"][0]["transcript"])`,
  JavaScript: (query) => `import { readFile } from "node:fs/promises";

const answer = await fetch("${location.origin}/v1/listen?${query}", {
  method: "POST",
  headers: { authorization: \`Token \${process.env.EARSHOT_KEY}\` },
  body: await readFile("talk.mp3"),
});
console.log((await answer.json()).results.channels[0].alternatives[0].transcript);`,
  earshot: (query) => `earshot transcribe talk.mp3 --url ${location.origin} \\
${[...query].map(([name, value]) => `  -O ${shell(`${name}=${value}`)}`).join(" \\\n")}`,
};

/** The same request in four languages, in tabs. Returns the element and `draw(query)`. */
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
    code.textContent = REQUESTS[chosen](query);
  }
  const copyIt = (event) => copy(code.textContent, event.currentTarget);
  const element = h("div", { class: "stack" },
    h("div", { class: "row" }, list, h("span", { class: "grow" }), h("button", { type: "button", class: "plain small", onclick: copyIt }, "Copy")), code);
  return { element, draw };
}

function shell(text) {
  return /^[\w=:./@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
