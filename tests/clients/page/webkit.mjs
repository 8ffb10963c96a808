// Drives WebKitGTK, the engine of Safari, by WebDriver, under a display of its own. Reads {url, webkit: {driver, browser,
// display}, speech} from stdin; writes what was seen as a line of JSON.

import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import { travel } from "./journey.mjs";

const config = JSON.parse(fs.readFileSync(0, "utf8"));
const children = [];

function begin(program, options, settings) {
  const child = spawn(program, options, settings);
  children.push(child);
  return new Promise((then, fail) => {
    child.on("error", fail);
    child.on("spawn", () => then(child));
  });
}

const freePort = () => new Promise((then) => {
  const server = net.createServer().listen(0, "127.0.0.1", () => { const { port } = server.address(); server.close(() => then(port)); });
});

async function main() {
  // Xvfb writes the number of the display that it found free.
  const screen = await begin(config.webkit.display, ["-displayfd", "3", "-screen", "0", "1280x1000x24"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const number = await new Promise((then, fail) => {
    screen.stdio[3].once("data", (data) => then(String(data).trim()));
    screen.on("exit", () => fail(new Error("Xvfb ended.")));
  });
  const port = await freePort(), address = `http://127.0.0.1:${port}`;
  await begin(config.webkit.driver, [`--port=${port}`], { env: { ...process.env, DISPLAY: `:${number}`, GDK_BACKEND: "x11", LIBGL_ALWAYS_SOFTWARE: "1" }, stdio: "ignore" });
  const send = async (path, body, method = "POST") => {
    const answer = await fetch(address + path, { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  };
  for (let tries = 0; ; tries++) {
    if (await fetch(`${address}/status`).then((answer) => answer.ok, () => false)) break;
    if (tries > 100) throw new Error("WebKitWebDriver does not answer.");
    await new Promise((then) => setTimeout(then, 100));
  }
  const requested = { "webkitgtk:browserOptions": { binary: config.webkit.browser, args: ["--automation"] } };
  const { sessionId } = await send("/session", { capabilities: { alwaysMatch: requested } });
  const session = `/session/${sessionId}`;
  await send(`${session}/timeouts`, { script: 120000 });
  const seen = await travel(config, {
    navigate: (url) => send(`${session}/url`, { url }),
    async run(body) {
      const script = `const done = arguments[arguments.length - 1];
        (async () => { ${body} })().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      const { value, error } = await send(`${session}/execute/async`, { script, args: [] });
      if (error) throw new Error(error);
      return value;
    },
    type(text) {
      const actions = [...text].flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
      return send(`${session}/actions`, { actions: [{ type: "key", id: "keyboard", actions }] });
    },
  });
  console.log(JSON.stringify(seen));
  await fetch(address + session, { method: "DELETE" });
}

main().then(() => 0, (error) => { console.error(error); return 1; }).then((status) => {
  children.reverse().forEach((child) => child.kill());
  process.exit(status);
});
