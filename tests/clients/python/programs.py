"""Programs that others write with: litellm, LangChain, LlamaIndex, Haystack. Each has only the address changed."""

import os
from pathlib import Path

from driver import config, run

SPEECH = Path(config["speech"])
WAV = Path(config["speech_wav"])
BASE = f"{config['url']}/v1"
os.environ |= {"OPENAI_API_KEY": config["key"], "DEEPGRAM_API_KEY": config["key"]}
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it asks the network for prices


def litellm(model: str, **more):
    import litellm

    with SPEECH.open("rb") as file:
        answer = litellm.transcription(model=model, file=file, api_base=BASE, api_key=config["key"], **more)
    return answer.model_dump()


def langchain(**more):
    from langchain_community.document_loaders.parsers.audio import OpenAIWhisperParser
    from langchain_core.documents.base import Blob
    from pydub import AudioSegment

    AudioSegment.converter = config["ffmpeg"]  # pydub makes an MP3 of each 20 minutes with it
    parser = OpenAIWhisperParser(api_key=config["key"], base_url=BASE, **more)
    return [document.model_dump() for document in parser.lazy_parse(Blob.from_path(str(WAV)))]


def llamaindex(**more):
    from llama_index.readers.whisper import WhisperReader

    reader = WhisperReader(api_key=config["key"], client_kwargs={"base_url": BASE}, **more)
    return [{"text": document.text} for document in reader.load_data(SPEECH)]


def llamaindex_bytes():
    from llama_index.readers.whisper import WhisperReader

    reader = WhisperReader(api_key=config["key"], client_kwargs={"base_url": BASE})
    return [{"text": document.text} for document in reader.load_data(SPEECH.read_bytes())]


def haystack(**more):
    from haystack.utils import Secret
    from haystack_integrations.components.audio.whisper import RemoteWhisperTranscriber

    component = RemoteWhisperTranscriber(api_key=Secret.from_token(config["key"]), api_base_url=BASE, **more)
    return [{"text": document.content} for document in component.run([SPEECH])["documents"]]


run(
    {
        "litellm_openai": lambda: litellm("openai/whisper-1"),
        "litellm_openai_verbose": lambda: litellm(
            "openai/whisper-1", response_format="verbose_json", timestamp_granularities=["word"], language="en"
        ),
        "litellm_openai_vendor": lambda: litellm("openai/gpt-4o-transcribe"),
        "litellm_deepgram": lambda: litellm("deepgram/whisper", language="en"),
        "litellm_deepgram_vendor": lambda: litellm("deepgram/nova-2", smart_format=True, diarize=True),
        "litellm_unknown_model": lambda: litellm("openai/gpt-9-transcribe"),
        "langchain": langchain,
        "langchain_text": lambda: langchain(response_format="text", language="en", prompt="A talk.", temperature=0.0),
        "llamaindex": llamaindex,
        "llamaindex_bytes": llamaindex_bytes,
        "llamaindex_vendor": lambda: llamaindex(model="gpt-4o-mini-transcribe", language="en", prompt="A talk."),
        "haystack": haystack,
        "haystack_vendor": lambda: haystack(model="gpt-4o-transcribe", language="en", temperature=0),
    },
    plain=lambda answer: answer,
)
