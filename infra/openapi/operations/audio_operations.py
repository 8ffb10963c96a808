"""Operations that take audio or answer with a transcript, for the OpenAPI description."""

from __future__ import annotations

from earshot_contract.documents.known_speakers import MAX_KNOWN_SPEAKERS, MAX_REFERENCE_SECONDS, MIN_REFERENCE_SECONDS
from earshot_contract.names import PARTIAL_UNTIL_HEADER
from functions.handlers.api.bodies.known_speakers_form import NAMES, REFERENCES
from functions.handlers.api.bodies.openai_form import OWN_FIELDS
from functions.options.registry import OPTIONS
from functions.rendering.formats import LISTEN_FORMATS, OPENAI_FORMATS, REDACTED_AUDIO_FORMAT
from functions.rendering.openai_response_format import GRANULARITIES
from infra.openapi.operations.operation_parts import (
    ID,
    REDIRECT,
    error_answers,
    json_answer,
    option_parameter,
    query_parameter,
)
from infra.openapi.schemas.schema_types import TEXT, Schema, array_of, named

_BINARY: Schema = {"type": "string", "format": "binary"}
_OPENAI_DOCUMENTS = ("Transcription", "VerboseTranscription", "DiarizedTranscription")


def listen() -> Schema:
    """Describe POST /listen: Deepgram's way to send audio."""
    return {
        "summary": "Transcribe audio",
        "description": "The body is JSON with a `url` if, and only if, its Content-Type is `application/json`; "
        "under any other, or none, it is the audio itself, and its bytes decide the codec. Waits for the "
        "transcript; when that takes longer than a request may, redirects to a URL that waits on. The same request "
        "sent again while it runs, or soon after, is the same job.",
        "parameters": [option_parameter(spec) for spec in OPTIONS.values()],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["url"],
                        "properties": {"url": {**TEXT, "examples": ["https://dpgr.am/spacewalk.wav"]}},
                    }
                },
                "audio/*": {"schema": _BINARY},
                "application/octet-stream": {"schema": _BINARY},
            },
        },
        "responses": {
            "200": json_answer("The transcript; with `callback`, only the request's id.", "ListenAnswer", "Accepted"),
            "202": json_answer("The request's id, with the header `Prefer: respond-async`.", "Accepted"),
            "303": REDIRECT,
            **error_answers("Error", 400, 401, 403, 404, 410, 413, 429, 500, 503),
        },
    }


def openai_audio(task: str) -> Schema:
    """Describe POST /audio/transcriptions or /audio/translations, by Whisper's name of the task."""
    fields: dict[str, Schema] = {
        "file": _BINARY,
        "model": {
            **TEXT,
            "description": "`whisper-1`, or nothing, is the deployment's default; GET /models lists the others.",
        },
        "prompt": {**TEXT, "description": "Text that precedes the audio, in Whisper's sense."},
        "response_format": {"enum": list(OPENAI_FORMATS), "default": "json"},
        "temperature": {"type": "number", "minimum": 0, "maximum": 1, "default": 0},
        "stream": {"type": "boolean", "description": "Server-sent events; for `json`, `text`, `diarized_json`."},
        "language": {**TEXT, "description": "Language of the speech; detected when left out."},
        "name": {**TEXT, "description": "Earshot's own: the file's name, if not that of the part `file`."},
        GRANULARITIES: {
            **array_of({"enum": ["word", "segment"]}),
            "description": "`word` needs `response_format=verbose_json`.",
        },
        f"{NAMES}[]": {
            **array_of(TEXT),
            "maxItems": MAX_KNOWN_SPEAKERS,
            "description": "Names of speakers to be recognised, whatever the answer's format; those who are not keep "
            "their letter or number.",
        },
        f"{REFERENCES}[]": {
            **array_of(TEXT),
            "maxItems": MAX_KNOWN_SPEAKERS,
            "description": f"A sample of each one's voice, in the order of the names: a data URL with "
            f"{MIN_REFERENCE_SECONDS:g} to {MAX_REFERENCE_SECONDS:g} s of audio.",
        },
        **{name: {**TEXT, "description": OPTIONS[name].summary} for name in OWN_FIELDS},
    }
    return {
        "summary": "Transcribe audio, as OpenAI does" if task == "transcribe" else "Translate audio into English",
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": {"type": "object", "required": ["file"], "properties": fields}}
            },
        },
        "responses": {
            "200": {
                "description": "In the requested format.",
                "content": {
                    "application/json": {"schema": {"oneOf": [named(name) for name in _OPENAI_DOCUMENTS]}},
                    "text/plain": {"schema": TEXT},
                    "text/event-stream": {"schema": TEXT},
                },
            },
            "303": REDIRECT,
            **error_answers("OpenAIError", 400, 401, 403, 404, 410, 413, 429, 500, 503),
        },
    }


def result() -> Schema:
    """Describe GET /requests/{id}/result."""
    return {
        "summary": "Get the transcript of a request",
        "description": "With `response_format` and its companions the answer is that of `/audio/transcriptions`.",
        "parameters": [
            ID,
            query_parameter("format", {"enum": [*LISTEN_FORMATS, REDACTED_AUDIO_FORMAT], "default": "json"}),
            query_parameter(
                "wait", {"type": "number", "minimum": 0}, "Seconds to wait for it; a redirect when it is not done."
            ),
            query_parameter("response_format", {"enum": list(OPENAI_FORMATS)}),
            query_parameter(
                "edited", {"type": "boolean", "default": True}, "`false`: without the corrections of `PUT …/edits`."
            ),
            query_parameter(
                "partial",
                {"type": "boolean", "default": False},
                "`true`: of a request that runs, the beginning of the transcript, as far as the shards of a long "
                "recording are done without a gap; of a completed one, all. The end, and the numbers of speakers, may "
                "change. Refused with `redact`.",
            ),
        ],
        "responses": {
            "200": {
                "description": "The transcript.",
                "headers": {
                    PARTIAL_UNTIL_HEADER: {
                        "description": "Of a partial transcript only: the second of the recording that it reaches. In "
                        "JSON `metadata.partial.until` is the same.",
                        "schema": {"type": "number"},
                    }
                },
                "content": {
                    "application/json": {
                        "schema": {
                            "anyOf": [
                                named("ListenAnswer"),
                                *map(named, _OPENAI_DOCUMENTS),
                            ]
                        }
                    },
                    **{kind: {"schema": TEXT} for kind in ("application/x-subrip", "text/vtt", "text/plain")},
                    "text/event-stream": {"schema": TEXT},
                },
            },
            "303": REDIRECT,
            **error_answers("Error OpenAIError", 400, 401, 404, 409, 410, 413, 429, 500, 503),
        },
    }


def result_by_post() -> Schema:
    """Describe POST to the same."""
    return result() | {
        "summary": "The same, for clients that repeat their POST when they are redirected",
        "description": "`curl -L --request POST` is one.",
    }
