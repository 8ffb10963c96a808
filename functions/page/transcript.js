// The screen of a finished job: its words, the player that they follow, search, downloads, facts.

import { call } from "./api.js";
import { copy, fill, h, save, say } from "./dom.js";
import { askName, editParagraphs, fetchEdits } from "./edits.js";
import { count, language, span, title, when } from "./format.js";
import { setShortcuts } from "./keyboard.js";
import { makePlayer } from "./player.js";
import { makeReader, voice } from "./reader.js";
import { readWords } from "./words.js";

const FORMATS = { srt: "SRT", vtt: "VTT", txt: "Text", json: "JSON" };

/** Draw the screen; returns what ends it. */
export function transcriptScreen(main, job) {
  const ends = [];
  let gone = false;
  main.replaceChildren(h("div", { class: "wrap", "aria-busy": "true" }, h("h1", null, title(job)), h("p", { class: "quiet" }, "Fetching the words …")));
  const result = call(`/requests/${job.request_id}/result`, { query: { format: "json", edited: "false" } });
  Promise.all([result, fetchEdits(job)]).then(
    ([answer, edits]) => { if (!gone) ends.push(draw(main, job, answer, edits)); },
    (error) => { if (!gone) fill(main, h("div", { class: "wrap" }, h("h1", null, title(job)), h("p", { class: "bad", role: "alert" }, error.message))); },
  );
  return () => {
    gone = true;
    ends.forEach((end) => end());
  };
}

