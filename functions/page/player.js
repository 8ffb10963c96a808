// The player: the audio by a presigned URL of S3, a map of who speaks when, made of the words alone.

import { call, Offline } from "./api.js";
import { h, say, warn } from "./dom.js";
import { clock } from "./format.js";
import { voice } from "./reader.js";
import { wordAt } from "./words.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const BAR = 3, GAP = 1, HEIGHT = 44; // pixels of the map

/** Build the player of a job that is read `from` a path with headers. `onTime(index, follows)` is told the word being said, -1 for none, when it changes. */
export function makePlayer(from, data, onTime) {
  const audio = h("audio", { preload: "metadata", crossorigin: "anonymous" });
  const map = h("canvas", { height: HEIGHT, tabindex: "0", role: "slider", "aria-label": "Position", "aria-valuemin": "0" });
  const time = h("span", { class: "num clock" }), play = h("button", { class: "main play", "aria-label": "Play", onclick: toggle }, "▶");
  const speed = h("button", { class: "plain small", "aria-label": "Speed 1×", onclick: () => faster(1, true) }, "1×");
  const follow = h("button", { class: "small", "aria-pressed": "true", onclick: () => setFollow(!follows) }, "Follow");
  const keys = h("button", { class: "plain small many", onclick: () => dispatchEvent(new Event("earshot-shortcuts")) }, "Keys");
  const note = h("p", { class: "small quiet grow", role: "status", hidden: true }), buttons = h("div", { class: "row" },
    h("button", { class: "plain", "aria-label": "Back 5 seconds", onclick: () => seek(now() - 5) }, "↺ 5"), play,
    h("button", { class: "plain", "aria-label": "On 5 seconds", onclick: () => seek(now() + 5) }, "5 ↻"), time, h("span", { class: "grow" }), speed, follow,
    keys);
  const element = h("footer", { class: "player", "aria-label": "Player" }, map, buttons, note, audio);
  let position = -1, follows = true, bitmap = null, frame = 0, waiting = null, signedAt = 0, playing = 0, known = false, broken = false, ended = false;

  const duration = () => (Number.isFinite(audio.duration) && audio.duration) || data.duration || 0;
  const now = () => (waiting ?? (audio.currentTime || 0));

  async function load(again) {
    if (from.audio === false) return silent("This link leads to the words alone.");
    try {
      const { url } = await call(`${from.path}/audio`, { query: { redirect: "false" }, headers: from.headers });
      if (ended) return;
      signedAt = Date.now();
      audio.src = url;
      if (again) audio.play().catch(() => {});
    } catch (error) {
      if (error.name === "AbortError") return;
      if (error instanceof Offline || error.status === 429 || error.status >= 500) interrupted(error.message);
      else silent(error.message);
    }
  }

  /** What may pass, as a lost line: the place is kept, and Play or a line that is back gets the audio again. */
  function interrupted(message) {
    broken = true;
    show(`${message} Play tries again.`);
  }

  function show(message) {
    note.textContent = message;
    note.hidden = !message;
  }

  function silent(message) {
    element.classList.add("silent");
    for (const button of buttons.querySelectorAll("button")) if (button !== follow && button !== keys) button.disabled = true;
    show(message);
  }

  audio.addEventListener("loadedmetadata", () => {
    if (waiting !== null) audio.currentTime = waiting;
    waiting = null;
    known = true;
    broken = false;
    show("");
    tick(false);
  });
  audio.addEventListener("error", () => {
    if (!audio.src || ended) return;
    waiting = now();
    if (Date.now() - signedAt > 50 * 60e3) return load(playing); // the URL ran out: get another, and go on where it was
    const unread = () => interrupted("The audio cannot be read just now.");
    if (known) return unread(); // this browser can play it
    fetch(audio.src, { headers: { range: "bytes=0-0" } }).then((answer) => {
      if (!answer.ok) return unread();
      silent("This browser cannot play this kind of audio; the words are whole. ");
      note.append(h("a", { href: audio.src, download: "" }, "Download the audio"));
    }, unread);
  });
  audio.addEventListener("play", () => { playing = 1; shown(); loop(); });
  audio.addEventListener("pause", () => { playing = 0; shown(); cancelAnimationFrame(frame); });
  audio.addEventListener("seeked", () => tick(true));

  function shown() {
    play.textContent = audio.paused ? "▶" : "❚❚";
    play.setAttribute("aria-label", audio.paused ? "Play" : "Pause");
  }

  function loop() {
    tick(false);
    if (!audio.paused) frame = requestAnimationFrame(loop);
  }

  function tick(moved) {
    const at = now(), whole = duration();
    const text = `${clock(at)} / ${clock(whole)}`;
    if (time.textContent !== text) {
      time.textContent = text;
      map.setAttribute("aria-valuemax", Math.round(whole));
      map.setAttribute("aria-valuenow", Math.round(at));
      map.setAttribute("aria-valuetext", clock(at));
    }
    const found = wordAt(data.sorted, at, Math.max(0, position));
    if (found !== position || moved) onTime(data.order[found] ?? -1, follows);
    position = found;
    draw(whole ? at / whole : 0);
  }

  /** The bars of the map, once: height by letters a bar, colour by who speaks. */
  function paint() {
    const scale = devicePixelRatio || 1, width = (map.width = Math.max(1, map.clientWidth * scale)), height = (map.height = HEIGHT * scale);
    const bars = Math.max(1, Math.floor(width / ((BAR + GAP) * scale))), counts = new Float32Array(bars), voices = new Uint8Array(bars);
    const whole = duration() || 1, sample = h("i", { hidden: true });
    element.append(sample);
    const colours = [0, 1, 2, 3, 4, 5].map((n) => {
      sample.dataset.voice = n;
      return getComputedStyle(sample).color;
    });
    sample.remove();
    const barOf = (seconds) => Math.max(0, Math.min(bars - 1, Math.floor((seconds / whole) * bars)));
    data.starts.forEach((start, index) => {
      const first = barOf(start), last = barOf(data.ends[index]);
      for (let bar = first; bar <= last; bar++) {
        counts[bar] += data.text[index].length / (last - first + 1); // letters: how fast a person speaks
        voices[bar] = voice(data.paragraphs[data.where[index][0]]);
      }
    });
    const heights = counts.filter(Boolean).sort(), tallest = heights[Math.floor(heights.length * 0.95)] || 1; // one bar is no measure
    bitmap = new OffscreenCanvas(width, height);
    const context = bitmap.getContext("2d");
    for (let bar = 0; bar < bars; bar++) {
      const tall = Math.max(0.06, Math.sqrt(Math.min(1, counts[bar] / tallest))) * height * 0.9; // a root: slow speech is seen, too
      context.fillStyle = colours[voices[bar]];
      context.fillRect(bar * (BAR + GAP) * scale, (height - tall) / 2, BAR * scale, tall);
    }
  }

  function draw(part) {
    if (!bitmap || bitmap.width !== Math.max(1, map.clientWidth * (devicePixelRatio || 1))) paint();
    const context = map.getContext("2d"), { width, height } = map, x = Math.round(part * width);
    context.clearRect(0, 0, width, height);
    context.globalAlpha = 0.4;
    context.drawImage(bitmap, 0, 0);
    context.globalAlpha = 1;
    if (x > 0) context.drawImage(bitmap, 0, 0, x, height, 0, 0, x, height);
    context.fillStyle = getComputedStyle(map).color;
    context.fillRect(Math.min(width - 2, x), 0, 2, height);
  }

  function seek(to) {
    const at = Math.max(0, Math.min(to, duration()));
    if (audio.readyState && !broken) audio.currentTime = at;
    else waiting = at;
    tick(true);
  }

  function toggle() {
    if (broken) return load(true);
    if (!audio.src) return;
    warn("");
    if (audio.paused) audio.play().catch((error) => { if (error.name !== "AbortError") warn(`The audio does not start: ${error.message}`); });
    else audio.pause();
  }

  function faster(step, around) {
    let index = SPEEDS.indexOf(audio.playbackRate) + step;
    if (around) index %= SPEEDS.length;
    audio.playbackRate = SPEEDS[Math.max(0, Math.min(index, SPEEDS.length - 1))];
    speed.textContent = `${audio.playbackRate}×`;
    speed.setAttribute("aria-label", `Speed ${speed.textContent}`);
    say(speed.textContent);
  }

  function setFollow(on) {
    follows = on;
    follow.setAttribute("aria-pressed", String(on));
    if (on) onTime(data.order[position] ?? -1, true);
  }

  map.addEventListener("pointerdown", (event) => {
    const move = ({ clientX }) => { const box = map.getBoundingClientRect(); seek(((clientX - box.left) / box.width) * duration()); };
    map.setPointerCapture(event.pointerId);
    map.onpointermove = move;
    map.onpointerup = map.onpointercancel = () => { map.onpointermove = null; };
    move(event);
  });
  map.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: now() - 5, ArrowRight: now() + 5, ArrowDown: now() - 5, ArrowUp: now() + 5, PageDown: now() - 60, PageUp: now() + 60, Home: 0, End: duration() }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    seek(to);
  });
  const repaint = () => { bitmap = null; tick(false); };
  const retry = () => { if (broken) load(playing); };
  addEventListener("resize", repaint);
  addEventListener("online", retry);
  const theme = matchMedia("(prefers-color-scheme: dark)");
  theme.addEventListener("change", repaint);
  load(false);
  return {
    element, audio, seek, toggle, now, faster, setFollow,
    follows: () => follows,
    /** Draw for the first time, once the element is on the page. */
    ready: () => tick(false),
    end() {
      ended = true;
      audio.pause();
      audio.removeAttribute("src");
      cancelAnimationFrame(frame);
      removeEventListener("resize", repaint);
      removeEventListener("online", retry);
      theme.removeEventListener("change", repaint);
    },
  };
}
