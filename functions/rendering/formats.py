"""FORMATS: every output format, with its renderer and the names by which callers request it.

Renderers are imported when something is rendered: most requests of the API submit a job, or ask for its state.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from functions.options.options import Options
    from functions.transcripts.transcript import Transcript

_JSON_TYPE = "application/json"
_TEXT_TYPE = "text/plain; charset=utf-8"


class Format(Struct, frozen=True):
    """One output format. `render` takes an edited transcript (`functions.transcripts.edit`)."""

    name: str
    content_type: str
    render: Callable[[Transcript, Options], str]
    stored_suffix: str | None = None  # written when the job finishes; None: rendered on request
    listen_name: str | None = None  # GET /v1/requests/{id}/result?format=
    openai_name: str | None = None  # response_format
    cli_name: str | None = None  # earshot transcribe --format

    @property
    def openai_content_type(self) -> str:
        """OpenAI sends SRT and WebVTT as plain text."""
        return self.content_type if self.content_type == _JSON_TYPE else _TEXT_TYPE


def _listen_json(transcript: Transcript, options: Options) -> str:
    from functions.rendering.deepgram import listen_json

    return listen_json(transcript, options)


def _srt(transcript: Transcript, _: Options) -> str:
    from functions.rendering.srt import srt

    return srt(transcript)


def _vtt(transcript: Transcript, _: Options) -> str:
    from functions.rendering.vtt import vtt

    return vtt(transcript)


def _text(transcript: Transcript, _: Options) -> str:
    from functions.rendering.text import text

    return text(transcript)


def _openai_json(transcript: Transcript, _: Options) -> str:
    from functions.rendering.openai import plain_json

    return plain_json(transcript)


def _openai_text(transcript: Transcript, _: Options) -> str:
    from functions.rendering.openai import text_line

    return text_line(transcript)


def _verbose_json(transcript: Transcript, _: Options) -> str:
    from functions.rendering.openai import verbose_json

    return verbose_json(transcript)


def _diarized_json(transcript: Transcript, _: Options) -> str:
    from functions.rendering.openai import diarized_json

    return diarized_json(transcript)


# Stored names are those of `earshot_contract.keys.STORED_FORMATS`; a test compares.
JSON = Format("json", _JSON_TYPE, _listen_json, stored_suffix="json", listen_name="json", cli_name="json")
SRT = Format(
    "srt",
    "application/x-subrip; charset=utf-8",
    _srt,
    stored_suffix="srt",
    listen_name="srt",
    openai_name="srt",
    cli_name="srt",
)
VTT = Format(
    "vtt",
    "text/vtt; charset=utf-8",
    _vtt,
    stored_suffix="vtt",
    listen_name="vtt",
    openai_name="vtt",
    cli_name="vtt",
)
TXT = Format("txt", _TEXT_TYPE, _text, stored_suffix="txt", listen_name="txt", cli_name="text")
OPENAI_JSON = Format("openai_json", _JSON_TYPE, _openai_json, openai_name="json")
OPENAI_TEXT = Format("openai_text", _TEXT_TYPE, _openai_text, openai_name="text")
VERBOSE_JSON = Format("verbose_json", _JSON_TYPE, _verbose_json, openai_name="verbose_json")

DIARIZED_JSON = Format("diarized_json", _JSON_TYPE, _diarized_json, openai_name="diarized_json")

FORMATS = (JSON, SRT, VTT, TXT, OPENAI_JSON, OPENAI_TEXT, VERBOSE_JSON, DIARIZED_JSON)

REDACTED_AUDIO_FORMAT = "audio"  # of a result: not a rendering, but the copy that `redact_audio` requested

STORED_FORMATS = tuple(form for form in FORMATS if form.stored_suffix)
LISTEN_FORMATS = {form.listen_name: form for form in FORMATS if form.listen_name}
OPENAI_FORMATS = {form.openai_name: form for form in FORMATS if form.openai_name}
