// What goes wrong: an API that fails, answers that never come, jobs that are deleted elsewhere, a key that is missing.

const { config, PAGE, SPEECH, shared, open, drop, words, jobOf, AXE } = require("../actions.cjs");

module.exports = {
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
      await page.getByText("Fetching the list …").waitFor({ state: "detached" }); // the answer is drawn after it has come
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
    let requests = [job(3, "processing"), job(2, "processing"), job(1, "processing")], inFlight = 0, max = 0;
    await page.route(/\/v1\/requests\?limit=50/, async (route) => {
      max = Math.max(max, ++inFlight);
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
    await page.route(/\/requests\/00000003-0000/, (route) => {
      requests = []; // not earlier: a look at the list would take the row away before it is chosen
      return route.fulfill({ status: 404, json: { err_code: "NOT_FOUND", err_msg: "There is no request." } });
    });
    await page.getByLabel("Choose all that are shown").check();
    await page.getByRole("button", { name: "Delete" }).click(); // another tab was quicker
    await page.getByText("call 3.mp3").waitFor({ state: "detached" });
    await page.unroute(/\/v1\/requests\?limit=50/);
    await page.goto(`${PAGE}#/jobs/100%`);
    const odd = await page.getByRole("heading", { name: "There is no such job" }).innerText();
    await page.goto(`${PAGE}#/jobs/${shared.job}`);
    await words(page);
    const sheets = [];
    await page.keyboard.press("?");
    sheets.push(await page.locator("dialog[open]").count());
    await page.goBack();
    await page.getByRole("heading", { name: "There is no such job" }).waitFor();
    sheets.push(await page.locator("dialog").count());
    await page.goForward();
    await words(page);
    await page.route(/format=srt/, (route) => route.fulfill({ status: 500, json: { err_code: "INTERNAL_SERVER_ERROR", err_msg: "Something went wrong on our side." } }));
    await page.getByRole("button", { name: "Download SRT" }).click();
    const problem = await page.locator("#problem:visible [role=alert]").innerText();
    page.complaints = page.complaints.filter((line) => !/ (404|500) /.test(line));
    return { left, max, odd, sheets, problem };
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

  /** A slow line: the page says that it loads, and how fast a file goes. */
  async slow(page) {
    const line = await page.context().newCDPSession(page);
    let answer;
    const released = new Promise((resolve) => { answer = resolve; });
    await page.route(/app\.js$/, (route) => released.then(() => route.continue()));
    await page.goto(PAGE, { waitUntil: "commit" });
    // The style sheet shows it late, on a slow line alone: before that arrived it is shown too, and then not.
    const shown = await page.waitForFunction(() => document.styleSheets.length && document.getElementById("main").innerText.trim());
    const loading = await shown.jsonValue();
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
};
