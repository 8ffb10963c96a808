// The sample for users without a recording: eight seconds of speech to play, and to transcribe as if it were dropped.

import { h, warn } from "./dom.js";

const ADDRESS = new URL("./sample.mp3", import.meta.url).href;

/** Make the line of the sample; `take` is what takes files that are dropped. */
export function sampleLine(take) {
  const send = async (event) => {
    event.currentTarget.disabled = true;
    warn("");
    try {
      take([new File([await (await fetch(ADDRESS)).blob()], "sample.mp3", { type: "audio/mpeg" })]);
    } catch {
      event.target.disabled = false;
      warn("The sample cannot be fetched.");
    }
  };
  return h("div", { class: "row sample" },
    h("span", null, "A sample, 8 seconds:"),
    h("audio", { controls: true, preload: "none", src: ADDRESS, "aria-label": "Play the sample" }),
    h("button", { type: "button", onclick: send }, "Transcribe it"));
}
