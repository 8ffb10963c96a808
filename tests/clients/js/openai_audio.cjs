// openai for JavaScript: the same formats and streams as for Python.
const fs = require("node:fs");
const { OpenAI, toFile } = require("openai");
const { config, run } = require("./driver.cjs");

function audio(url = config.url) {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: config.key }).audio;
}

function said(more = {}, url = config.url, headers = {}) {
  const file = fs.createReadStream(config.speech);
  return audio(url).transcriptions.create({ file, model: "whisper-1", ...more }, { headers });
}

async function streamed() {
  const events = [];
  for await (const event of await said({ stream: true })) events.push(event);
  return events;
}

run({
  json: () => said(),
  text: () => said({ response_format: "text" }),
  srt: () => said({ response_format: "srt" }),
  vtt: () => said({ response_format: "vtt" }),
  verbose: () => said({ response_format: "verbose_json", language: "en", prompt: "Earshot", temperature: 0 }),
  words: () => said({ response_format: "verbose_json", timestamp_granularities: ["word"] }),
  both: () => said({ response_format: "verbose_json", timestamp_granularities: ["word", "segment"] }),
  stream: streamed,
  translation: () =>
    audio().translations.create({
      file: fs.createReadStream(config.speech), model: "whisper-1", response_format: "verbose_json",
    }),
  long: () => said({ response_format: "srt", prompt: "long js" }, config.url, { Prefer: "wait=0" }),
  // From a stream it would not try again: what was read is gone.
  busy: async () => said({ file: await toFile(fs.readFileSync(config.speech), "speech.flac") }, config.busy_url),
  unknown_model: () => said({ model: "gpt-9-transcribe" }),
  diarized: () => said({ response_format: "diarized_json" }),
  not_audio: () =>
    audio().transcriptions.create({ file: fs.createReadStream(config.not_audio), model: "whisper-1" }),
});
