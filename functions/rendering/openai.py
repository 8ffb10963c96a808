"""The canonical transcript as OpenAI's audio API answers it, and its way to say no."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from earshot_contract.shards import Segment
from functions.errors import ApiError
from functions.jobs.job import Failure
from functions.rendering import captions
from functions.transcripts.languages import LANGUAGES, UNSPACED, joined
from functions.transcripts.transcript import Transcript
from functions.transcripts.words import Spoken, spoken

JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain; charset=utf-8"  # OpenAI's for text, SRT and VTT alike
EVENTS_TYPE = "text/event-stream; charset=utf-8"

GRANULARITIES = "timestamp_granularities[]"  # the field's literal name, repeated for each value

# What Whisper glues to a word; whisper-1's `words` come without it, letters' case kept.
_PUNCTUATION = "\"'“”‘’«»„¿¡([{-–—.。,，!！?？:：;；)]}、…"


class Format(StrEnum):
    JSON = "json"
    TEXT = "text"
    SRT = "srt"
    VERBOSE_JSON = "verbose_json"
    VTT = "vtt"


class BadField(ApiError):
    """A form field that cannot be obeyed; OpenAI's error names it as `param`."""

    def __init__(self, param: str, sentence: str) -> None:
        super().__init__(Failure("INVALID_FORM_FIELD", sentence, 400))
        self.param = param


@dataclass(frozen=True)
class Shape:
    """How the caller wants the answer: it travels along when a long request is redirected to its result."""

    format: Format = Format.JSON
    words: bool = False
    segments: bool = True
    stream: bool = False

    @classmethod
    def from_fields(cls, fields: Mapping[str, Sequence[str]]) -> Shape:
        """Of a form's or a query string's fields, each with all its values.

        Raises:
            BadField: a value OpenAI has and this service does not, or none at all.
        """
        wanted = _last(fields, "response_format", Format.JSON)
        if wanted == "diarized_json":
            raise BadField(
                "response_format", "response_format 'diarized_json' needs speaker labels, which are not done here."
            )
        if wanted not in tuple(Format):
            raise BadField("response_format", f"response_format {wanted!r} is none of {', '.join(Format)}.")
        granularities = set(fields.get(GRANULARITIES) or fields.get("timestamp_granularities") or ["segment"])
        if unknown := granularities - {"word", "segment"}:
            raise BadField(GRANULARITIES, f"{GRANULARITIES} {sorted(unknown)[0]!r} is neither 'word' nor 'segment'.")
        if "word" in granularities and wanted != Format.VERBOSE_JSON:
            raise BadField(GRANULARITIES, "Word timestamps come with response_format 'verbose_json' only.")
        stream = _flag(fields, "stream")
        if stream and wanted not in (Format.JSON, Format.TEXT):
            raise BadField("stream", f"A stream carries text only: response_format {wanted!r} cannot be streamed.")
        return cls(Format(wanted), "word" in granularities, "segment" in granularities, stream)

    def fields(self) -> dict[str, list[str]]:
        """What `from_fields` reads back, for a redirect's query string."""
        fields = {"response_format": [str(self.format)]}
        if self.words:
            fields[GRANULARITIES] = ["word", "segment"] if self.segments else ["word"]
        return fields | ({"stream": ["true"]} if self.stream else {})


def _flag(fields: Mapping[str, Sequence[str]], name: str) -> bool:
    value = _last(fields, name, "false").strip().lower()
    if value not in ("true", "false", "1", "0", ""):
        raise BadField(name, f"{name} must be 'true' or 'false', not {value!r}.")
    return value in ("true", "1")


def answer(transcript: Transcript, shape: Shape) -> tuple[str, str]:
    """Content type and body. Text ends in a line break, as OpenAI's does."""
    if shape.stream:
        return EVENTS_TYPE, _stream(transcript)
    match shape.format:
        case Format.TEXT:
            return TEXT_TYPE, text(transcript) + "\n"
        case Format.SRT:
            return TEXT_TYPE, captions.srt(transcript)
        case Format.VTT:
            return TEXT_TYPE, captions.vtt(transcript)
        case Format.VERBOSE_JSON:
            return JSON_TYPE, _json(verbose(transcript, words=shape.words, segments=shape.segments))
        case Format.JSON:
            return JSON_TYPE, _json({"text": text(transcript), "usage": _usage(transcript)})


