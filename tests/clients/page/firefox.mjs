// Drives the web page in Firefox by WebDriver BiDi, which it speaks without any package. Reads {url, firefox, speech} from
// stdin; writes one line of JSON: what was seen of a file that is dropped, read, played and corrected.

import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const config = JSON.parse(fs.readFileSync(0, "utf8"));
const PAGE = `${config.url}/v1/`, SECONDS = 120;
const home = fs.mkdtempSync(path.join(os.tmpdir(), "earshot-firefox-"));
const browser = spawn(config.firefox, ["--headless", "--no-remote", "--profile", home, "--remote-debugging-port", "0"],
  { env: { ...process.env, HOME: home }, stdio: ["ignore", "ignore", "pipe"] });
const complaints = [], waiting = new Map();
let last = 0;

async function main() {
  const address = await new Promise((then, fail) => {
    browser.on("error", fail);
    browser.on("exit", () => fail(new Error("Firefox ended.")));
    browser.stderr.on("data", (data) => { const found = /BiDi listening on (ws:\S+)/.exec(data); if (found) then(found[1]); });
  });
  const socket = new WebSocket(`${address}/session`);
  await new Promise((then, fail) => Object.assign(socket, { onopen: then, onerror: fail }));
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.id) waiting.get(message.id)?.(message);
    else if (message.method === "log.entryAdded" && message.params.level === "error") complaints.push(message.params.text);
  };
  const send = (method, params) => new Promise((then, fail) => {
    waiting.set(++last, ({ error, message, result }) => (error ? fail(new Error(`${method}: ${message}`)) : then(result)));
    socket.send(JSON.stringify({ id: last, method, params }));
  });
  const { capabilities } = await send("session.new", { capabilities: {} });
  await send("session.subscribe", { events: ["log.entryAdded"] });
  const { contexts: [{ context }] } = await send("browsingContext.getTree", {});
  const run = async (expression) => {
    const { result, exceptionDetails } = await send("script.evaluate", { expression: `(async () => { ${expression} })()`, target: { context }, awaitPromise: true });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result.value;
  };
  const until = async (condition) => {
    for (let i = 0; i < SECONDS * 5; i++) {
      const found = await run(`return ${condition}`);
      if (found) return found;
      await new Promise((then) => setTimeout(then, 200));
    }
    throw new Error(`This did not happen: ${condition}\n${await run("return document.body.innerText")}`);
  };
  await send("browsingContext.navigate", { context, url: PAGE, wait: "complete" });
  await run("globalThis.violations = []; addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));");
  await until("Boolean(document.querySelector('.drop'))");
  const base64 = fs.readFileSync(config.speech).toString("base64");
  await run(`const transfer = new DataTransfer(), bytes = Uint8Array.from(atob("${base64}"), (c) => c.charCodeAt(0));
    transfer.items.add(new File([bytes], "talk.flac"));
    for (const type of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));`);
  await until("Boolean(document.querySelector('#words section p'))");
  const text = await run("return document.querySelector('#words').innerText");
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
  await run(`[...document.querySelectorAll("button")].find((each) => each.textContent === "Edit").click();
    document.querySelector("#words p").focus();
    getSelection().collapse(document.querySelector("#words p").firstChild, 0);`);
  const keys = (value) => [{ type: "keyDown", value }, { type: "keyUp", value }];
  await send("input.performActions", { context, actions: [{ type: "key", id: "keyboard", actions: [..."Hello! "].flatMap(keys) }] });
  // The window of a headless Firefox is never active, so that leaving a paragraph has no event of its own.
  await run(`document.querySelector("#words p").dispatchEvent(new FocusEvent("focusout", { bubbles: true }));`);
  await until("document.querySelector('.reader header').innerText.includes('Saved: 1 paragraph changed')");
  const corrected = await run("return document.querySelector('#words p').innerText");
  console.log(JSON.stringify({ version: capabilities.browserVersion, text, marked, played, corrected, complaints, violations: await run("return violations.join()") }));
}

main().then(() => 0, (error) => { console.error(error); return 1; }).then((status) => {
  browser.kill();
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  process.exit(status);
});
