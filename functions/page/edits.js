// Corrections: paragraphs that are edited in place and names of speakers. They lie over what the model wrote, and go to
// the API as a whole, with the version that they are based on: changes of another reader are not lost.

import { call } from "./api.js";
import { h, say, sheet, warn } from "./dom.js";
import { count } from "./format.js";

/** Fetch the corrections of a job: `changes`, `speakers`, what saves them, and the names of speakers `recognised`. */
export async function fetchEdits(job) {
  const path = `/requests/${job.request_id}/edits`;
  const edits = { changes: [], speakers: [], recognised: [], version: "", saving: Promise.resolve(), merged: false };
  const take = async (response) => {
    edits.version = response.headers.get("etag") || edits.version;
    Object.assign(edits, await response.json());
  };
  const read = async () => take(await call(path, { as: "response" }));
  await read();

  const put = async (change) => {
    const { changes, speakers } = change({ changes: edits.changes, speakers: edits.speakers });
    const bare = changes.map(({ words: _, ...rest }) => rest);
    await take(await call(path, { method: "PUT", json: { changes: bare, speakers }, headers: { "if-match": edits.version }, as: "response" }));
  };

  /**
   * Save after what is being saved; `change` gets the present corrections and returns the new ones. If another writer
   * has saved meanwhile, it is made on top of theirs, unless they changed the same: what `part` returns of corrections
   * has to be what it was of those that the page shows. `based` returns that once its turn has come: what was being
   * saved is this page's own by then.
   */
  edits.save = (change, part, based) => {
    edits.saving = edits.saving.catch(() => {}).then(async () => {
      for (let tries = 0; ; tries++) {
        if (part(edits) !== based()) throw Object.assign(new Error("This was changed elsewhere meanwhile, in another tab or by somebody else."), { status: 412 });
        try {
          return await put(change);
        } catch (error) {
          if (error.status !== 412 || tries > 4) throw error;
          await read();
          edits.merged = true;
        }
      }
    });
    return edits.saving;
  };
  edits.nameOf = (channel, speaker) => nameIn([...edits.speakers, ...edits.recognised], channel, speaker);
  return edits;
}

function nameIn(speakers, channel, speaker) {
  return speakers.find((each) => each.channel === channel && each.speaker === speaker)?.name;
}

/** Corrections for words that have them already: names of speakers alone. */
export function noEdits(speakers = []) {
  return { changes: [], speakers, nameOf: (channel, speaker) => nameIn(speakers, channel, speaker) };
}

const isIn = ({ channel, base, count: words }) => (each) => each.channel === channel && each.first + each.count > base && each.first < base + words;
const isOf = ({ channel, speaker }) => (each) => each.channel === channel && each.speaker === speaker;

/** The corrections of a paragraph. */
const textsIn = (paragraph) => ({ changes }) => JSON.stringify(changes.filter(isIn(paragraph)).map((each) => each.text));

/** Save a paragraph's text in the place of the changes that it holds already. */
function saveParagraph(edits, paragraph, text, based) {
  const mine = isIn(paragraph), { channel, base: first, count: words } = paragraph;
  return edits.save(
    ({ changes, speakers }) => ({ speakers, changes: [...changes.filter((each) => !mine(each)), { channel, first, count: words, text }] }),
    textsIn(paragraph),
    based,
  );
}

/** Save a speaker's name; "" takes it away. */
function saveName(edits, { channel, speaker }, name, based) {
  const mine = isOf({ channel, speaker });
  return edits.save(
    ({ changes, speakers }) => ({ changes, speakers: [...speakers.filter((each) => !mine(each)), ...(name ? [{ channel, speaker, name }] : [])] }),
    (now) => nameIn(now.speakers, channel, speaker),
    based,
  );
}

/**
 * Edit the paragraphs of a reader in place, each saved when it is left.
 *
 * `shown` are the changes that the words on the page have. Tab plays and pauses, Shift Tab goes back 3 s, Ctrl Enter
 * goes to the next paragraph, Esc undoes the paragraph.
 */
