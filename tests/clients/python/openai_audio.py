"""openai for Python: forms, five formats, streams, the asynchronous client."""

from base64 import b64encode
from pathlib import Path

from driver import config, run
from openai import AsyncOpenAI, OpenAI

SPEECH = Path(config["speech"])
SAMPLE = f"data:audio/wav;base64,{b64encode(SPEECH.read_bytes()).decode()}"


def audio(kind=OpenAI, url: str = config["url"], key: str = config["key"]):
    return kind(base_url=f"{url}/v1", api_key=key).audio


def text_of(url: str = config["url"], **more):
    return audio(url=url).transcriptions.create(file=SPEECH, **{"model": "whisper-1", **more})


def streamed():
    return [event.model_dump() for event in text_of(stream=True)]


async def async_stream():
    stream = await audio(AsyncOpenAI).transcriptions.create(file=SPEECH, model="whisper-1", stream=True)
    return [event.model_dump() async for event in stream]


run(
    {
        "json": text_of,
        "bytes": lambda: audio().transcriptions.create(file=SPEECH.read_bytes(), model="whisper-1"),
        "text": lambda: text_of(response_format="text"),
        "srt": lambda: text_of(response_format="srt"),
        "vtt": lambda: text_of(response_format="vtt"),
        "verbose": lambda: text_of(response_format="verbose_json", language="en", prompt="Earshot", temperature=0),
        "words": lambda: text_of(response_format="verbose_json", timestamp_granularities=["word"]),
        "both": lambda: text_of(response_format="verbose_json", timestamp_granularities=["word", "segment"]),
        "stream": streamed,
        "async": lambda: audio(AsyncOpenAI).transcriptions.create(file=SPEECH, model="whisper-1"),
        "async_stream": async_stream,
        "translation": lambda: audio().translations.create(
            file=SPEECH, model="whisper-1", response_format="verbose_json"
        ),
        "unknown_model": lambda: text_of(model="gpt-9-transcribe"),
        "diarized": lambda: text_of(response_format="diarized_json"),
        "known": lambda: text_of(
            response_format="diarized_json", known_speaker_names=["Ms. Reed"], known_speaker_references=[SAMPLE]
        ),
        "bad_reference": lambda: text_of(known_speaker_names=["Ms. Reed"], known_speaker_references=["data:,no"]),
        "not_audio": lambda: audio().transcriptions.create(file=Path(config["not_audio"]), model="whisper-1"),
        "busy": lambda: text_of(config["busy_url"]),
        "lost": lambda: text_of(config["lost_url"], prompt="lost python"),
        "long": lambda: text_of(prompt="long python", response_format="srt", extra_headers={"Prefer": "wait=0"}),
        "long_refused": lambda: audio().transcriptions.create(
            file=Path(config["not_audio"]), model="whisper-1", prompt="long", extra_headers={"Prefer": "wait=0"}
        ),
    },
    plain=lambda answer: answer.model_dump(exclude_none=True) if hasattr(answer, "model_dump") else answer,
)