def text(transcript: Transcript) -> str:
    return "".join(_pieces(transcript)).strip()


def verbose(transcript: Transcript, *, words: bool = False, segments: bool = True) -> dict[str, Any]:
    """`verbose_json`. Times are seconds from the start of the file."""
    # A translation is English, whatever was spoken.
    code = "en" if transcript.task == "translate" else _language(transcript)
    document: dict[str, Any] = {
        "task": transcript.task,
        "language": LANGUAGES.get(code, code),
        "duration": transcript.audio.duration,
        "text": text(transcript),
    }
    if words:
        document["words"] = [
            {"word": word.text.strip(_PUNCTUATION) or word.text, "start": word.start, "end": word.end}
            for word in _words(transcript)
        ]
    if segments:
        document["segments"] = [
            _segment(index, segment, piece, transcript.audio.duration)
            for index, (segment, piece) in enumerate(zip(_segments(transcript), _pieces(transcript), strict=True))
        ]
    return document | {"usage": _usage(transcript)}


def error(failure: Failure, param: str | None = None) -> dict[str, Any]:
    """The body of a refusal. SDKs show an empty message for any other shape."""
    kind, code = {
        401: ("invalid_request_error", "invalid_api_key"),
        404: ("invalid_request_error", failure.err_code.lower().replace(" ", "_")),
        429: ("requests", "rate_limit_exceeded"),
    }.get(failure.status, ("server_error" if failure.status >= 500 else "invalid_request_error", None))
    return {"error": {"message": failure.err_msg, "type": kind, "param": param, "code": code}}


def _stream(transcript: Transcript) -> str:
    """All events at once: one delta a segment, then the whole. The job is done before the first byte leaves,
    but a client that asked for a stream reads nothing else (it yields nothing at all from plain JSON)."""
    pieces = _pieces(transcript)
    if pieces:
        pieces[0] = pieces[0].lstrip()
    events: list[dict[str, Any]] = [{"type": "transcript.text.delta", "delta": piece} for piece in pieces]
    events.append({"type": "transcript.text.done", "text": text(transcript), "usage": _usage(transcript)})
    return "".join(f"data: {_json(event)}\n\n" for event in events)


def _segments(transcript: Transcript) -> list[Segment]:
    everything = [s for channel in transcript.channels for s in channel.segments if s.text.strip()]
    return sorted(everything, key=lambda segment: segment.start)


def _words(transcript: Transcript) -> list[Spoken]:
    everything = [word for channel in transcript.channels for word in spoken(channel, transcript.audio.duration)]
    return sorted(everything, key=lambda word: word.start)


def _pieces(transcript: Transcript) -> list[str]:
    """Each segment's text as OpenAI spells it: a space before it, where the language has spaces."""
    language = _language(transcript)
    space = "" if language in UNSPACED and transcript.task != "translate" else " "
    return [space + joined([segment.text], language) for segment in _segments(transcript)]


def _segment(index: int, segment: Segment, piece: str, duration: float) -> dict[str, Any]:
    start = min(max(segment.start, 0.0), duration)
    return {
        "id": index,
        "seek": round(start * 100),  # Whisper counts offsets in frames of 10 ms
        "start": start,
        "end": min(max(segment.end, start), duration),
        "text": piece,
        "tokens": segment.tokens,
        "temperature": segment.temperature,
        "avg_logprob": segment.avg_logprob,
        "compression_ratio": segment.compression_ratio,
        "no_speech_prob": segment.no_speech_prob,
    }


def _usage(transcript: Transcript) -> dict[str, Any]:
    return {"type": "duration", "seconds": math.ceil(transcript.audio.duration)}


def _language(transcript: Transcript) -> str:
    return transcript.channels[0].language if transcript.channels else "en"


def _last(fields: Mapping[str, Sequence[str]], name: str, default: str) -> str:
    values = fields.get(name)
    return values[-1] if values else default


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
