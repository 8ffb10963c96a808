// Drives the web page in a browser, as a person would. Reads {url, browser, speech, …} from stdin; writes a line of JSON
// for each scenario that the command line names: what was seen, and everything that the browser complained of.

const { chromium } = require("playwright-core");
const { config, open } = require("./actions.cjs");

const scenarios = Object.assign({}, ...["transcribing", "transcript", "troubles", "screens", "habits"].map((name) => require(`./scenarios/${name}.cjs`)));

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
