// The screen of a finished job: its words, the player that they follow, search, downloads, facts.

import { call } from "./api.js";
import { downloads, facts, fetchFormat, isTranslated, more, summary } from "./about.js";
import { copy, fill, h, say } from "./dom.js";
import { askName, editParagraphs, fetchEdits, noEdits } from "./edits.js";
import { span, title } from "./format.js";
import { setShortcuts } from "./keyboard.js";
import { makePlayer } from "./player.js";
import { makeReader, voice } from "./reader.js";
import { shareDialog } from "./share.js";
import { readWords } from "./words.js";

const RIGHT_TO_LEFT = ["ar", "fa", "he", "ps", "sd", "ur", "yi"]; // of Whisper's languages

/**
 * Draw the screen; returns a function that ends it. `from` is where the job is read: the path of its routes, headers of each call,
 * and whether it is `shared`, by a link whose holder changes nothing.
 */
export function transcriptScreen(main, job, from = { path: `/requests/${job.request_id}`, headers: {}, shared: false }) {
  const ends = [];
  let gone = false;
  main.replaceChildren(h("div", { class: "wrap", "aria-busy": "true" }, h("h1", { dir: "auto" }, title(job)), h("p", { class: "quiet" }, "Fetching the words …")));
  // The owner's corrections lie over the words of the model; to others the API gives the words with them.
  const result = call(`${from.path}/result`, { query: from.shared ? { format: "json" } : { format: "json", edited: "false" }, headers: from.headers });
  Promise.all([result, from.shared ? noEdits(job.speakers) : fetchEdits(job)]).then(
    ([answer, edits]) => { if (!gone) ends.push(draw(main, job, from, answer, edits)); },
    (error) => { if (!gone) fill(main, h("div", { class: "wrap" }, h("h1", null, title(job)), h("p", { class: "bad", role: "alert" }, error.message))); },
  );
  return () => {
    gone = true;
    ends.forEach((end) => end());
  };
}

/** Draw the words with their corrections; `resume` is where to go on after they have been edited. */
function draw(main, job, from, answer, edits, resume = {}) {
  const shown = edits.changes, data = readWords(answer, shown);
  const words = h("article", { class: "words", id: "words", "aria-label": "Transcript", lang: textLanguage(job), dir: RIGHT_TO_LEFT.includes(textLanguage(job)) ? "rtl" : null });
  let card = null;
  const nameOf = ({ speaker, channel }) => [
    data.channels > 1 && `Channel ${channel + 1}`,
    speaker !== undefined && (edits.nameOf(channel, speaker) || `Speaker ${speaker}`),
  ].filter(Boolean).join(", ");
  const find = h("input", { type: "search", class: "find", placeholder: "Search  /", "aria-label": "Search the words", oninput: search, onkeydown: inSearch });
  const hits = h("span", { class: "small quiet num", role: "status" });
  const share = h("button", { class: "many", onclick: () => shareDialog(job) }, "Share");
  const edit = h("button", { "aria-pressed": "false", onclick: () => setEditing(!editing) }, "Edit");
  const below = h("button", { class: "below", onclick: () => side.scrollIntoView() }, "More");
  const saved = h("span", { class: "small quiet", role: "status" });
  const copyText = h("button", { class: "many", onclick: (event) => copyWhole(event.currentTarget) }, "Copy text");
  const copyWhole = (button) => copy(wholeText(), button), empty = !data.text.length;
  const side = h("aside", { class: "side", "aria-label": "About this transcript" });
  main.replaceChildren(h("div", { class: "reader" },
    h("header", null, h("div", { class: "row" },
      h("div", { class: "grow" }, h("h1", { class: "name clamp", dir: "auto", title: title(job) }, title(job)), h("p", { class: "quiet small" }, summary(job, from))),
      find, hits, saved, !from.shared && !empty && edit, !empty && copyText, !from.shared && share, below)),
    words, side));
  side.append(...[downloads(job, from), speakerCard(), more(job, from, copyWhole), facts(job, data, nextUnsure)].filter(Boolean));
  const reader = makeReader(words, data, nameOf, (index) => player.seek(data.starts[index] + 0.01), from.shared ? null : rename);
  if (empty) words.append(h("p", null, `No words were found in ${span(data.duration)} of audio.`));
  let paragraph = -1, unsure = -1, editing = false, ending = false, left = false, endEditing = null, finished = null;
  const player = makePlayer(from, data, (index, follows) => {
    reader.mark(index);
    const now = index < 0 ? -1 : data.where[index][0];
    if (follows && now >= 0 && now !== paragraph && !player?.audio.paused) scroll(index);
    paragraph = now;
  });
  main.append(player.element);
  player.ready();
  if (resume.time) player.seek(resume.time);
  if (resume.top) scrollTo(0, resume.top);

  // After a scroll by hand the words stop following the player until the button is pressed.
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

  const download = (format) => () => fetchFormat(job, from, format);
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
    ...(from.shared || empty ? {} : { e: ["Edit this paragraph", () => { setEditing(true); reader.nodes[Math.max(0, paragraph)]?.focus(); }] }),
    c: ["Copy the text", () => copyWhole(copyText)],
    s: ["Download SRT", download("srt")],
    v: ["Download VTT", download("vtt")],
    t: ["Download text", download("txt")],
    d: ["Download JSON", download("json")],
  });
  const end = () => {
    if (finished) return finished();
    left = true;
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
    if (on === editing || ending) return;
    showEditing(on);
    if (on) {
      const show = (message, bad) => { saved.textContent = message; saved.classList.toggle("bad", Boolean(bad)); };
      endEditing = editParagraphs(words, data, edits, shown, player, show);
      show(matchMedia("(hover)").matches ? "Tab plays, Ctrl Enter goes on, Esc undoes" : ""); // where there are keys
      return;
    }
    document.activeElement?.blur?.();
    ending = true;
    await edits.saving.catch(() => {});
    ending = false;
    if (left) return; // for another screen meanwhile
    if (saved.classList.contains("bad")) return showEditing(true); // a text that is not saved stays, to be saved or undone
    const now = { time: player.now(), top: scrollY };
    end();
    finished = draw(main, job, from, answer, edits, now);
  }

  function showEditing(on) {
    editing = on;
    edit.textContent = on ? "Done" : "Edit";
    edit.setAttribute("aria-pressed", String(on));
    reader.edit(on);
  }

  function rename(turn) {
    if (turn.speaker === undefined) return;
    askName(turn, edits, `Speaker ${turn.speaker}`, () => {
      reader.rename();
      card.replaceWith(card = speakerCard());
    });
  }

  /** The speakers, to be named; nothing where they were not told apart. */
  function speakerCard() {
    const all = new Map(data.paragraphs.filter((each) => each.speaker !== undefined).map((each) => [`${each.channel}.${each.speaker}`, each]));
    const button = (each) => h("button", { class: "small", dir: "auto", disabled: from.shared, data: { voice: voice(each) }, onclick: () => rename(each) }, nameOf(each));
    card = h("section", { class: "card", hidden: !all.size }, h("h2", null, "Speakers"), !from.shared && h("p", { class: "quiet small" }, "Press one to name it."),
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
  return isTranslated(job) ? "en" : job.language;
}

function mediaKeys(job, player) {
  if (!navigator.mediaSession) return;
  navigator.mediaSession.metadata = new MediaMetadata({ title: title(job), artist: "Earshot" });
  const on = (action, act) => { try { navigator.mediaSession.setActionHandler(action, act); } catch { /* unknown to this browser */ } };
  on("seekbackward", () => player.seek(player.now() - 5));
  on("seekforward", () => player.seek(player.now() + 5));
}
