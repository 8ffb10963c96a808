// @deepgram/sdk 5: generated client, retries of its own.
const fs = require("node:fs");
const { DeepgramClient } = require("deepgram-sdk-5");
const { config, run } = require("./driver.cjs");

const speech = fs.readFileSync(config.speech);
const options = { model: "whisper", smart_format: true, utterances: true, tag: ["clients"] };

function media(baseUrl = config.url) {
  return new DeepgramClient({ apiKey: config.key, baseUrl }).listen.v1.media;
}

run({
  url: () => media().transcribeUrl({ url: config.speech_url, ...options }),
  file: () => media().transcribeFile(speech, options),
  stream: () => media().transcribeFile(fs.createReadStream(config.speech), options),
  path: () => media().transcribeFile({ path: config.speech }, options),
  plain: () => media().transcribeFile(speech, { model: "whisper" }),
  callback: () => media().transcribeUrl({ url: config.speech_url, callback: config.callback, ...options }),
  callback_file: () => media().transcribeFile(speech, { callback: config.callback, callback_method: "PUT", ...options }),
  unknown_model: () => media().transcribeFile(speech, { ...options, model: "nova-9" }),
  not_audio: () => media().transcribeFile(fs.readFileSync(config.not_audio), options),
  unreachable: () => media().transcribeUrl({ url: config.unreachable_url, ...options }),
  long: () => media().transcribeFile(speech, { ...options, keyterm: "long js-deepgram-5" }, { headers: { Prefer: "wait=0" } }),
  busy: () => media(config.busy_url).transcribeFile(speech, options),
});
