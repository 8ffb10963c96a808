// Every screen in themes and widths, long words, lists, the page of the API, and the film in the README.

const fs = require("node:fs"), path = require("node:path");
const { config, PAGE, SPEECH, shared, EXAMPLES, open, drop, words, AXE } = require("../actions.cjs");

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
  ["edit", "#/jobs/JOB", "#words section p", (page) => page.keyboard.press("e")],
  ["keys", "#/jobs/JOB", "#words section p", (page) => page.keyboard.press("?")],
  ["gone", "#/jobs/none-like-this", "h1:not(.sr)"],
  ["docs", "docs", "summary", (page) => page.locator("summary").first().click()],
];
const NOT_IN_DOCS = ["edit", "keys", "gone", "docs"]; // no picture of them; `try` takes that of the page of the API

/** An example with its times as if it had happened just now. */
function example(name) {
  const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString(), found = EXAMPLES[name];
  if (found.workers) return { workers: found.workers.map((kind) => ({ ...kind, starting_since: ago(48) })) };
  return { ...found, created: ago(130) };
}

module.exports = {
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
        for (const each of violations) found.push(`${name} ${colorScheme}: ${each.id}: ${each.nodes.map((node) => node.target).join(" ")}`);
        if (config.pictures && !NOT_IN_DOCS.includes(name)) await own.screenshot({ path: path.join(config.pictures, `${name}-${colorScheme}.png`) });
        for (const width of [320, 390, 1280]) {
          await own.setViewportSize({ width, height: 800 });
          const widest = await own.evaluate(() => { // what is fixed to the window, as the player is, cannot be scrolled to
            const shown = [...document.querySelectorAll("button, a, input, select")].filter((e) => e.checkVisibility() && !e.closest(".sr"));
            return Math.max(document.scrollingElement.scrollWidth, ...shown.map((e) => Math.floor(e.getBoundingClientRect().right)));
          });
          if (widest > width) wide.push(`${name} ${width}: ${widest}`);
          if (config.pictures && width === 390 && colorScheme === "light" && ON_PHONE.includes(name)) await own.screenshot({ path: path.join(config.pictures, `${name}-phone.png`) });
        }
      }
      page.complaints.push(...own.complaints.filter((line) => !line.includes("404"))); // of the job that is none
      await own.context().close();
    }
    return { found, wide, seconds };
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
};
