// A transcript that is read, corrected and shared.

const { config, PAGE, shared, open, words, download, audio, jobOf } = require("../actions.cjs");

module.exports = {
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
      await tab.locator("header [role=status]").filter({ hasText: /^(Saved|This was)/ }).waitFor();
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
    for (let looks = 0; looks < 50 && !/Twice/.test(await stored()) && !/^This was/.test(await status.innerText()); looks++) await page.waitForTimeout(100);
    const twice = [await statusWith(/^(Saved|This was)/), await stored()];
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
    await statusWith(/^(?!Saving)/);
    const hidden = await status.innerText(); // by what is saved elsewhere
    await paragraph.click();
    await page.keyboard.press("Escape");
    const undone = [await statusWith("Undone"), await paragraph.innerText()];
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Edit", exact: true }).waitFor();
    page.complaints = page.complaints.filter((line) => !line.includes("ERR_FAILED"));
    return { twice, failed, after, plays, again, hidden, undone, text: await words(page) };
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
};
