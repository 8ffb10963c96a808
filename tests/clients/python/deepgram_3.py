"""deepgram-sdk 3 and 4: dataclasses, options objects, callbacks as calls of their own."""

import asyncio
import inspect
from importlib.metadata import version
from pathlib import Path

from deepgram import DeepgramApiError, DeepgramClient, DeepgramClientOptions, PrerecordedOptions
from driver import config, run

SPEECH = Path(config["speech"]).read_bytes()
NOT_AUDIO = Path(config["not_audio"]).read_bytes()


def client(key: str = config["key"], url: str = config["url"]):
    return DeepgramClient(key, DeepgramClientOptions(url=url))


def options(**more):
    return PrerecordedOptions(
        model=more.pop("model", "whisper"), smart_format=True, utterances=True, tag=["clients"], **more
    )


def rest(**where):
    return client(**where).listen.rest.v("1")


def asynchronous():
    return client().listen.asyncrest.v("1")


def streamed():
    with Path(config["speech"]).open("rb") as speech:
        return rest().transcribe_file({"stream": speech}, options())


def redirected():
    """Asks for what no other SDK asked for: the answer of a request that was made already is there at once."""
    return rest().transcribe_file(
        {"buffer": SPEECH}, options(keyterm=[f"long deepgram-{version('deepgram-sdk')}"]), headers={"Prefer": "wait=0"}
    )


def patiently(scenario):
    """Follows no redirect: on a busy machine its user sends the request again."""

    def send():
        for _ in range(10):
            try:
                outcome = scenario()
                return asyncio.run(outcome) if inspect.isawaitable(outcome) else outcome
            except DeepgramApiError as problem:
                if problem.status != "303":
                    raise
        return scenario()

    return send


URL = {"url": config["speech_url"]}

scenarios = {
    name: patiently(scenario)
    for name, scenario in {
        "url": lambda: rest().transcribe_url(URL, options()),
        "file": lambda: rest().transcribe_file({"buffer": SPEECH}, options()),
        "stream": streamed,
        "plain": lambda: rest().transcribe_file({"buffer": SPEECH}, PrerecordedOptions(model="whisper")),
        "async_url": lambda: asynchronous().transcribe_url(URL, options()),
        "async_file": lambda: asynchronous().transcribe_file({"buffer": SPEECH}, options()),
        "callback": lambda: rest().transcribe_url_callback(URL, config["callback"], options()),
        "callback_file": lambda: rest().transcribe_file_callback({"buffer": SPEECH}, config["callback"], options()),
        "unknown_model": lambda: rest().transcribe_file({"buffer": SPEECH}, options(model="nova-9")),
        "not_audio": lambda: rest().transcribe_file({"buffer": NOT_AUDIO}, options()),
        "unreachable": lambda: rest().transcribe_url({"url": config["unreachable_url"]}, options()),
        "busy": lambda: rest(url=config["busy_url"]).transcribe_file({"buffer": SPEECH}, options()),
    }.items()
}

run(
    scenarios | {"redirected": redirected},
    plain=lambda answer: answer.to_dict(),
)
