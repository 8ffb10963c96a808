// openai for JavaScript: the same formats and streams as for Python.
const fs = require("node:fs");
const { OpenAI, toFile } = require("openai");
const { config, run } = require("./driver.cjs");

const SAMPLE = `data:audio/wav;base64,${fs.readFileSync(config.speech).toString("base64")}`;

function audio(url = config.url) {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: config.key }).audio;
}

function transcribe(more = {}, url = config.url, headers = {}) {
  const file = fs.createReadStream(config.speech);
  return audio(url).transcriptions.create({ file, model: "whisper-1", ...more }, { headers });
}

async function streamed() {
  const events = [];
  for await (const event of await transcribe({ stream: true })) events.push(event);
  return events;
}

run({
  json: () => transcribe(),
  text: () => transcribe({ response_format: "text" }),
  srt: () => transcribe({ response_format: "srt" }),
  vtt: () => transcribe({ response_format: "vtt" }),
  verbose: () => transcribe({ response_format: "verbose_json", language: "en", prompt: "Earshot", temperature: 0 }),
  words: () => transcribe({ response_format: "verbose_json", timestamp_granularities: ["word"] }),
  both: () => transcribe({ response_format: "verbose_json", timestamp_granularities: ["word", "segment"] }),
  stream: streamed,
  translation: () =>
    audio().translations.create({
      file: fs.createReadStream(config.speech), model: "whisper-1", response_format: "verbose_json",
    }),
  long: () => transcribe({ response_format: "srt", prompt: "long js" }, config.url, { Prefer: "wait=0" }),
  // From a stream it would not try again: what was read is gone.
  busy: async () => transcribe({ file: await toFile(fs.readFileSync(config.speech), "speech.flac") }, config.busy_url),
  unknown_model: () => transcribe({ model: "gpt-9-transcribe" }),
  diarized: () => transcribe({ response_format: "diarized_json" }),
  known: () =>
    transcribe({
      response_format: "diarized_json", known_speaker_names: ["Ms. Reed"], known_speaker_references: [SAMPLE],
    }),
  bad_reference: () => transcribe({ known_speaker_names: ["Ms. Reed"], known_speaker_references: ["data:,no"] }),
  not_audio: () =>
    audio().transcriptions.create({ file: fs.createReadStream(config.not_audio), model: "whisper-1" }),
});
