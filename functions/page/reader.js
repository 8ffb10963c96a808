// The words on the page. A paragraph is one text node; the word being said, unsure words and what a search finds are
// ranges of the CSS Custom Highlight API: hours of speech are thousands of nodes, and the browser's own find,
// selection and copy work on them.

import { h } from "./dom.js";
import { clock } from "./format.js";

const KNOWN = globalThis.Highlight && CSS.highlights; // browsers without it show the words, and mark nothing

/** Show paragraphs of words.js in an element. `nameOf(paragraph)` is who speaks, or ""; without `onName` names cannot be changed. */
export function makeReader(element, data, nameOf, onWord, onName) {
  const marks = Object.fromEntries(["now", "unsure", "hit", "current"].map((name) => [name, KNOWN ? new Highlight() : new Set()]));
  const nodes = [], names = [], all = document.createDocumentFragment();
  let before = null, hits = [], hit = -1;
  data.paragraphs.forEach((paragraph, number) => {
    const text = h("p", { data: { number }, dir: "auto" }, paragraph.text);
    const who = nameOf(paragraph);
    const name = h("button", { class: "who-name", dir: "auto", title: onName ? "Name this speaker" : null, disabled: !onName || paragraph.speaker === undefined, onclick: () => onName(paragraph) }, who);
    name.hidden = !who || who === before;
    name.dataset.voice = voice(paragraph);
    before = who;
    if (paragraph.changed) text.classList.add("changed");
    nodes.push(text);
    names.push(name);
    all.append(h("section", null, h("div", { class: "who" }, name, h("time", null, clock(paragraph.start))), text));
  });
  element.replaceChildren(all); // ranges only now: a node that is moved empties its ranges
  if (KNOWN) for (const name of Object.keys(marks)) CSS.highlights.set(name, marks[name]);
  for (const index of data.unsure) marks.unsure.add(rangeOf(index));
  element.addEventListener("click", clicked);

  function rangeOf(index) {
    const [number, from, to] = data.where[index];
    return range(number, from, to);
  }

  function range(number, from, to) {
    const made = new Range(), node = nodes[number].firstChild, length = node?.length ?? 0; // while it is edited, it may be shorter
    made.setStart(node ?? nodes[number], Math.min(from, length));
    made.setEnd(node ?? nodes[number], Math.min(to, length));
    return made;
  }

  function clicked(event) {
    const paragraph = event.target.closest("p");
    if (!paragraph || paragraph.isContentEditable || !getSelection().isCollapsed) return;
    const offset = offsetAt(event.clientX, event.clientY);
    const { first, last } = data.paragraphs[paragraph.dataset.number];
    let index = first;
    while (index < last && data.where[index + 1][1] <= offset) index += 1;
    onWord(index);
  }

  return {
    nodes,
    rangeOf,
    /** Mark the word being said; -1 marks none. */
    mark(index) {
      marks.now.clear();
      if (index >= 0) marks.now.add(rangeOf(index));
    },
    /** Bring a word's paragraph into the middle of the window. */
    scrollTo(index) {
      nodes[data.where[index][0]].scrollIntoView({ block: "center" });
    },
    /** Mark all places of a text, whatever the case; returns how many there are. */
    search(text) {
      marks.hit.clear();
      marks.current.clear();
      hits = [];
      hit = -1;
      const needle = text.trim().replace(/\s+/g, " ").toLowerCase();
      if (needle.length < 2) return 0;
      nodes.forEach((node, number) => {
        const inside = node.textContent.toLowerCase();
        for (let at = inside.indexOf(needle); at >= 0; at = inside.indexOf(needle, at + needle.length)) {
          const found = range(number, at, at + needle.length);
          hits.push(found);
          marks.hit.add(found);
        }
      });
      return hits.length;
    },
    /** Go to the next or previous place; returns its number from 1, 0 if there is none, and how many there are. */
    go(step) {
      if (!hits.length) return [0, 0];
      hit = hit < 0 ? (step > 0 ? 0 : hits.length - 1) : (hit + step + hits.length) % hits.length;
      marks.current.clear();
      marks.current.add(hits[hit]);
      hits[hit].startContainer.parentElement.scrollIntoView({ block: "center" });
      return [hit + 1, hits.length];
    },
    /** Let the paragraphs be edited, or not any more. */
    edit(on) {
      for (const node of nodes) {
        if (on) node.setAttribute("contenteditable", "plaintext-only");
        else node.removeAttribute("contenteditable");
        node.spellcheck = on;
      }
    },
    /** Write who speaks anew, after a speaker got a name. */
    rename() {
      let earlier = null;
      data.paragraphs.forEach((paragraph, number) => {
        const who = nameOf(paragraph);
        names[number].textContent = who;
        names[number].hidden = !who || who === earlier;
        earlier = who;
      });
    },
    end() {
      element.removeEventListener("click", clicked);
      if (KNOWN) for (const name of Object.keys(marks)) CSS.highlights.delete(name);
    },
  };
}

/** Number of a paragraph's colour: by speaker, else by channel. */
export function voice(paragraph) {
  return (paragraph.speaker ?? paragraph.channel) % 6;
}

function offsetAt(x, y) {
  const position = document.caretPositionFromPoint?.(x, y);
  if (position) return position.offset;
  return document.caretRangeFromPoint?.(x, y)?.startOffset ?? 0;
}