/** Draw the words with their corrections; `resume` is where to go on after they have been edited. */
function draw(main, job, answer, edits, resume = {}) {
  const data = readWords(answer, edits.changes);
  const words = h("article", { class: "words", id: "words", "aria-label": "Transcript", lang: textLanguage(job) });
  let card = null;
  const nameOf = ({ speaker, channel }) => [
    data.channels > 1 && `Channel ${channel + 1}`,
    speaker !== undefined && (edits.nameOf(channel, speaker) || `Speaker ${speaker}`),
  ].filter(Boolean).join(", ");
  const find = h("input", { type: "search", class: "find", placeholder: "Search  /", "aria-label": "Search the words", oninput: search, onkeydown: inSearch });
  const hits = h("span", { class: "small quiet num", role: "status" });
  const edit = h("button", { "aria-pressed": "false", onclick: () => setEditing(!editing) }, "Edit");
  const saved = h("span", { class: "small quiet", role: "status" });
  const copyText = h("button", { class: "many", onclick: (event) => copy(wholeText(), event.currentTarget) }, "Copy text");
  main.replaceChildren(h("div", { class: "reader" },
    h("header", null, h("div", { class: "row" },
      h("div", { class: "grow" }, h("h1", { class: "name" }, title(job)), h("p", { class: "quiet small" }, summary(job))), find, hits, saved, edit, copyText)),
    words,
    h("aside", { class: "side", "aria-label": "About this transcript" }, downloads(job), facts(job, data, nextUnsure), speakerCard(), more(job))));
  const reader = makeReader(words, data, nameOf, (index) => player.seek(data.starts[index] + 0.01), rename);
  if (!data.text.length) words.append(h("p", null, `No words were found in ${span(data.duration)} of audio.`));
  let paragraph = -1, unsure = -1, editing = false, endEditing = null, finished = null;
  const player = makePlayer(job, data, (index, follows) => {
    reader.mark(index);
    const now = index < 0 ? -1 : data.where[index][0];
    if (follows && now >= 0 && now !== paragraph && !player?.audio.paused) scroll(index);
    paragraph = now;
  });
  main.append(player.element);
  player.ready();
  if (resume.time) player.seek(resume.time);
  if (resume.top) scrollTo(0, resume.top);

  // Who scrolls by hand reads somewhere else: the words stop following until the button is pressed.
  let scrolled = 0;
  function scroll(index) {
    scrolled = Date.now();
    reader.scrollTo(index);
  }
  const byHand = () => { if (player.follows() && !player.audio.paused && Date.now() - scrolled > 150) player.setFollow(false); };
  const byKey = (event) => { if (["PageDown", "PageUp", "Home", "End"].includes(event.key) && event.target === document.body) byHand(); };
  addEventListener("wheel", byHand, { passive: true });
  addEventListener("touchmove", byHand, { passive: true });
  addEventListener("keydown", byKey);
  mediaKeys(job, player);

  const download = (format) => () => fetchFormat(job, format);
  const endKeys = setShortcuts({
    " ": ["Play, pause", player.toggle],
    k: ["", player.toggle],
    ArrowLeft: ["Back 5 s", () => player.seek(player.now() - 5)],
    ArrowRight: ["On 5 s", () => player.seek(player.now() + 5)],
    "Shift+ArrowLeft": ["Sentence before", () => phrase(-1)],
    "Shift+ArrowRight": ["Next sentence", () => phrase(1)],
    j: ["Back 15 s", () => player.seek(player.now() - 15)],
    l: ["On 15 s", () => player.seek(player.now() + 15)],
    ",": ["Slower", () => player.faster(-1)],
    ".": ["Faster", () => player.faster(1)],
    f: ["Follow the words", () => player.setFollow(!player.follows())],
    "/": ["Search", () => find.focus()],
    u: ["Next unsure word", nextUnsure],
    e: ["Edit this paragraph", () => { setEditing(true); reader.nodes[Math.max(0, paragraph)]?.focus(); }],
    c: ["Copy the text", () => copy(wholeText(), copyText)],
    s: ["Download SRT", download("srt")],
    v: ["Download VTT", download("vtt")],
    t: ["Download text", download("txt")],
    d: ["Download JSON", download("json")],
  });
  const end = () => {
    if (finished) return finished();
    endEditing?.();
    endKeys();
    removeEventListener("wheel", byHand);
    removeEventListener("touchmove", byHand);
    removeEventListener("keydown", byKey);
    player.end();
    reader.end();
  };
  return end;

  /** Begin or end to edit; at the end the words are laid out anew, with the times of what has changed. */
  async function setEditing(on) {
    if (on === editing) return;
    editing = on;
    edit.textContent = on ? "Done" : "Edit";
    edit.setAttribute("aria-pressed", String(on));
    reader.edit(on);
    if (on) {
      const show = (message, bad) => { saved.textContent = message; saved.classList.toggle("bad", Boolean(bad)); };
      endEditing = editParagraphs(words, data, edits, player, show);
      show("Tab plays, Ctrl Enter goes on, Esc undoes");
      return;
    }
    document.activeElement?.blur?.();
    await edits.saving.catch(() => {});
    if (saved.classList.contains("bad")) return; // what is not saved stays on the page
    const now = { time: player.now(), top: scrollY };
    end();
    finished = draw(main, job, answer, edits, now);
  }

  function rename(turn) {
    if (turn.speaker === undefined) return;
    askName(turn, edits, `Speaker ${turn.speaker}`, () => {
      reader.rename();
      card.replaceWith(card = speakerCard());
    });
  }

  /** Everybody who speaks, to be named; nothing where speakers were not told apart. */
  function speakerCard() {
    const all = new Map(data.paragraphs.filter((each) => each.speaker !== undefined).map((each) => [`${each.channel}.${each.speaker}`, each]));
    const button = (each) => h("button", { class: "small", data: { voice: voice(each) }, onclick: () => rename(each) }, nameOf(each));
    card = h("section", { class: "card", hidden: !all.size }, h("h2", null, "Speakers"), h("p", { class: "quiet small" }, "Press one to name it."),
      h("div", { class: "row" }, [...all.values()].sort((a, b) => a.channel - b.channel || a.speaker - b.speaker).map(button)));
    return card;
  }

  function search() {
    const found = reader.search(find.value);
    hits.textContent = find.value.trim().length > 1 ? `${found} found` : "";
  }

  function inSearch(event) {
    if (event.key === "Escape") {
      find.value = "";
      search();
      find.blur();
    } else if (event.key === "Enter") {
      event.preventDefault();
      const [number, all] = reader.go(event.shiftKey ? -1 : 1);
      if (number) hits.textContent = `${number} of ${all}`;
    }
  }

  function nextUnsure() {
    if (!data.unsure.length) return say("No word is unsure.");
    unsure = (unsure + 1) % data.unsure.length;
    const index = data.unsure[unsure];
    player.seek(data.starts[index] + 0.01);
    scroll(index);
    say(`${unsure + 1} of ${data.unsure.length}: ${data.text[index]}`);
  }

  /** Jump to the start of the sentence before or after the time of the player. */
  function phrase(step) {
    const begins = data.order.filter((index) => index === 0 || /[.!?…。！？]["'”’»)]*$/.test(data.text[index - 1])).map((index) => data.starts[index]);
    const at = player.now();
    const to = step > 0 ? begins.find((start) => start > at + 0.05) : begins.findLast((start) => start < at - 1);
    player.seek(to ?? (step > 0 ? data.duration : 0));
  }

  function wholeText() {
    let before = "";
    return data.paragraphs.map((each) => {
      const who = nameOf(each), line = who && who !== before ? `${who}: ${each.text}` : each.text;
      before = who;
      return line;
    }).join("\n\n");
  }
}

function textLanguage(job) {
  return new URLSearchParams(job.options).get("task") === "translate" ? "en" : job.language;
}

function summary(job) {
  const translated = new URLSearchParams(job.options).get("task") === "translate" && job.language !== "en";
  const heading = translated ? `English of ${language(job.language)}` : language(job.language);
  const ran = job.timings?.ran;
  return [span(job.duration), " · ", heading, heading && " · ", when(job.created), " · ",
    h("span", { class: "state ok" }, ran === undefined ? "done" : `done in ${span(ran)}`)];
}

function downloads(job) {
  const button = ([format, label]) => h("button", { onclick: () => fetchFormat(job, format), "aria-label": `Download ${label}` }, label);
  return h("section", { class: "card" }, h("h2", null, "Download"), h("div", { class: "row" }, Object.entries(FORMATS).map(button)));
}

async function fetchFormat(job, format) {
  try {
    const response = await call(`/requests/${job.request_id}/result`, { query: { format }, as: "response" });
    save(`${title(job).replace(/\.[A-Za-z0-9]{1,5}$/, "")}.${format}`, await response.blob());
  } catch (error) {
    say(error.message);
  }
}

function facts(job, data, nextUnsure) {
  const { waited, ran, model } = job.timings || {};
  const unsure = data.unsure.length ? h("button", { class: "link", onclick: nextUnsure }, count(data.unsure.length, "word")) : "none";
  const rows = [
    ["Model", job.model],
    ["Words", data.text.length.toLocaleString("en")],
    ["Unsure", unsure],
    waited !== undefined && ["Waited", span(waited)],
    ran !== undefined && ["Ran", span(ran)],
    model !== undefined && ["In the model", span(model)],
    ...(job.tags?.length ? [["Tags", job.tags.join(", ")]] : []),
    ...(job.deliveries || []).slice(-1).map((each) => ["Callback", `${each.requested ? "sent again" : each.status || each.error || "no answer"}, ${when(each.when)}`]),
  ];
  return h("section", { class: "card" }, h("h2", null, "Facts"),
    h("dl", null, rows.filter(Boolean).map(([name, value]) => [h("dt", null, name), h("dd", { class: "num" }, value)])));
}

function more(job) {
  const options = new URLSearchParams(job.options);
  options.delete("name");
  const problem = h("p", { class: "bad small", role: "alert", hidden: true });
  const remove = async () => {
    if (!confirm(`Delete ${title(job)}? The transcript goes, in every format, and the job from the list.`)) return;
    try {
      await call(`/requests/${job.request_id}`, { method: "DELETE" });
      location.assign("#/jobs");
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  };
  return h("section", { class: "small stack" },
    h("div", { class: "row" },
      h("button", { class: "plain small", onclick: (event) => copy(location.href, event.currentTarget) }, "Copy link"),
      h("a", { class: "button plain small", href: `#/?${options}` }, "Again with other options"),
      h("button", { class: "plain small bad", onclick: remove }, "Delete")),
    problem,
    h("p", { class: "quiet" }, "Request ", h("code", null, job.request_id)));
}

function mediaKeys(job, player) {
  if (!navigator.mediaSession) return;
  navigator.mediaSession.metadata = new MediaMetadata({ title: title(job), artist: "Earshot" });
  const on = (action, act) => { try { navigator.mediaSession.setActionHandler(action, act); } catch { /* unknown to this browser */ } };
  on("seekbackward", () => player.seek(player.now() - 5));
  on("seekforward", () => player.seek(player.now() + 5));
}
