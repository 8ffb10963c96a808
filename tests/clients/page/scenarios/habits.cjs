// What people do that no button is for: a folder is dropped, a transcript printed, a filter changed by keys, a tab left open.

const fs = require("node:fs"), os = require("node:os"), path = require("node:path");
const { PAGE, SPEECH, drop, words, audio, jobOf } = require("../actions.cjs");

const JOB = { state: "completed", source: { kind: "body" }, duration: 4, language: "en", options: "diarize=true" };

module.exports = {
  /** A folder is dropped: the recordings in it and in its folders are sent, and nothing else of it; one without any is said to have none. */
  async folder(page) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "earshot-folder-")), empty = path.join(folder, "empty");
    for (const name of ["deep", "empty"]) fs.mkdirSync(path.join(folder, name));
    for (const name of ["one.mp3", "notes.txt", ".hidden.mp3", "deep/two.FLAC", "empty/notes.txt"]) fs.writeFileSync(path.join(folder, name), "x");
    await page.route(/\/v1\/uploads$/, () => {}); // never answered
    await page.goto(PAGE);
    await page.waitForSelector(".drop");
    const devtools = await page.context().newCDPSession(page);
    const dropFolder = async (name) => {
      const data = { items: [], files: [name], dragOperationsMask: 1 };
      for (const type of ["dragEnter", "dragOver", "drop"]) await devtools.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
    };
    await dropFolder(empty);
    await page.getByText("There are no recordings in what was dropped.").waitFor();
    await dropFolder(folder);
    await page.locator(".sending li").nth(1).waitFor();
    const rows = await page.locator(".sending .name").allInnerTexts();
    fs.rmSync(folder, { recursive: true });
    return { rows, at: new URL(page.url()).hash };
  },

  /** A deployment that is busy gets a file later; a file that is gone is not sent again and again. */
  async busy(page) {
    let calls = 0;
    await page.clock.install();
    await page.route(/\/v1\/uploads$/, (route) => (calls++ ? route.continue() : route.fulfill({ status: 429, headers: { "retry-after": "30" }, json: { err_code: "TOO_MANY_REQUESTS", err_msg: "Too many jobs wait." } })));
    await page.goto(PAGE);
    await page.waitForSelector(".drop");
    await drop(page, "busy.flac", SPEECH);
    const row = page.locator(".sending li");
    await row.getByText("Too many jobs wait.").waitFor();
    await page.clock.fastForward(20000);
    const early = calls;
    await page.clock.fastForward(11000);
    await page.waitForURL(/#\/jobs\//);
    await page.route(/\/v1\/uploads$/, (route) => route.abort());
    await page.goto(PAGE);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "earshot-gone-")), file = path.join(folder, "gone.flac");
    fs.writeFileSync(file, SPEECH);
    await page.route(/\/v1\/uploads$/, async (route) => { fs.rmSync(folder, { recursive: true }); await route.abort(); });
    await page.setInputFiles("#files", file);
    await page.getByRole("button", { name: "Clear: gone.flac" }).waitFor();
    page.complaints = page.complaints.filter((line) => !/ 429 |ERR_FAILED/.test(line));
    return { early, gone: await page.locator(".sending li").first().innerText() };
  },

  /** A printed transcript has its speakers, and nothing that is pressed. A name that ends in a date keeps it. */
  async print(page) {
    const text = ["Good", "morning.", "Hello."];
    const all = text.map((word, i) => ({ word, punctuated_word: word, start: i, end: i + 0.8, confidence: 0.9, speaker: i >> 1 }));
    await page.route(/\/requests\/board\/edits/, (route) => route.fulfill({ json: { changes: [], speakers: [] }, headers: { etag: '"none"' } }));
    await page.route(/\/requests\/board\/result/, (route) => route.fulfill({ json: { metadata: { duration: 4 }, results: { channels: [{ alternatives: [{ transcript: text.join(" "), words: all, languages: ["de", "en"] }] }] } } }));
    await page.route(/\/requests\/board\/audio/, (route) => route.fulfill({ status: 410, json: { err_code: "AUDIO_GONE", err_msg: "The audio is gone." } }));
    await page.route(/\/requests\/board$/, (route) => route.fulfill({ json: { ...JOB, request_id: "board", name: "Board 12.03.2026", created: new Date().toISOString() } }));
    await page.goto(`${PAGE}#/jobs/board`);
    await words(page);
    const languages = await page.locator("dt:text-is('Languages') + dd").innerText();
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const shown = await page.locator("body").innerText(), ink = await page.locator("#words p").first().evaluate((e) => getComputedStyle(e).color);
    await page.emulateMedia({ media: "screen" });
    const copied = await page.evaluate(() => { getSelection().selectAllChildren(document.getElementById("words")); return String(getSelection()); });
    const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download JSON" }).click()]);
    page.complaints = page.complaints.filter((line) => !line.includes("410"));
    return { languages, shown, ink, copied, saved: saved.suggestedFilename() };
  },

  /** The list is filtered by keys, its times go on, and the address after "Skip to the content" is still the screen's. */
  async left(page) {
    await page.clock.install();
    const created = new Date().toISOString();
    await page.route(/\/v1\/requests\?/, (route) => route.fulfill({ json: { requests: [{ ...JOB, request_id: "old", name: "old.mp3", created }] } }));
    await page.goto(`${PAGE}#/jobs`);
    const time = page.locator("tbody time");
    await time.waitFor();
    const times = [await time.innerText()];
    await page.clock.fastForward(10 * 60000);
    await time.filter({ hasText: "min" }).waitFor();
    times.push(await time.innerText());
    await page.getByLabel("State").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.waitForURL(/state=queued/);
    const focused = await page.evaluate(() => document.activeElement.name);
    await page.locator(".skip").focus();
    await page.keyboard.press("Enter");
    const skipped = [await page.evaluate(() => document.activeElement.id), new URL(page.url()).hash];
    await page.reload();
    await page.locator("tbody tr").waitFor();
    return { times, focused, skipped };
  },

  /** The audio cannot be fetched, and later breaks off: Play gets it again, and a line that is back; the place is kept.
   * Caps Lock, and a keyboard with Cyrillic letters, have the same keys. */
  async broken(page) {
    let fails = true;
    await page.route(/\/requests\/[^/]+\/audio/, (route) => (fails ? route.abort() : route.continue()));
    await page.goto(PAGE);
    await page.waitForSelector(".drop");
    await drop(page, "broken.flac", SPEECH);
    await words(page);
    const note = page.locator(".player [role=status]"), press = (key) => page.evaluate((name) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: name, code: "KeyK", bubbles: true })), key);
    await note.getByText("Earshot cannot be reached.").waitFor();
    const first = await note.innerText();
    fails = false;
    await press("K");
    await page.waitForFunction(() => document.querySelector("audio").currentTime > 0.2);
    await press("\u043b");
    const paused = await audio(page, "paused"), hidden = await note.isHidden();
    await page.evaluate(() => { document.querySelector("audio").currentTime = 3; });
    await page.evaluate(() => { document.querySelector("audio").src += "&changed"; }); // as an answer that is cut off
    await note.getByText("The audio cannot be read just now.").waitFor();
    await page.getByRole("button", { name: "On 5 seconds" }).click();
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.waitForFunction(() => document.querySelector("audio").readyState > 0 && !document.querySelector("audio").error);
    page.complaints = page.complaints.filter((line) => !/ERR_FAILED| 403 /.test(line));
    return { first, paused, hidden, later: await page.locator(".player .clock").innerText(), gone: await note.isHidden() };
  },

  /** An address that is pasted, or dropped as a link, is the one to transcribe, with the options that are chosen; a field keeps what is pasted into it. */
  async address(page) {
    const transfer = (type, text, target) => page.evaluate(({ type, text, target }) => {
      const data = new DataTransfer();
      data.setData("text/plain", text);
      const event = type === "paste" ? new ClipboardEvent(type, { clipboardData: data, bubbles: true, cancelable: true }) : new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
      return !document.querySelector(target).dispatchEvent(event);
    }, { type, text, target });
    const field = page.locator("input[name=url]"), found = [];
    await page.goto(`${PAGE}#/?diarize=true`);
    await page.waitForSelector(".drop");
    await transfer("paste", "words that are no address", "body");
    await transfer("paste", "https://example.org/typed.mp3", "input[name=tag]");
    found.push(await field.inputValue());
    await transfer("paste", " https://example.org/pasted.mp3\n", "body");
    await page.waitForFunction(() => document.querySelector("input[name=url]").value);
    found.push(await field.inputValue(), String(await page.locator("input[name=diarize]").isChecked()));
    await page.goto(`${PAGE}#/jobs`);
    await page.getByRole("heading", { name: "Jobs" }).waitFor();
    const stays = await transfer("drop", "https://example.org/dropped.mp3", "main");
    await page.waitForSelector(".drop");
    found.push(await field.inputValue());
    return { found, stays };
  },

  /** A paragraph is being corrected: a tab that closes asks, "back" saves it, and after a lost line it is saved by itself. */
  async typed(page) {
    await page.goto(PAGE);
    await page.waitForSelector(".drop");
    await drop(page, "typed.flac", SPEECH);
    await words(page);
    const first = page.locator("#words p").first(), stored = async (id) => (await fetch(`${PAGE}requests/${id}/result?format=txt`)).text();
    const asks = () => page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
    const type = async (text) => {
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      await first.click();
      await page.keyboard.press("Control+End");
      await page.keyboard.type(text);
    };
    const id = jobOf(page), before = await asks();
    await type(" Typed.");
    const during = await asks();
    await page.goBack();
    await page.waitForSelector(".drop");
    for (let looks = 0; looks < 50 && !/Typed/.test(await stored(id)); looks++) await page.waitForTimeout(100);
    const back = await stored(id);
    await page.goForward();
    await words(page);
    let lost = true;
    await page.route(/\/edits$/, (route) => (lost ? route.abort() : route.continue()));
    await type(" Later.");
    await page.keyboard.press("Control+Enter");
    await page.locator("header [role=status]").filter({ hasText: "not saved" }).waitFor();
    const unsaved = await asks(), online = () => page.evaluate(() => dispatchEvent(new Event("online")));
    const add = async (text) => {
      await first.click();
      await page.keyboard.press("Control+End");
      await page.keyboard.type(text);
    };
    await add(" Mid");
    await online();
    await page.keyboard.type("dle.");
    await page.keyboard.press("Control+Enter");
    await page.locator("header [role=status]").filter({ hasText: "not saved" }).waitFor();
    lost = false;
    await online();
    await page.locator("header [role=status]").filter({ hasText: /^Saved/ }).waitFor();
    const later = await stored(id), saved = await asks();
    lost = true;
    await add(" Last.");
    await page.keyboard.press("Control+Enter");
    await page.locator("header [role=status]").filter({ hasText: "not saved" }).waitFor();
    lost = false;
    await page.goBack();
    await page.waitForSelector(".drop");
    for (let looks = 0; looks < 50 && !/Last/.test(await stored(id)); looks++) await page.waitForTimeout(100);
    page.complaints = page.complaints.filter((line) => !line.includes("ERR_FAILED"));
    return { asks: [before, during, unsaved, saved], back, later, left: await stored(id) };
  },
};
