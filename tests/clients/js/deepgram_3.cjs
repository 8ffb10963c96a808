// @deepgram/sdk 3: `{result, error}` pairs, and a custom address without a path.
const fs = require("node:fs");
const { createClient, CallbackUrl } = require("deepgram-sdk-3");
const { config, run } = require("./driver.cjs");

const speech = fs.readFileSync(config.speech);
const options = { model: "whisper", smart_format: true, utterances: true, tag: ["clients"] };
const source = { url: config.speech_url };
const callback = new CallbackUrl(config.callback);

function prerecorded(url = config.url) {
  return createClient(config.key, { global: { fetch: { options: { url } } } }).listen.prerecorded;
}

async function answered(promise) {
  const { result, error } = await promise;
  if (error) throw error;
  return result;
}

run({
  url: () => answered(prerecorded().transcribeUrl(source, options)),
  file: () => answered(prerecorded().transcribeFile(speech, options)),
  stream: () => answered(prerecorded().transcribeFile(fs.createReadStream(config.speech), options)),
  plain: () => answered(prerecorded().transcribeFile(speech, { model: "whisper" })),
  callback: () => answered(prerecorded().transcribeUrlCallback(source, callback, options)),
  callback_file: () => answered(prerecorded().transcribeFileCallback(speech, callback, options)),
  unknown_model: () => answered(prerecorded().transcribeFile(speech, { ...options, model: "nova-9" })),
  not_audio: () => answered(prerecorded().transcribeFile(fs.readFileSync(config.not_audio), options)),
  unreachable: () => answered(prerecorded().transcribeUrl({ url: config.unreachable_url }, options)),
  busy: () => answered(prerecorded(config.busy_url).transcribeFile(speech, options)),
});
