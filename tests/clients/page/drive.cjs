// Drives the web page in a browser, as a person would. Reads {url, browser, speech, …} from stdin; writes a line of JSON
// for each scenario that the command line names: what was seen, and everything that the browser complained of.

const fs = require("node:fs"), os = require("node:os"), path = require("node:path");
const { chromium } = require("playwright-core");
const EXAMPLES = require("./examples.json"); // answers of the API in states that do not last; a unit test checks their form
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const config = JSON.parse(fs.readFileSync(0, "utf8"));
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
  return page.locator("#words").innerText();
}

async function download(page, act) {
  const [saved] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: saved.suggestedFilename(), text: fs.readFileSync(await saved.path(), "utf8") };
}

const audio = (page, member) => page.evaluate((name) => document.querySelector("audio")[name], member);
const jobOf = (page) => page.url().split("#/jobs/")[1];

const scenarios = {
  /** Drop a file; it is sent, runs, and its words appear; a click on a word moves the player; the text is saved. */
  async journey(page) {
    await page.goto(PAGE);
    await page.waitForSelector(".drop");
    await drop(page, "welcome talk.flac", SPEECH);
    await page.waitForURL(/#\/jobs\//);
    const running = await page.waitForSelector(".steps, #words").then((found) => found.evaluate((e) => e.className || e.id));
    const text = await words(page);
    shared.job = jobOf(page);
    await page.waitForFunction(() => document.querySelector("audio").readyState > 0);
    const box = await page.evaluate(() => {
      const node = document.querySelector("#words p").firstChild, range = new Range(), at = node.data.indexOf("moments");
      range.setStart(node, at + 2);
      range.setEnd(node, at + 3);
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    });
    await page.mouse.click(box.x, box.y);
    await page.waitForFunction(() => document.querySelector("audio").currentTime > 1 && !document.querySelector("audio").seeking);
    const marked = await page.evaluate(() => [...CSS.highlights.get("now")].map(String));
    const at = await audio(page, "currentTime");
    const srt = await download(page, () => page.getByRole("button", { name: "Download SRT" }).click());
    await page.reload();
    const again = await words(page);
    return { running, text, again, at, marked, srt, job: shared.job, title: await page.title() };
  },

  /** Everything by keys alone: from the address bar to a playing transcript and a saved file. */
  async keyboard(page) {
    await page.goto(PAGE);
    await page.waitForSelector("table a");
    const reached = [];
    for (let i = 0; i < 25; i++) {
      await page.keyboard.press("Tab");
      reached.push(await page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim().slice(0, 40)));
    }
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("g");
    await page.keyboard.press("j");
    await page.getByRole("heading", { name: "Jobs" }).waitFor(); // the address is there before the screen
    await page.getByRole("link", { name: "welcome talk.flac" }).first().focus();
    await page.keyboard.press("Enter");
    await words(page);
    await page.waitForFunction(() => document.querySelector("audio").readyState > 0);
    await page.keyboard.press("Space");
    await page.waitForFunction(() => document.querySelector("audio").currentTime > 0.2);
    await page.keyboard.press("k");
    const paused = await audio(page, "paused");
    await page.keyboard.press("/");
    await page.keyboard.type("every word s");
    const typed = await page.evaluate(() => [document.activeElement.type, document.activeElement.value]);
    await page.keyboard.press("Control+a");
    await page.keyboard.type("word");
    await page.keyboard.press("Enter");
    const found = await page.locator("header [role=status]").first().innerText();
    await page.keyboard.press("Escape");
    const text = await download(page, () => page.keyboard.press("t"));
    await page.keyboard.press("?");
    const help = await page.locator("dialog").innerText();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached", timeout: 5000 }).catch(() => {}); // it closes a moment later
    return { reached, paused, typed, found, text, help, open: await page.locator("dialog").count() };
  },

  /** A name with markup is text, wherever it is shown. */
  async markup(page) {
    const name = "<img src=x onerror=alert(1)>.flac";
    await page.goto(PAGE);
    await page.waitForSelector(".drop");
    await drop(page, name, SPEECH);
    await page.waitForURL(/#\/jobs\//);
    await words(page);
    const heading = await page.locator("h1").innerText();
    await page.goto(`${PAGE}#/jobs`);
    await page.waitForSelector("table a");
    return { heading, name, images: await page.locator("img").count(), dialogs: page.dialogs || [], listed: await page.locator("table").innerText() };
  },

  /** A file above 16 MiB goes up in parts; a lost line loses no part that has arrived. */
  async parts(page) {
    const silence = Buffer.alloc(18 * 1024 ** 2), rate = 64000;
    silence.write("RIFF", 0); silence.writeUInt32LE(silence.length - 8, 4); silence.write("WAVEfmt ", 8);
    silence.writeUInt32LE(16, 16); silence.writeUInt16LE(1, 20); silence.writeUInt16LE(1, 22); silence.writeUInt32LE(rate, 24);
    silence.writeUInt32LE(rate * 2, 28); silence.writeUInt16LE(2, 32); silence.writeUInt16LE(16, 34);
    silence.write("data", 36); silence.writeUInt32LE(silence.length - 44, 40);
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "earshot-")), "silence.wav");
    fs.writeFileSync(file, silence);
    const sent = [];
    let lose = 2;
    const first = page.waitForResponse((answer) => /partNumber=1\b/.test(answer.url()) && answer.request().method() === "PUT");
    await page.route(/partNumber=/, async (route) => {
      const number = new URL(route.request().url()).searchParams.get("partNumber");
      if (route.request().method() === "PUT") sent.push(number);
      if (number === "2" && lose && route.request().method() === "PUT") {
        if (lose-- === 2) await (await first).finished();
        return route.abort();
      }
      return route.continue();
    });
    await page.goto(PAGE);
    await page.waitForSelector(".drop");
    await page.setInputFiles("#files", file);
    await page.getByRole("button", { name: "Go on: silence.wav" }).click();
    await page.locator(".sending progress").waitFor();
    await page.getByRole("button", { name: "Go on: silence.wav" }).waitFor();
    await page.reload();
    const row = await page.locator(".sending li").innerText();
    await page.setInputFiles("#files", file);
    await page.waitForURL(/#\/jobs\//);
    await page.waitForSelector("#words > p");
    page.complaints = page.complaints.filter((line) => !line.includes("ERR_FAILED"));
    fs.rmSync(path.dirname(file), { recursive: true });
    return { sent, row, words: await page.locator("#words").innerText(), left: await page.evaluate(() => localStorage.getItem("earshot-uploads")) };
  },

  /** Hours of words: few nodes, and a tick of the player costs little. */
  async hours(page) {
    const text = "The family of Dashwood had long been settled in Sussex, and their estate was large.".split(" ");
    const words = Array.from({ length: 31000 }, (_, i) => ({ word: text[i % 15].toLowerCase(), punctuated_word: text[i % 15], start: i * 0.44, end: i * 0.44 + 0.3, confidence: (i * 7919) % 1000 / 1000 }));
    const transcript = words.map((word) => word.punctuated_word).join(" ");
    await page.route(/\/requests\/hours\/edits/, (route) => route.fulfill({ json: { changes: [], speakers: [] }, headers: { etag: '"none"' } }));
    await page.route(/\/requests\/hours\/(audio|result)/, (route) => (route.request().url().includes("/audio")
      ? route.fulfill({ status: 410, json: { err_code: "AUDIO_GONE", err_msg: "The audio was kept for 5 days." } })
      : route.fulfill({ json: { metadata: { duration: 13640 }, results: { channels: [{ alternatives: [{ transcript, words }] }] } } })));
    await page.route(/\/requests\/hours$/, (route) => route.fulfill({ json: { request_id: "hours", name: "hours.mp3", state: "completed", created: "2026-11-28T00:00:00Z", duration: 13640, language: "en", options: "redact=pci&smart_format=true&name=hours.mp3", source: { kind: "url", url: "https://example.org/hours.mp3" } } }));
    await page.goto(`${PAGE}#/jobs/hours`);
    await page.waitForSelector("#words section p");
    const nodes = await page.evaluate(() => {
      let count = 0;
      const walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
      while (walker.nextNode()) count += 1;
      return count;
    });
    const ticks = await page.evaluate(async () => {
      const map = document.querySelector(".player canvas"), times = [];
      for (let i = 0; i < 60; i++) {
        const began = performance.now();
        map.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
        times.push(performance.now() - began);
        await new Promise(requestAnimationFrame);
      }
      return times.sort((a, b) => a - b)[30];
    });
    const gone = await page.locator(".player").innerText(), disabled = await page.locator(".player .play").isDisabled();
    // What stands below the facts is reached without reading for three hours; the job is sent again as it was.
    await page.getByRole("button", { name: "Same again with curl" }).click({ timeout: 10000 });
    const same = await page.locator("dialog pre").innerText();
    await page.keyboard.press("Escape");
    let answer;
    const models = new Promise((resolve) => { answer = resolve; });
    await page.route(/\/v1\/models$/, (route) => models.then(() => route.continue()));
    await page.getByRole("link", { name: "Again with other options" }).click({ timeout: 10000 });
    await page.locator("[name=text]").selectOption("plain"); // on a slow line, before the models are known
    answer();
    await page.waitForFunction(() => document.querySelector("[name=model] option").textContent.startsWith("whisper"));
    const again = await page.evaluate(() => ["url", "others", "text"].map((name) => document.querySelector(`[name=${name}]`).value));
    page.complaints = page.complaints.filter((line) => !line.includes("410"));
    return { nodes, ticks, gone, disabled, same, again };
  },

  /** Words are corrected in place, and speakers named; both are in what is saved, and still there after a reload. */
  async edits(page) {
    await page.goto(`${PAGE}#/?diarize=true&smart_format=true`);
    await page.waitForSelector(".drop");
    await page.waitForFunction(() => document.querySelectorAll("[name=model] option").length > 0);
    await page.setInputFiles("#files", config.speakers);
    await page.waitForURL(/#\/jobs\//);
    const before = await words(page);
    shared.job = jobOf(page); // the one to look at
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    const first = page.locator("#words p").first();
    await first.click();
    await page.keyboard.press("Home");
    await page.keyboard.type("Hello! ");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Saved: 1 paragraph changed").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Edit", exact: true }).waitFor();
    const named = await page.locator(".side .card button[data-voice]").count();
    if (named) {
      await page.locator(".side .card button[data-voice]").first().click();
      await page.fill("dialog input", "Elinor");
      await page.keyboard.press("Enter");
      await page.waitForSelector("dialog", { state: "detached" });
    }
    const text = await download(page, () => page.getByRole("button", { name: "Download Text" }).click());
    const vtt = await download(page, () => page.getByRole("button", { name: "Download VTT" }).click());
    await page.reload();
    return { before, after: await words(page), named, text: text.text, vtt: vtt.text, changed: await page.locator("p.changed").count() };
  },

  /** Two tabs correct one transcript: different paragraphs are both kept; for the same one the second is told, and loses nothing. */
  async tabs(page, browser) {
    const other = await open(browser), id = shared.job;
    const correct = async (tab, number, text) => {
      const paragraph = tab.locator("#words p").nth(number);
      await paragraph.click();
      await tab.keyboard.press("End");
      await tab.keyboard.type(text);
      await tab.keyboard.press("Control+Enter");
      await tab.locator("header [role=status]").filter({ hasText: /^(Saved|Somebody)/ }).waitFor();
      return tab.locator("header [role=status]").last().innerText();
    };
    for (const tab of [page, other]) {
      await tab.goto(`${PAGE}#/jobs/${id}`);
      await words(tab);
      await tab.getByRole("button", { name: "Edit", exact: true }).click();
    }
    const replies = [await correct(page, 0, " First tab."), await correct(other, 1, " Second tab."), await correct(other, 0, " Too late.")];
    const kept = await other.locator("#words p").first().innerText();
    const text = await (await fetch(`${PAGE}requests/${id}/result?format=txt`)).text();
    page.complaints.push(...other.complaints.filter((line) => !line.includes("412")));
    await other.context().close();
    return { replies, kept, text };
  },

  /** A paragraph that is edited again before it is saved; saves that fail, and are made again or undone. */
  async unsaved(page) {
    const paragraph = page.locator("#words p").nth(1), status = page.locator("header [role=status]").last();
    let offline = false, free;
    const released = new Promise((resolve) => { free = resolve; });
    await page.route(/\/requests\/[^/]+\/edits$/, async (route) => {
      if (offline) return route.abort();
      if (route.request().method() === "PUT") await released;
      return route.continue();
    });
    const leave = () => page.evaluate(() => document.activeElement.blur());
    const add = async (text, to = paragraph) => {
      await to.click();
      await page.keyboard.press("Control+End");
      await page.keyboard.type(text);
      await leave();
    };
    const statusWith = async (sentence) => {
      await status.filter({ hasText: sentence }).waitFor();
      return status.innerText();
    };
    const stored = async () => (await fetch(`${PAGE}requests/${shared.job}/result?format=txt`)).text();
    await page.goto(`${PAGE}#/jobs/${shared.job}`);
    await words(page);
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await add(" Once.");
    await add(" Twice.");
    free();
    for (let looks = 0; looks < 50 && !/Twice/.test(await stored()) && !/^Somebody/.test(await status.innerText()); looks++) await page.waitForTimeout(100);
    const twice = [await statusWith(/^(Saved|Somebody)/), await stored()];
    offline = true;
    await add(" Kept.");
    const failed = await statusWith("not saved");
    await page.getByRole("button", { name: "Done" }).click();
    await page.waitForTimeout(300); // it is Edit for a moment
    const button = page.getByRole("button", { name: /^(Done|Edit)$/ }), after = await button.innerText();
    await page.waitForFunction(() => document.querySelector("audio").readyState > 0);
    if (after === "Edit") await button.click();
    await paragraph.click();
    await page.keyboard.press("Tab"); // plays: one press, one change
    const plays = !(await audio(page, "paused"));
    await page.keyboard.press("Tab");
    offline = false;
    await leave(); // nothing was typed: what is not saved is sent again
    const again = [await statusWith(/^Saved/), await stored()];
    offline = true;
    await add(" Undone.");
    await statusWith("not saved");
    offline = false;
    await add(" Other.", page.locator("#words p").first());
    await page.waitForFunction(() => document.querySelector("#words p").classList.contains("changed"));
    await page.waitForTimeout(300);
    const hidden = await status.innerText(); // by what is saved elsewhere
    await paragraph.click();
    await page.keyboard.press("Escape");
    const undone = [await statusWith("Undone"), await paragraph.innerText()];
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Edit", exact: true }).waitFor();
    page.complaints = page.complaints.filter((line) => !line.includes("ERR_FAILED"));
    return { twice, failed, after, plays, again, hidden, undone, text: await words(page) };
  },

  /** A first page that is empty and has a next one takes no older jobs off the list, nor what was chosen of them. */
  async older(page) {
    const job = (number) => ({ request_id: `0000000${number}-0000`, name: `call ${number}.mp3`, state: "processing", created: `2026-11-28T00:00:0${number}Z`, source: { kind: "body" } });
    let requests = [job(3)], looks = 0;
    await page.route(/\/v1\/requests\?limit=50/, (route) => {
      if (/next=/.test(route.request().url())) return route.fulfill({ json: { requests: [job(2), job(1)] } });
      if (!requests.length) looks += 1;
      return route.fulfill({ json: { requests, next: "more" } });
    });
    await page.goto(`${PAGE}#/jobs?state=processing`);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByLabel("Choose call 1.mp3").check();
    requests = [];
    while (looks < 2) await page.waitForTimeout(200); // the first of them is drawn when the second is asked for
    return { rows: await page.locator("tbody tr").count(), chosen: await page.locator("tbody input:checked").count() };
  },

  /** An answer that never comes ends no poll: the page says so, and looks again. A minute is a second here. */
  async unanswered(page) {
    await page.addInitScript(() => {
      const own = AbortSignal.timeout.bind(AbortSignal);
      AbortSignal.timeout = (milliseconds) => own(milliseconds / 60);
    });
    const banners = [], lists = [];
    for (const [address, routed] of [["#/jobs", /\/v1\/requests\?limit=50$/], ["#/", /\/v1\/requests\?limit=5$/], ["#/jobs/any", /\/v1\/requests\/any$/]]) {
      let calls = 0;
      await page.route(routed, (route) => (calls++ ? route.continue() : undefined));
      await page.goto("about:blank");
      await page.goto(PAGE + address);
      await page.locator("#banner:visible").waitFor();
      banners.push(await page.locator("#banner").innerText());
      await page.locator("#banner").waitFor({ state: "hidden" });
      lists.push(await page.locator("main").innerText());
    }
    page.complaints = page.complaints.filter((line) => !line.includes("404")); // of the job that is none
    return { banners, lists };
  },

  /** What went wrong stays until it is closed, tried again or left; a minute passes at once. */
  async alert(page) {
    await page.clock.install();
    let fails = true;
    await page.route(/\/v1\/requests\?/, (route) => route.fulfill({ json: { requests: [] } }));
    await page.route(/sample\.mp3$/, (route) => (fails ? route.abort() : new Promise(() => {})));
    await page.goto(PAGE);
    const problem = page.locator("#problem"), send = page.getByRole("button", { name: "Transcribe it" });
    await send.click();
    await problem.getByText("The sample cannot be fetched.").waitFor();
    await page.clock.fastForward(60000);
    const stays = await problem.isVisible(), role = await problem.getByRole("alert").innerText();
    await page.evaluate(AXE.replace(/^/, "/* axe */ "));
    const { violations } = await page.evaluate(() => globalThis.axe.run("#problem"));
    await problem.getByRole("button", { name: "Close" }).press("Enter");
    const closed = await problem.isHidden(), focused = await page.evaluate(() => document.activeElement.id);
    await send.click();
    await problem.getByText("The sample cannot be fetched.").waitFor();
    fails = false;
    await send.click();
    const retried = await problem.isHidden();
    fails = true;
    await page.reload();
    await send.click();
    await problem.getByText("The sample cannot be fetched.").waitFor();
    await page.getByRole("link", { name: "Jobs", exact: true }).click();
    await page.getByRole("heading", { name: "Jobs" }).waitFor();
    page.complaints = page.complaints.filter((line) => !line.includes("ERR_FAILED"));
    return { stays, role, violations: violations.map((each) => each.id), closed, focused, retried, left: await problem.isHidden() };
  },

  /** What another tab has deleted, or is in another state by now, leaves the list; what fails is said where it is seen. */
  async elsewhere(page) {
    const job = (number, state) => ({ request_id: `0000000${number}-0000`, name: `call ${number}.mp3`, state, created: `2026-11-28T00:00:0${number}Z`, source: { kind: "body" } });
    let requests = [job(3, "processing"), job(2, "processing"), job(1, "processing")], inFlight = 0, most = 0;
    await page.route(/\/v1\/requests\?limit=50/, async (route) => {
      most = Math.max(most, ++inFlight);
      await new Promise((then) => setTimeout(then, 300));
      inFlight -= 1;
      await route.fulfill({ json: { requests } }).catch(() => {}); // of a screen that was left
    });
    await page.goto(`${PAGE}#/jobs?state=processing`);
    await page.waitForSelector("tbody tr");
    for (let i = 0; i < 5; i++) await page.evaluate(() => dispatchEvent(new Event("online"))); // looks at once, each time
    requests = [job(3, "processing")];
    await page.getByText("call 2.mp3").waitFor({ state: "detached" });
    const left = await page.locator("tbody tr").allInnerTexts();
    await page.unroute(/\/v1\/requests\?limit=50/);
    await page.route(/\/requests\/00000003-0000/, (route) => route.fulfill({ status: 404, json: { err_code: "NOT_FOUND", err_msg: "There is no request." } }));
    await page.getByLabel("Choose all that are shown").check();
    await page.getByRole("button", { name: "Delete" }).click(); // another tab was quicker
    await page.getByText("call 3.mp3").waitFor({ state: "detached" });
    await page.goto(`${PAGE}#/jobs/100%`);
    const odd = await page.getByRole("heading", { name: "There is no such job" }).innerText();
    await page.goto(`${PAGE}#/jobs/${shared.job}`);
    await words(page);
    await page.route(/format=srt/, (route) => route.fulfill({ status: 500, json: { err_code: "INTERNAL_SERVER_ERROR", err_msg: "Something went wrong on our side." } }));
    await page.getByRole("button", { name: "Download SRT" }).click();
    const problem = await page.locator("#problem:visible [role=alert]").innerText();
    page.complaints = page.complaints.filter((line) => !/ (404|500) /.test(line));
    return { left, most, odd, problem };
  },

  /** A link to the transcript, opened by somebody without a key; then it is withdrawn. */
  async share(page, browser) {
    await page.goto(`${PAGE}#/jobs/${shared.job}`);
    const own = await words(page);
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await page.fill("dialog [name=days]", "3");
    await page.getByRole("button", { name: "Make a link" }).click();
    const link = await page.locator("dialog input[readonly]").inputValue();
    const holder = await open(browser), addresses = [];
    holder.on("request", (request) => addresses.push(request.url()));
    await holder.goto(link);
    const text = await words(holder);
    await holder.waitForFunction(() => document.querySelector("audio").readyState > 0);
    const vtt = await download(holder, () => holder.getByRole("button", { name: "Download VTT" }).click());
    const buttons = await holder.locator("button:visible:enabled, nav a:visible").allInnerTexts();
    await page.getByRole("button", { name: /^Withdraw/ }).click();
    await page.locator(".links li").waitFor({ state: "detached" });
    await holder.reload();
    const ended = await holder.getByText("does not lead to a transcript").innerText();
    page.complaints.push(...holder.complaints.filter((line) => !line.includes("404")));
    await holder.context().close();
    return { own, text, vtt: vtt.text, buttons, addresses, secret: link.split("/").at(-1), ended };
  },

  /** A recording of the microphone, which is a machine's here, becomes a job. */
  async record(page) {
    await page.goto(PAGE);
    await page.getByRole("button", { name: "● Record" }).click();
    await page.getByRole("button", { name: /^■ Stop 0:(?!00)/ }).click(); // "0:01" is there for a second only
    await page.waitForURL(/#\/jobs\//);
    await page.waitForSelector("#words > *");
    await page.waitForFunction(() => document.querySelector("audio").readyState > 0);
    return { name: await page.locator("h1").innerText() };
  },

  /** Words that are read from right to left: the text, and who speaks on its right; a click still finds its word. */
  async arabic(page) {
    const text = "صباح الخير يا أصدقائي. هل سجل أحدكم الاجتماع؟".split(" ");
    const words = text.map((word, i) => ({ word, punctuated_word: word, start: i, end: i + 0.8, confidence: 0.9 }));
    await page.route(/\/requests\/arabic\/edits/, (route) => route.fulfill({ json: { changes: [], speakers: [] }, headers: { etag: '"none"' } }));
    await page.route(/\/requests\/arabic\/result/, (route) => route.fulfill({ json: { metadata: { duration: 8 }, results: { channels: [{ alternatives: [{ transcript: text.join(" "), words }] }] } } }));
    await page.route(/\/requests\/arabic\/audio/, (route) => route.fulfill({ status: 410, json: { err_code: "AUDIO_GONE", err_msg: "The audio is gone." } }));
    await page.route(/\/requests\/arabic$/, (route) => route.fulfill({ json: { request_id: "arabic", name: "صباح.mp3", state: "completed", created: "2026-11-28T00:00:00Z", duration: 8, language: "ar", options: "", source: { kind: "url" } } }));
    await page.goto(`${PAGE}#/jobs/arabic`);
    const box = await page.locator("#words p").boundingBox(), time = await page.locator("#words time").boundingBox();
    await page.mouse.click(box.x + box.width - 12, box.y + 12);
    const marked = await page.evaluate(() => [...CSS.highlights.get("now")].map(String));
    page.complaints = page.complaints.filter((line) => !line.includes("410"));
    return { direction: await page.locator("#words p").evaluate((e) => getComputedStyle(e).direction), right: time.x > box.x + box.width - 1, marked, first: text[0] };
  },

  /** Long words and names of files and speakers: nothing is cut off sideways. What is chosen of a long list is acted on without scrolling. */
  async long(page) {
    const text = ["Ein", `${"Donaudampfschifffahrtsgesellschaftskapitän".repeat(6)}.`, "Ja."], cut = [];
    const words = text.map((word, i) => ({ word, punctuated_word: word, start: i, end: i + 0.8, confidence: 0.9, speaker: i % 2 }));
    const job = (number) => ({ request_id: `long${number}`, name: `${"x".repeat(240)}${number}.mp3`, state: "completed", created: "2026-11-28T00:00:00Z", duration: 8, language: "de", options: "diarize=true", source: { kind: "upload" }, tags: ["t".repeat(80)] });
    await page.route(/\/requests\/long1\/edits/, (route) => route.fulfill({ json: { changes: [], speakers: [{ channel: 0, speaker: 0, name: "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff the Third" }] }, headers: { etag: '"none"' } }));
    await page.route(/\/requests\/long1\/result/, (route) => route.fulfill({ json: { metadata: { duration: 8 }, results: { channels: [{ alternatives: [{ transcript: text.join(" "), words }] }] } } }));
    await page.route(/\/requests\/long1\/audio/, (route) => route.fulfill({ status: 410, json: { err_code: "AUDIO_GONE", err_msg: "The audio is gone." } }));
    await page.route(/\/requests\/long1$/, (route) => route.fulfill({ json: job(1) }));
    await page.route(/\/v1\/requests\?limit=50/, (route) => route.fulfill({ json: { requests: Array.from({ length: 40 }, (_, number) => job(number)) } }));
    for (const [address, ready] of [["#/jobs", "tbody tr"], ["#/jobs/long1", "#words section p"]])
      for (const width of [320, 390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(PAGE + address);
        await page.waitForSelector(ready);
        cut.push(...await page.evaluate((where) => [...document.querySelectorAll("main *")]
          .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "visible" && !e.matches("input, select, pre") && !e.closest(".sr"))
          .map((e) => `${where}: ${e.tagName}.${e.className}`), `${address} ${width}`));
      }
    const keys = await page.getByRole("button", { name: "Keys" }).isEnabled(); // without audio, too
    await page.goto(`${PAGE}#/jobs`);
    await page.getByLabel("Choose all that are shown").check();
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForTimeout(100);
    const tools = await page.getByRole("button", { name: "Download as zip" }).evaluate((e) => e.getBoundingClientRect());
    page.complaints = page.complaints.filter((line) => !line.includes("410"));
    return { cut, keys, top: tools.top };
  },

  /** Lists that are drawn anew while somebody goes through them by keys: the focus stays where it was. */
  async focus(page) {
    const job = (number, progress) => ({ request_id: `0000000${number}-0000`, name: `call ${number}.mp3`, state: "processing", progress, created: `2026-11-28T00:00:0${number}Z`, source: { kind: "body" } });
    let requests = [1, 2, 3].map((number) => job(number, 0.1));
    await page.route(/\/v1\/requests\?limit=(5|50)/, (route) => route.fulfill({ json: { requests } }));
    const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label") || document.activeElement.textContent.slice(0, 40));
    const found = [];
    const hold = async (address, target, progress) => {
      await page.goto(PAGE + address);
      await page.getByRole("link", { name: "call 2.mp3" }).waitFor();
      await target.focus();
      requests = [1, 2, 3].map((number) => job(number, progress));
      await page.getByText(`${progress * 100} %`).first().waitFor();
      found.push(await focused());
    };
    await hold("#/", page.getByRole("link", { name: "call 2.mp3" }), 0.2);
    await hold("#/jobs", page.getByRole("link", { name: "call 2.mp3" }), 0.3);
    await hold("#/jobs?name=call", page.getByLabel("Choose call 2.mp3"), 0.4);
    requests = requests.filter((each) => each.name !== "call 2.mp3"); // somebody else deletes it
    await page.getByRole("link", { name: "call 2.mp3" }).waitFor({ state: "detached" });
    found.push(await focused());
    await page.goto(`${PAGE}#/`);
    await page.route(/\/v1\/uploads$/, () => {}); // never answered
    await drop(page, "dropped.flac", SPEECH);
    await page.getByRole("button", { name: "Cancel: dropped.flac" }).press("Enter");
    await page.getByRole("button", { name: "Clear: dropped.flac" }).waitFor();
    found.push(await focused());
    return { found };
  },

  /** A slow line: the page says that it loads, and how fast a file goes. */
  async slow(page) {
    const line = await page.context().newCDPSession(page);
    let answer;
    const released = new Promise((resolve) => { answer = resolve; });
    await page.route(/app\.js$/, (route) => released.then(() => route.continue()));
    await page.goto(PAGE, { waitUntil: "commit" });
    await page.getByText("Loading …").waitFor();
    const loading = await page.locator("main").innerText();
    answer();
    await page.waitForSelector(".drop");
    const loaded = await page.locator("main").innerText();
    await line.send("Network.enable");
    await line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 20000 });
    await drop(page, "slow.flac", SPEECH);
    await page.locator(".sending").getByText(/\/s · /).waitFor();
    const facts = await page.locator(".sending .num").innerText();
    await page.getByRole("button", { name: "Cancel: slow.flac" }).click();
    return { loading, loaded, facts };
  },

  /** An API that fails: each screen says so, tries again by itself, and the message goes once it answers. */
  async trouble(page) {
    const error = { err_code: "INTERNAL_SERVER_ERROR", err_msg: "Something went wrong on our side." };
    let fails = true;
    await page.route(/\/v1\/requests/, (route) => route.fulfill(fails ? { status: 500, json: error } : { json: { requests: [] } }));
    for (const address of ["", "#/jobs/any", "#/jobs"]) {
      await page.goto("about:blank");
      await page.goto(PAGE + address);
      await page.locator("main").getByText(error.err_msg).waitFor();
    }
    fails = false;
    await page.getByText("Nothing yet.").waitFor();
    page.complaints = page.complaints.filter((line) => !line.includes("500"));
    return { after: await page.locator("main").innerText() };
  },

  /** A first visit: the sample is played, and transcribed as a file that is dropped; without a key nothing is listed. */
  async first(page) {
    let answer = { requests: [], anonymous: true };
    await page.route(/\/v1\/requests\?limit=(5|50)$/, (route) => route.fulfill({ json: answer }));
    const unlisted = [];
    for (const address of ["#/", "#/jobs"]) {
      await page.goto("about:blank");
      await page.goto(PAGE + address);
      await page.getByText("Without a key nothing is listed").waitFor();
      unlisted.push(await page.locator("main").innerText());
    }
    answer = { requests: [] };
    await page.goto("about:blank");
    await page.goto(PAGE);
    await page.getByText("Nothing yet.").waitFor();
    const played = await page.locator(".sample audio").evaluate(async (audio) => {
      await audio.play();
      while (audio.currentTime < 0.2) await new Promise((then) => setTimeout(then, 20));
      audio.pause();
      return audio.duration;
    });
    await page.getByRole("button", { name: "Transcribe it" }).click();
    await page.waitForURL(/#\/jobs\//);
    return { unlisted, played, text: await words(page), title: await page.title() };
  },

  /** For the film in the README, not a test: what the browser paints from the drop to a transcript that plays. Pictures
   * are named by their milliseconds. */
  async film(page, browser) {
    const own = await open(browser, { viewport: { width: 960, height: 620 } });
    const folder = path.join(config.pictures, "film"), painted = await own.context().newCDPSession(own);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    let number = 0, last = -Infinity;
    painted.on("Page.screencastFrame", ({ data, metadata, sessionId }) => {
      const at = Math.round(metadata.timestamp * 1000);
      if (at - last >= 150) {
        fs.writeFileSync(path.join(folder, `${at}.png`), Buffer.from(data, "base64"));
        last = at;
        number += 1;
      }
      painted.send("Page.screencastFrameAck", { sessionId }).catch(() => {}); // the last ones come after its end
    });
    await own.goto(`${PAGE}#/?diarize=true&smart_format=true`);
    await own.waitForSelector("table a");
    await painted.send("Page.startScreencast", { format: "png" });
    await own.waitForTimeout(1200);
    await own.evaluate(() => document.body.classList.add("over"));
    await own.waitForTimeout(900);
    await drop(own, "meeting.flac", fs.readFileSync(config.speakers));
    await own.waitForURL(/#\/jobs\//);
    const waits = [last];
    await words(own);
    waits.push(last);
    await own.waitForTimeout(800);
    await own.getByRole("button", { name: "Play" }).click();
    await own.waitForTimeout(8500);
    await painted.send("Page.stopScreencast");
    await own.context().close();
    return { number, waits };
  },

  /** The page of the API sends requests to the deployment. */
  async try(page) {
    await page.goto(`${PAGE}docs`);
    const models = page.locator("#models ~ details").first();
    await models.locator("summary").click();
    await models.getByRole("button", { name: "Send GET" }).click();
    await page.waitForFunction(() => /^200/.test([...document.querySelectorAll("details pre")].at(-1)?.textContent));
    if (config.pictures) {
      const workers = page.locator("#workers ~ details").first();
      await workers.locator("summary").click();
      await workers.getByRole("button", { name: "Send GET" }).click();
      await workers.getByText("200 OK").waitFor();
      await page.locator("#workers").evaluate((heading) => heading.scrollIntoView());
      await page.screenshot({ path: path.join(config.pictures, "docs-light.png") });
    }
    return { answer: await models.locator("pre").innerText(), styled: await page.evaluate(() => getComputedStyle(document.body).maxWidth) };
  },

  /** Jobs: filtered by the server, saved as one zip, deleted. */
  async jobs(page) {
    await page.goto(`${PAGE}#/jobs?name=markup-that-is-nowhere`);
    const none = await page.getByText("No job is like that.").innerText();
    await page.goto(`${PAGE}#/jobs?name=img`);
    await page.waitForSelector("tbody tr");
    const filtered = await page.locator("tbody tr").count();
    await page.getByLabel("Choose all that are shown").check();
    const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download as zip" }).click()]);
    const zip = fs.readFileSync(await saved.path()).toString("base64");
    const left = await page.locator("input:checked").count(); // what is saved is chosen no more
    await page.locator("tbody input").first().check();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.waitForFunction(() => !document.querySelector("tbody tr"));
    return { none, filtered, zip, left, dialogs: page.dialogs };
  },

  /** A deployment with keys: the sheet opens over the page, and the file that was dropped goes on after it. Who has a
   * link to the transcript is asked for no key. */
  async key(page, browser) {
    await page.goto(PAGE);
    await page.waitForSelector("dialog");
    await page.fill("dialog input[type=password]", "not-a-key-of-this-deployment-at-all-00000");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("dialog .bad")?.textContent);
    const refused = await page.locator("dialog").innerText();
    await page.fill("dialog input[type=password]", config.known_key);
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog", { state: "detached" });
    await page.evaluate(() => { sessionStorage.clear(); });
    await page.reload();
    await drop(page, "kept.flac", SPEECH);
    await page.waitForSelector("dialog");
    await page.fill("dialog input[type=password]", config.known_key);
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/jobs\//);
    const text = await words(page);
    page.complaints = page.complaints.filter((line) => !line.includes("401"));
    const headers = { authorization: `Token ${config.known_key}` };
    const { link } = await (await fetch(`${PAGE}requests/${jobOf(page)}/shares`, { method: "POST", headers })).json();
    const holder = await open(browser);
    await holder.goto(config.url + link);
    const read = await words(holder), sheets = await holder.locator("dialog").count();
    page.complaints.push(...holder.complaints);
    await holder.context().close();
    return { refused, text, read, sheets, stored: await page.evaluate(() => localStorage.getItem("earshot-key")), address: page.url() };
  },

  /** A job of several parts that runs: what is done of it, what is left, and the text so far. */
  async running(page) {
    let query = "";
    await page.route(/\/requests\/running$/, (route) => route.fulfill({ json: EXAMPLES.running }));
    await page.route(/\/requests\/a43b13cd[^/]*\/result/, (route) => {
      query = new URL(route.request().url()).search;
      return route.fulfill({ contentType: "text/plain", body: "Good morning.\nThe first point is the weather.\n" });
    });
    await page.goto(`${PAGE}#/jobs/running`);
    await page.getByText("The text so far").click();
    await page.getByText("The first point is the weather.").waitFor();
    const narrow = await page.evaluate(() => Math.min(...[...document.querySelectorAll(".steps p")].map((each) => each.clientWidth)));
    const text = await page.locator("main").innerText();
    const { estimated_seconds_left: _, ...usedUp } = { ...EXAMPLES.running, progress: 0.97 };
    await page.unroute(/\/requests\/running$/);
    await page.route(/\/requests\/running$/, (route) => route.fulfill({ json: usedUp }));
    await page.getByText("97 %").waitFor();
    return { query, narrow, text, end: await page.locator("h2").first().innerText() };
  },

  /** Every screen, in both themes and three widths: what axe finds, and whether anything sticks out sideways. */
  async screens(page, browser) {
    const found = [], wide = [], seconds = [];
    const { link } = await (await fetch(`${PAGE}requests/${shared.job}/shares`, { method: "POST" })).json();
    for (const colorScheme of ["light", "dark"]) {
      const own = await open(browser, { colorScheme });
      await own.route(/\/(requests\/(running|cold|broken)|workers)$/, (route) => route.fulfill({ json: example(route.request().url().split("/").at(-1)) }));
      for (const [name, address, ready, act] of SCREENS) {
        await own.setViewportSize({ width: 1280, height: 800 });
        await own.goto("about:blank");
        await own.goto(PAGE + address.replace("JOB", shared.job).replace("#/shared/LINK", link.split("/v1/")[1]));
        await own.waitForSelector(ready);
        await act?.(own);
        if (name === "running" || name === "starting") seconds.push(await own.locator(".steps").innerText());
        await own.waitForTimeout(250);
        await own.evaluate(AXE.replace(/^/, "/* axe */ "));
        const { violations } = await own.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }));
        for (const each of violations) if (["serious", "critical"].includes(each.impact)) found.push(`${name} ${colorScheme}: ${each.id}: ${each.nodes.map((node) => node.target).join(" ")}`);
        if (config.pictures) await own.screenshot({ path: path.join(config.pictures, `${name}-${colorScheme}.png`) });
        for (const width of [320, 390, 1280]) {
          await own.setViewportSize({ width, height: 800 });
          const most = await own.evaluate(() => { // what is fixed to the window, as the player is, cannot be scrolled to
            const shown = [...document.querySelectorAll("button, a, input, select")].filter((e) => e.checkVisibility() && !e.closest(".sr"));
            return Math.max(document.scrollingElement.scrollWidth, ...shown.map((e) => Math.floor(e.getBoundingClientRect().right)));
          });
          if (most > width) wide.push(`${name} ${width}: ${most}`);
          if (config.pictures && width === 390 && colorScheme === "light" && ON_PHONE.includes(name)) await own.screenshot({ path: path.join(config.pictures, `${name}-phone.png`) });
        }
      }
      page.complaints.push(...own.complaints);
      await own.context().close();
    }
    return { found, wide, seconds };
  },
};

