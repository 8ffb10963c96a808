// From a file, a recording or the sample to words.

const fs = require("node:fs"), os = require("node:os"), path = require("node:path");
const { PAGE, SPEECH, shared, EXAMPLES, drop, words, download, audio, jobOf } = require("../actions.cjs");

module.exports = {
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
};
