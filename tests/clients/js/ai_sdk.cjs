// Vercel's AI SDK: its OpenAI and Deepgram providers, with only the address changed.
const fs = require("node:fs");
const { experimental_transcribe, transcribe = experimental_transcribe } = require("ai");
const { createOpenAI } = require("@ai-sdk/openai");
const { createDeepgram } = require("@ai-sdk/deepgram");
const { config, run } = require("./driver.cjs");

const audio = fs.readFileSync(config.speech);
const openai = createOpenAI({ baseURL: `${config.url}/v1`, apiKey: config.key });
// The provider of Deepgram takes no address, but a fetch of the program's own.
const deepgram = createDeepgram({
  apiKey: config.key,
  fetch: (url, init) => fetch(String(url).replace("https://api.deepgram.com", config.url), init),
});

async function transcribed(model, options = {}) {
  const { text, segments, language, durationInSeconds, warnings, responses } = await transcribe({
    model, audio, maxRetries: 0, ...options,
  });
  return { text, segments, language, duration: durationInSeconds, warnings, model: responses?.[0]?.modelId };
}

run({
  openai: () => transcribed(openai.transcription("whisper-1")),
  openai_words: () =>
    transcribed(openai.transcription("whisper-1"), {
      providerOptions: { openai: { language: "en", timestampGranularities: ["word"], temperature: 0, prompt: "A talk." } },
    }),
  openai_vendor: () => transcribed(openai.transcription("gpt-4o-transcribe")),
  openai_vendor_mini: () => transcribed(openai.transcription("gpt-4o-mini-transcribe")),
  deepgram: () => transcribed(deepgram.transcription("whisper")),
  deepgram_vendor: () => transcribed(deepgram.transcription("nova-3")),
  deepgram_options: () =>
    transcribed(deepgram.transcription("nova-2"), {
      providerOptions: { deepgram: { language: "en", smartFormat: true, utterances: true, diarize: false } },
    }),
  deepgram_detect: () =>
    transcribed(deepgram.transcription("nova-3"), { providerOptions: { deepgram: { detectLanguage: true } } }),
  unknown_model: () => transcribed(openai.transcription("gpt-9-transcribe")),
});
