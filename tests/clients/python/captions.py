"""deepgram-captions: from an answer of /v1/listen to captions."""

import json

from deepgram_captions import DeepgramConverter, srt, webvtt
from driver import config, run

ANSWER = json.loads(config["answer"])
run(
    {"srt": lambda: srt(DeepgramConverter(ANSWER)), "vtt": lambda: webvtt(DeepgramConverter(ANSWER))},
    plain=str,
)
