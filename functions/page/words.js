// A transcript's words out of the API's answer, and the paragraphs they are read in.

const GAP_SECONDS = 2.5; // of silence that ends a paragraph
const LONG_WORDS = 70, LONGEST_WORDS = 180; // a paragraph ends with a sentence from the first on, and anyhow at the second
const FULL_STOP = /[.!?…。！？]["'”’»)]*$/;
const UNSURE_SHARE = 0.02, UNSURE_BELOW = 0.4; // the lowest 2 % of the words, and only below 0.4

/**
 * Read the answer of GET …/result with `edited=false`, and lay changes of GET …/edits over it. Words are in the order of the paragraphs, with parallel arrays:
 * `text`, `starts` and `ends` (seconds), `where` (paragraph, first and last offset in its text), `unsure` (indices).
 * Where channels speak at once, that is not the order of time: `order` has the indices in it, `sorted` their starts.
 * A paragraph has `text`, `first`, `last` (indices), `start`, `speaker` (undefined if they were not told apart), `channel`,
 * and as `base` and `count` the words of the channel, as the model wrote them, in whose place it stands.
 */
export function readWords({ metadata, results }, changes = []) {
  const channels = results.channels.length, paragraphs = [];
  results.channels.forEach(({ alternatives: [{ transcript, words }] }, channel) => {
    const spaces = separators(transcript, words);
    const whole = words.map((word, index) => ({ ...word, space: spaces[index], base: index, count: 1 }));
    paragraphs.push(...paragraphsOf(lay(whole, changes.filter((each) => each.channel === channel)), channel, channels > 1));
  });
  paragraphs.sort((a, b) => a.words[0].start - b.words[0].start);
  const languages = [...new Set(results.channels.flatMap(({ alternatives: [each] }) => each.languages || []))];
  const data = { duration: metadata.duration, channels, languages, paragraphs, text: [], starts: [], ends: [], where: [], confidence: [], unsure: [] };
  paragraphs.forEach((paragraph, number) => {
    paragraph.first = data.text.length;
    paragraph.start = paragraph.words[0].start;
    let offset = 0;
    paragraph.text = paragraph.words.map((word, index) => {
      const before = index ? word.space : "", text = textOf(word);
      data.text.push(text);
      data.starts.push(word.start);
      data.ends.push(word.end);
      data.confidence.push(word.confidence);
      data.where.push([number, offset + before.length, offset + before.length + text.length]);
      offset += before.length + text.length;
      return before + text;
    }).join("");
    paragraph.last = data.text.length - 1;
  });
  data.order = data.starts.map((_, index) => index).sort((a, b) => data.starts[a] - data.starts[b]);
  data.sorted = data.order.map((index) => data.starts[index]);
  const sorted = [...data.confidence].sort((a, b) => a - b);
  const below = Math.min(UNSURE_BELOW, sorted[Math.floor(sorted.length * UNSURE_SHARE)] ?? 0);
  data.confidence.forEach((value, index) => { if (value < below) data.unsure.push(index); });
  return data;
}

/** Index of the last word that has begun at a time, or -1. `near` is where the search begins: mostly the one before. */
export function wordAt(starts, time, near = 0) {
  if (starts[near] <= time && (near + 1 >= starts.length || starts[near + 1] > time)) return near;
  if (near + 1 < starts.length && starts[near + 1] <= time && (near + 2 >= starts.length || starts[near + 2] > time)) return near + 1;
  let from = 0, to = starts.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (starts[middle] <= time) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}

function textOf(word) {
  return word.punctuated_word ?? word.word;
}

/** What stands before each word in the transcript: a space, or nothing in scripts without. */
function separators(transcript, words) {
  let position = 0;
  return words.map((word) => {
    const text = textOf(word), found = transcript.indexOf(text, position);
    if (found < 0 || found - position > 3) return " ";
    const before = transcript.slice(position, found);
    position = found + text.length;
    return before;
  });
}

/** Put the words of changes in the place of those that they change. */
function lay(words, changes) {
  const laid = [];
  let at = 0;
  for (const change of [...changes].sort((a, b) => a.first - b.first)) {
    const spaces = separators(change.text, change.words);
    laid.push(...words.slice(at, change.first));
    laid.push(...change.words.map((word, index) => ({ ...word, space: index ? spaces[index] : words[change.first].space, base: change.first, count: change.count, change })));
    at = change.first + change.count;
  }
  return [...laid, ...words.slice(at)];
}

function paragraphsOf(words, channel, several) {
  const found = [];
  let current = null;
  words.forEach((word) => {
    const last = current?.words.at(-1);
    const gap = last ? word.start - last.end : 0;
    const ended = last && FULL_STOP.test(textOf(last));
    const full = current && (current.words.length >= LONGEST_WORDS || (ended && current.words.length >= LONG_WORDS));
    const inChange = word.change && word.change === last?.change; // a change is never in two paragraphs
    if (!current || (!inChange && (full || word.speaker !== current.speaker || gap > (several ? 1 : GAP_SECONDS)))) {
      current = { channel, speaker: word.speaker, base: word.base, words: [] };
      found.push(current);
    }
    current.words.push(word);
    current.count = word.base + word.count - current.base;
    current.changed ||= Boolean(word.change);
  });
  return found;
}
