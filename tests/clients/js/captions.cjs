// @deepgram/captions: from an answer of /v1/listen to captions.
const { webvtt, srt } = require("@deepgram/captions");
const { config, run } = require("./driver.cjs");

const answer = JSON.parse(config.answer);
run({ srt: () => srt(answer), vtt: () => webvtt(answer) });
