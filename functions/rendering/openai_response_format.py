"""OpenAIResponseFormat: the fields of OpenAI's requests that decide what the answer looks like."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from functions.errors import ApiError, Failure, shortened
from functions.rendering.formats import DIARIZED_JSON, OPENAI_FORMATS, OPENAI_JSON, OPENAI_TEXT, VERBOSE_JSON, Format

if TYPE_CHECKING:
    from functions.options.options import Options
    from functions.transcripts.transcript import Transcript

EVENTS_TYPE = "text/event-stream; charset=utf-8"
_STREAMED = "json, text and diarized_json"
GRANULARITIES = "timestamp_granularities[]"  # the field's literal name, repeated for each value
_LIST_ITEM = re.compile(r"""[^\s,"'\[\]]+""")  # of a list in one value: `word,segment`, `["word"]`


class BadField(ApiError):
    """A form field with a value that is not accepted; OpenAI's error names the field as `param`."""

    def __init__(self, param: str, message: str) -> None:
        super().__init__(Failure("INVALID_FORM_FIELD", shortened(message), 400))
        self.param = param


class OpenAIResponseFormat(Struct, frozen=True):
    """Requested form of the answer; a redirect to the result repeats it in its query string."""

    format: Format = OPENAI_JSON
    words: bool = False
    segments: bool = True
    stream: bool = False

    @classmethod
    def from_fields(cls, fields: Mapping[str, Sequence[str]]) -> OpenAIResponseFormat:
        """Read a form's or a query string's fields, each with all its values.

        Raises:
            BadField: A value that OpenAI accepts and this service does not, or one that neither accepts.
        """
        name = _last(fields, "response_format", str(OPENAI_JSON.openai_name)).lower()
        if name not in OPENAI_FORMATS:
            raise BadField("response_format", f"response_format {name!r} is none of {', '.join(OPENAI_FORMATS)}.")
        form = OPENAI_FORMATS[name]
        listed = " ".join(values_of(fields, "timestamp_granularities"))
        granularities = set(_LIST_ITEM.findall(listed.lower())) or {"segment"}
        if unknown := granularities - {"word", "segment"}:
            raise BadField(GRANULARITIES, f"{GRANULARITIES} {sorted(unknown)[0]!r} is neither 'word' nor 'segment'.")
        if "word" in granularities and form is not VERBOSE_JSON:
            raise BadField(GRANULARITIES, "Word timestamps come with response_format 'verbose_json' only.")
        stream = _boolean(fields, "stream")
        if stream and form not in (OPENAI_JSON, OPENAI_TEXT, DIARIZED_JSON):
            raise BadField("stream", f"response_format {name!r} cannot be streamed: {_STREAMED} can.")
        return cls(form, "word" in granularities, "segment" in granularities, stream)

    def fields(self) -> dict[str, list[str]]:
        """Return the fields that `from_fields` reads, for a redirect's query string."""
        fields = {"response_format": [str(self.format.openai_name)]}
        if self.words:
            fields[GRANULARITIES] = ["word", "segment"] if self.segments else ["word"]
        return fields | ({"stream": ["true"]} if self.stream else {})

    def render(self, transcript: Transcript, options: Options) -> tuple[str, str]:
        """Return content type and body for an edited transcript."""
        from functions.rendering import openai

        if self.format is DIARIZED_JSON and transcript.speaker_model is None:
            raise BadField("response_format", "response_format 'diarized_json': this job has no speakers.")
        if self.stream:
            stream = openai.diarized_event_stream if self.format is DIARIZED_JSON else openai.event_stream
            return EVENTS_TYPE, stream(transcript)
        if self.format is VERBOSE_JSON:
            body = openai.verbose_json(transcript, words=self.words, segments=self.segments)
        else:
            body = self.format.render(transcript, options)
        return self.format.openai_content_type, body


def values_of(fields: Mapping[str, Sequence[str]], name: str) -> list[str]:
    """Return the values of a field that may be repeated, without blank ones, which clients send for none.

    Clients spell its name with brackets or without: `name[]`, `name` or `name[0]`.
    """
    spelling = re.compile(rf"{re.escape(name)}(?:\[\d*\])?")
    return [value.strip() for key in fields if spelling.fullmatch(key) for value in fields[key] if value.strip()]


def _boolean(fields: Mapping[str, Sequence[str]], name: str) -> bool:
    value = _last(fields, name, "false").strip().lower()
    if value not in ("true", "false", "1", "0", ""):
        raise BadField(name, f"{name} must be 'true' or 'false', not {value!r}.")
    return value in ("true", "1")


def _last(fields: Mapping[str, Sequence[str]], name: str, default: str) -> str:
    return next((value.strip() for value in reversed(fields.get(name, ())) if value.strip()), default)
