// The screen of readers who open a link to a transcript. They need no key, and change nothing.

import { call } from "./api.js";
import { fill, h } from "./dom.js";
import { transcriptScreen } from "./transcript.js";

/** Draw the screen; returns a function that ends it. The secret is sent in a header alone, as keys are. */
export function sharedScreen(main, id, secret = "") {
  const from = { path: `/shared/${encodeURIComponent(id)}`, headers: { authorization: `Share ${secret}` }, shared: true };
  let end = null, gone = false;
  main.replaceChildren(h("div", { class: "wrap", "aria-busy": "true" }, h("h1", { class: "sr" }, "A transcript"), h("p", { class: "quiet" }, "Opening the link …")));
  call(from.path, { headers: from.headers }).then(
    (found) => {
      if (gone) return;
      const job = { ...found, options: `task=${found.task}` };
      document.title = `${found.name || "A transcript"} · Earshot`;
      end = transcriptScreen(main, job, { ...from, audio: found.audio });
    },
    (error) => { if (!gone) fill(main, h("div", { class: "wrap" }, h("h1", null, "Nothing is shared here"), h("p", { role: "alert" }, error.message), h("p", { class: "quiet" }, "Ask whoever sent you the link for another one."))); },
  );
  return () => {
    gone = true;
    end?.();
  };
}
