// Calls the API from a page of another origin. Reads {api, site, browser, speech} from stdin; writes a line of JSON.

const fs = require("node:fs");
const { chromium } = require("playwright-core");

const config = JSON.parse(fs.readFileSync(0, "utf8"));

/** What a page can read of answers: the browser hands over nothing that the answers' headers do not allow. */
async function read({ api, base64 }) {
  const key = { Authorization: "Token 0123456789abcdef0123456789abcdef01234567" };
  const body = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const answerOf = async (path, init) => {
    try {
      const answer = await fetch(`${api}${path}`, init);
      return { status: answer.status, id: answer.headers.get("dg-request-id"), body: await answer.json() };
    } catch (error) {
      return { failed: String(error) };
    }
  };
  const sent = { method: "POST", headers: { ...key, "Content-Type": "audio/flac" }, body };
  return {
    origin: location.origin,
    listen: await answerOf("/v1/listen?model=whisper", sent),
    refused: await answerOf("/v1/listen?model=whisper&redact=nothing-such", sent),
    missing: await answerOf("/v1/requests/00000000-0000-0000-0000-000000000000", { headers: key }),
    unknown: await answerOf("/v1/no-such-route", {}), // the gateway's own answer; it knows no preflight of such a route
  };
}

(async () => {
  const browser = await chromium.launch({ executablePath: config.browser, args: ["--no-sandbox"] });
  const page = await browser.newPage();
  await page.goto(config.site);
  const result = await page.evaluate(read, { api: config.api, base64: fs.readFileSync(config.speech).toString("base64") });
  console.log(JSON.stringify({ scenario: "cross_origin", result }));
  await browser.close();
})();