export function editParagraphs(element, data, edits, shown, player, show) {
  // By paragraph: the text that is saved, the one that was sent last, why that is not saved, and the corrections that it
  // is based on.
  const kept = new Map(), sent = new Map(), unsaved = new Map(), based = new Map();
  let saves = 0, ended = false;
  const before = (node) => sent.get(node) ?? kept.get(node);
  const tell = (message) => show([...unsaved.values()].at(-1) ?? message, unsaved.size > 0);
  const paragraphOf = (event) => event.target.closest("p[contenteditable]");
  const focused = (event) => { const node = paragraphOf(event); if (node && !kept.has(node)) kept.set(node, node.textContent); };

  async function left(event) {
    const node = paragraphOf(event);
    const text = node?.textContent.split(/\s+/).join(" ").trim();
    if (!node) return;
    if (text === before(node)) {
      if (unsaved.delete(node)) tell("Undone");
      return;
    }
    sent.set(node, text);
    unsaved.delete(node);
    node.textContent = text; // one text node again, whatever the browser made of it
    show("Saving …");
    const paragraph = data.paragraphs[node.dataset.number], texts = textsIn(paragraph);
    saves += 1;
    try {
      await saveParagraph(edits, paragraph, text, () => based.get(node) ?? texts({ changes: shown }));
      based.set(node, texts(edits));
      kept.set(node, text);
      unsaved.delete(node);
      node.classList.add("changed");
      tell(`Saved: ${count(edits.changes.length, "paragraph")} changed${edits.merged ? ". It is changed in another tab or by somebody else, too: Done shows how" : ""}`);
    } catch (error) {
      if (ended) warn(`${error.message} This paragraph is not saved: ${text}`);
      if (sent.get(node) === text) sent.delete(node);
      const next = error.status === 412 ? "copy it, then load this page again" : "go into it and leave it to try again, or press Esc in it to undo it";
      unsaved.set(node, `${error.message} Your text of this paragraph is not saved: ${next}.`);
      tell();
    } finally {
      saves -= 1;
    }
  }

  function pressed(event) {
    const node = paragraphOf(event);
    if (!node) return;
    if (event.key === "Escape") {
      node.textContent = before(node) ?? node.textContent;
      node.blur();
    } else if (event.key === "Tab" && event.shiftKey) player.seek(player.now() - 3);
    else if (event.key === "Tab") player.toggle();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const next = data.paragraphs[Number(node.dataset.number) + 1] && element.querySelector(`p[data-number="${Number(node.dataset.number) + 1}"]`);
      if (next) next.focus();
      else node.blur();
    } else if (event.key !== "Enter") return;
    event.preventDefault(); // a paragraph stays one: Enter alone does nothing
  }

  // The connection is back; saving a paragraph moves the cursor in it.
  const again = () => [...unsaved.keys()].forEach((node) => node === document.activeElement || left({ target: node }));
  const unload = (event) => {
    const node = document.activeElement;
    if (saves || unsaved.size || (kept.has(node) && node.textContent !== before(node))) event.preventDefault();
  };
  element.addEventListener("focusin", focused);
  element.addEventListener("focusout", left);
  element.addEventListener("keydown", pressed);
  addEventListener("online", again);
  addEventListener("beforeunload", unload);
  return () => {
    ended = true;
    if (element.contains(document.activeElement)) document.activeElement.blur(); // the typed text is saved, whichever way the screen is left
    again();
    removeEventListener("online", again);
    removeEventListener("beforeunload", unload);
    element.removeEventListener("focusin", focused);
    element.removeEventListener("focusout", left);
    element.removeEventListener("keydown", pressed);
  };
}

/** Ask for a speaker's name, and save it. */
export function askName(paragraph, edits, shown, done) {
  const field = h("input", { value: edits.nameOf(paragraph.channel, paragraph.speaker) || "", placeholder: shown, maxlength: "100", autocomplete: "off" });
  const problem = h("p", { class: "bad small", role: "alert", hidden: true }), based = nameIn(edits.speakers, paragraph.channel, paragraph.speaker);
  const submit = async (event) => {
    event.preventDefault();
    try {
      await saveName(edits, paragraph, field.value.trim(), () => based);
      dialog.close();
      done();
      say("The name is saved.");
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  };
  const dialog = sheet("name-title", `Who is ${shown}?`,
    h("form", { class: "stack", onsubmit: submit }, h("label", null, h("span", null, "Name, in every format; empty takes it away"), field), problem,
      h("div", { class: "row" }, h("button", { class: "main" }, "Save"), h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"))));
  field.focus();
}
