// What a person does on the page in a browser that Playwright does not drive here: a file is dropped, read, searched,
// played, corrected, shared and found in the list.

import fs from "node:fs";

const SECONDS = 120;

/**
 * Drive a browser through the page, and print what was seen as a line of JSON. `browser` has `navigate(url)`,
 * `run(body)`, which returns what the body of an async function does, and `type(text)`.
 */
export async function travel(config, { navigate, run, type }) {
  const until = async (condition) => {
    for (let i = 0; i < SECONDS * 5; i++) {
      const found = await run(`return ${condition}`);
      if (found) return found;
      await new Promise((then) => setTimeout(then, 200));
    }
    throw new Error(`This did not happen: ${condition}\n${await run("return document.body.innerText")}`);
  };
  const press = (label) => run(`[...document.querySelectorAll("button, a")].find((each) => each.textContent === ${JSON.stringify(label)}).click();`);
  await navigate(`${config.url}/v1/`);
  await run(`globalThis.violations = [];
    globalThis.errors = [];
    addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
    addEventListener("error", (event) => errors.push(event.message));
    addEventListener("unhandledrejection", (event) => errors.push(String(event.reason)));`);
  await until("Boolean(document.querySelector('.drop'))");
  const base64 = fs.readFileSync(config.speech).toString("base64");
  await run(`const transfer = new DataTransfer(), bytes = Uint8Array.from(atob("${base64}"), (c) => c.charCodeAt(0));
    transfer.items.add(new File([bytes], "talk.flac"));
    for (const type of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));`);
  // WebKit gives no innerText of sections that it has not laid out yet (content-visibility).
  const text = await until("document.querySelector('#words section p') && document.querySelector('#words').innerText");
  const found = await run(`const field = document.querySelector(".find");
    field.value = " EVERY  word";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return [...CSS.highlights.get("hit")].map(String).join();`);
  await until("document.querySelector('.player audio').readyState > 0");
  const marked = await run(`const node = document.querySelector("#words p").firstChild, range = new Range(), at = node.data.indexOf("moments");
    range.setStart(node, at + 2);
    range.setEnd(node, at + 3);
    const { x, y, width, height } = range.getBoundingClientRect();
    node.parentElement.dispatchEvent(new MouseEvent("click", { bubbles: true, clientX: x + width / 2, clientY: y + height / 2 }));
    await new Promise((then) => document.querySelector(".player audio").addEventListener("seeked", () => setTimeout(then, 100), { once: true }));
    return [...CSS.highlights.get("now")].map(String).join();`);
  const played = await run(`const audio = document.querySelector(".player audio"), from = audio.currentTime;
    audio.muted = true;
    await audio.play();
    while (audio.currentTime < from + 0.3) await new Promise((then) => setTimeout(then, 50));
    audio.pause();
    return audio.currentTime - from;`);
  await press("Edit");
  await run(`document.querySelector("#words p").focus();
    getSelection().collapse(document.querySelector("#words p").firstChild, 0);`);
  await type("Hello! ");
  // The window of a headless browser need not be active, so that leaving a paragraph has no event of its own.
  await run(`document.querySelector("#words p").dispatchEvent(new FocusEvent("focusout", { bubbles: true }));`);
  await until("document.querySelector('.reader header').innerText.includes('Saved: 1 paragraph changed')");
  const corrected = await run("return document.querySelector('#words p').innerText");
  await press("Done");
  await press("Share");
  await press("Make a link");
  await until("Boolean(document.querySelector('dialog [aria-label=\"The link\"]'))");
  const link = await run("return document.querySelector('dialog [aria-label=\"The link\"]').value");
  await press("Close");
  await run("location.assign('#/jobs')");
  await until("Boolean(document.querySelector('tbody tr'))");
  const listed = await run("return document.querySelector('tbody').innerText");
  await run(`location.assign(new URL(${JSON.stringify(link)}).hash)`);
  const shared = await until("document.body.classList.contains('shared') && document.querySelector('#words section p')?.innerText");
  const [violations, errors] = await run("return [violations, errors]");
  return { text, found, marked, played, corrected, listed, shared, violations, errors };
}
