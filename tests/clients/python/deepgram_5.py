"""deepgram-sdk 5 and later: generated client, keyword arguments, pydantic models."""

import inspect
from importlib.metadata import version
from pathlib import Path

from deepgram import AsyncDeepgramClient, DeepgramClient
from deepgram.environment import DeepgramClientEnvironment
from driver import config, run

SPEECH = Path(config["speech"]).read_bytes()
NOT_AUDIO = Path(config["not_audio"]).read_bytes()
OPTIONS = {
    "model": "whisper",
    "smart_format": True,
    "utterances": True,
    "tag": ["clients"],
}


def media(client=DeepgramClient, url: str = config["url"]):
    hosts = dict.fromkeys(inspect.signature(DeepgramClientEnvironment).parameters, url)
    return client(api_key=config["key"], environment=DeepgramClientEnvironment(**hosts)).listen.v1.media


def asynchronous():
    return media(AsyncDeepgramClient)


def chunks():
    with open(config["speech"], "rb") as file:
        while chunk := file.read(8192):
            yield chunk


def sent(url: str = config["url"], **more):
    return media(url=url).transcribe_file(request=SPEECH, **OPTIONS | more)


run(
    {
        "url": lambda: media().transcribe_url(url=config["speech_url"], **OPTIONS),
        "file": sent,
        "stream": lambda: media().transcribe_file(request=chunks(), **OPTIONS),
        "plain": lambda: media().transcribe_file(request=SPEECH, model="whisper"),
        "async_url": lambda: asynchronous().transcribe_url(url=config["speech_url"], **OPTIONS),
        "async_file": lambda: asynchronous().transcribe_file(request=SPEECH, **OPTIONS),
        "callback": lambda: media().transcribe_url(
            url=config["speech_url"], callback=config["callback"], callback_method="PUT", **OPTIONS
        ),
        "callback_file": lambda: sent(callback=config["callback"]),
        "unknown_model": lambda: sent(model="nova-9"),
        "not_audio": lambda: media().transcribe_file(request=NOT_AUDIO, **OPTIONS),
        "unreachable": lambda: media().transcribe_url(url=config["unreachable_url"], **OPTIONS),
        "busy": lambda: sent(config["busy_url"]),
        "lost": lambda: sent(config["lost_url"], keyterm=["lost"]),
        "long": lambda: sent(
            keyterm=[f"long {version('deepgram-sdk')}"],
            request_options={"additional_headers": {"Prefer": "wait=0"}},
        ),
    },
    plain=lambda answer: answer.model_dump(mode="json", exclude_none=True),
)
