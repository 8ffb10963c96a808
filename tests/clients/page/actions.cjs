// What the scenarios share: the command's configuration, and what a person does on the page.

const fs = require("node:fs");

const EXAMPLES = require("./examples.json"); // answers of the API in states that do not last; a unit test checks their form
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const config = JSON.parse(fs.readFileSync(0, "utf8")); // {url, browser, speech, …}
const PAGE = `${config.url}/v1/`;
const SPEECH = fs.readFileSync(config.speech);
const shared = {}; // what a scenario leaves for later ones: the id of a job

async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...options });
  context.setDefaultTimeout(60000);
  const page = await context.newPage();
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(`error: ${error.message}`));
  page.on("console", (message) => { if (message.type() === "error") page.complaints.push(message.text()); });
  page.on("dialog", (dialog) => (page.dialogs ??= []).push(dialog.message()) && dialog.accept());
  await page.addInitScript(() => {
    globalThis.violations = [];
    addEventListener("securitypolicyviolation", (event) => globalThis.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  return page;
}

/** Drop files on the page, as the operating system does. */
async function drop(page, name, bytes) {
  await page.evaluate(({ name, base64 }) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    for (const type of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, { name, base64: bytes.toString("base64") });
}

async function words(page) {
  await page.waitForSelector("#words section p");
  // Of a paragraph that the browser has not laid out yet (content-visibility) there is no text yet.
  return (await page.waitForFunction(() => document.querySelector("#words")?.innerText)).jsonValue();
}

async function download(page, act) {
  const [saved] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: saved.suggestedFilename(), text: fs.readFileSync(await saved.path(), "utf8") };
}

const audio = (page, member) => page.evaluate((name) => document.querySelector("audio")[name], member);
const jobOf = (page) => page.url().split("#/jobs/")[1];

module.exports = { config, PAGE, SPEECH, shared, EXAMPLES, open, drop, words, download, audio, jobOf, AXE };
