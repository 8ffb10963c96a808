// Drives Firefox by WebDriver BiDi, which it speaks without any package. Reads {url, firefox, speech} from stdin; writes
// what was seen as a line of JSON.

import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { travel } from "./journey.mjs";

const config = JSON.parse(fs.readFileSync(0, "utf8"));
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
  await send("session.new", { capabilities: {} });
  await send("session.subscribe", { events: ["log.entryAdded"] });
  const { contexts: [{ context }] } = await send("browsingContext.getTree", {});
  const seen = await travel(config, {
    navigate: (url) => send("browsingContext.navigate", { context, url, wait: "complete" }),
    async run(body) {
      const expression = `(async () => JSON.stringify(await (async () => { ${body} })()))()`; // BiDi has a form of its own for lists
      const { result, exceptionDetails } = await send("script.evaluate", { expression, target: { context }, awaitPromise: true });
      if (exceptionDetails) throw new Error(exceptionDetails.text);
      return result.value && JSON.parse(result.value);
    },
    type(text) {
      const actions = [...text].flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
      return send("input.performActions", { context, actions: [{ type: "key", id: "keyboard", actions }] });
    },
  });
  console.log(JSON.stringify({ ...seen, errors: [...seen.errors, ...complaints] }));
}

main().then(() => 0, (error) => { console.error(error); return 1; }).then((status) => {
  browser.kill();
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  process.exit(status);
});