const ON_PHONE = ["new", "transcript", "jobs"]; // pictures of a phone, for the docs
const SCREENS = [
  ["new", "", "table a"],
  ["running", "#/jobs/running", ".steps li"],
  ["starting", "#/jobs/cold", ".steps li:nth-child(3).now .small:not(:empty)"],
  ["failed", "#/jobs/broken", "h2 .bad"],
  ["transcript", "#/jobs/JOB", "#words section p"],
  ["share", "#/jobs/JOB", "#words section p", (page) => page.getByRole("button", { name: "Share", exact: true }).click()],
  ["shared", "#/shared/LINK", "#words section p"],
  ["jobs", "#/jobs", "tbody tr"],
  ["key", "#/key", "form"],
];

/** An example with its times as if it had happened just now. */
function example(name) {
  const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString(), found = EXAMPLES[name];
  if (found.workers) return { workers: found.workers.map((kind) => ({ ...kind, starting_since: ago(48) })) };
  return { ...found, created: ago(130) };
}

(async () => {
  const args = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required"];
  const browser = await chromium.launch({ executablePath: config.browser, args });
  for (const name of process.argv.slice(2)) {
    const page = await open(browser);
    let line;
    try {
      line = { result: await scenarios[name](page, browser) };
    } catch (error) {
      line = { error: `${error.message}\n${(await page.locator("body").innerText().catch(() => "")).slice(0, 600)}` };
    }
    const violations = await page.evaluate(() => globalThis.violations ?? []).catch(() => []);
    console.log(JSON.stringify({ scenario: name, ...line, complaints: page.complaints, violations }));
    await page.context().close();
  }
  await browser.close();
})();
