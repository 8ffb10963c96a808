"""The bodies that the API gives, as JSON Schema. No members but these: what is undocumented fails a test."""

from __future__ import annotations

from typing import Any

from functions.jobs.job import SourceKind, State

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
UUID: Schema = {"type": "string", "format": "uuid"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
SECONDS: Schema = {"type": "number", "minimum": 0}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
COUNT: Schema = {"type": "integer", "minimum": 0}


def named(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def listed(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def document(required: dict[str, Schema], optional: dict[str, Schema] | None = None, says: str = "") -> Schema:
    """An object of these members and no others."""
    schema: Schema = {
        "type": "object",
        "required": list(required),
        "properties": required | (optional or {}),
        "additionalProperties": False,
    }
    return schema | ({"description": says} if says else {})


_TIMED = {"start": SECONDS, "end": SECONDS}

_WORD = document(
    {"word": TEXT, **_TIMED, "confidence": SHARE},
    {"punctuated_word": TEXT},
    "`word` is lower-case and without punctuation; `punctuated_word` comes with `punctuate`. Times in seconds.",
)

_PARAGRAPHS = document(
    {
        "transcript": TEXT,
        "paragraphs": listed(
            document(
                {"sentences": listed(document({"text": TEXT, **_TIMED})), "num_words": COUNT, **_TIMED},
            )
        ),
    }
)

_WARNING = document({"parameter": TEXT, "type": TEXT, "message": TEXT})

_METADATA = document(
    {
        "transaction_key": TEXT,
        "request_id": UUID,
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "Of the audio's bytes."},
        "created": MOMENT,
        "duration": SECONDS,
        "channels": {"type": "integer", "minimum": 1, "description": "Transcribed: 1 without `multichannel`."},
        "models": listed(UUID),
        "model_info": {
            "type": "object",
            "description": "What really ran, by the UUID in `models`.",
            "additionalProperties": document({"name": TEXT, "version": TEXT, "arch": TEXT}),
        },
    },
    {
        "tags": listed(TEXT),
        "extra": {"type": "object", "additionalProperties": TEXT},
        "warnings": listed(_WARNING),
    },
)

_UTTERANCE = document(
    {
        **_TIMED,
        "confidence": SHARE,
        "channel": COUNT,
        "transcript": TEXT,
        "words": listed(named("Word")),
        "id": UUID,
    }
)

_SEGMENT = document(
    {
        "id": COUNT,
        "seek": COUNT,
        **_TIMED,
        "text": TEXT,
        "tokens": listed({"type": "integer"}),
        "temperature": {"type": "number"},
        "avg_logprob": {"type": "number"},
        "compression_ratio": {"type": "number"},
        "no_speech_prob": SHARE,
    }
)

_USAGE = document({"type": {"const": "duration"}, "seconds": COUNT})

# Where the gateway itself refuses, it does so in both vendors' shapes at once: see infra/refusals.py.
_DEEPGRAMS_REFUSAL = {"err_code": TEXT, "err_msg": TEXT, "request_id": TEXT}
_OPENAIS_REFUSAL = {
    "error": document(
        {
            "message": TEXT,
            "type": TEXT,
            "param": {"type": ["string", "null"]},
            "code": {"type": ["string", "null"]},
        }
    )
}

_JOB = {
    "request_id": UUID,
    "state": {"enum": [str(state) for state in State]},
    "source": document(
        {"kind": {"enum": [str(kind) for kind in SourceKind]}},
        {"bucket": TEXT, "key": TEXT, "url": TEXT, "size": COUNT},
    ),
    "created": MOMENT,
}
_KNOWN_LATER = {
    "options": {**TEXT, "description": "The query string it was asked with."},
    "model": TEXT,
    "completed": MOMENT,
    "duration": SECONDS,
    "language": TEXT,
    "channels": COUNT,
    "shards": document({"done": COUNT, "total": COUNT}),
    "timings": {
        "type": "object",
        "description": "Seconds: waited before it began, from then to its end, inside the model.",
        "additionalProperties": {"type": "number"},
    },
    "error": document({"err_code": TEXT, "err_msg": TEXT}),
}

_MODEL = document(
    {
        "name": TEXT,
        "canonical_name": TEXT,
        "architecture": TEXT,
        "languages": listed(TEXT),
        "version": TEXT,
        "uuid": UUID,
        "batch": {"type": "boolean"},
        "streaming": {"type": "boolean"},
        "formatted_output": {"type": "boolean"},
        "default": {"type": "boolean"},
    }
)
_OPENAI_MODEL = document({"id": TEXT, "object": {"const": "model"}, "created": COUNT, "owned_by": TEXT})

SCHEMAS: dict[str, Schema] = {
    "Word": _WORD,
    "Metadata": _METADATA,
    "Alternative": document(
        {"transcript": TEXT, "confidence": SHARE, "words": listed(named("Word"))}, {"paragraphs": _PARAGRAPHS}
    ),
    "Utterance": _UTTERANCE,
    "ListenAnswer": document(
        {
            "metadata": named("Metadata"),
            "results": document(
                {
                    "channels": listed(
                        document(
                            {"alternatives": {**listed(named("Alternative")), "minItems": 1}},
                            {"detected_language": TEXT},
                        )
                    )
                },
                {"utterances": listed(named("Utterance"))},
            ),
        },
        says="Optional members are left out, never null.",
    ),
    "Accepted": document({"request_id": UUID}),
    "Error": document(_DEEPGRAMS_REFUSAL, {"message": TEXT} | _OPENAIS_REFUSAL),
    "OpenAIError": document(_OPENAIS_REFUSAL, {"message": TEXT} | _DEEPGRAMS_REFUSAL),
    "Transcription": document({"text": TEXT, "usage": _USAGE}),
    "VerboseTranscription": document(
        {
            "task": {"enum": ["transcribe", "translate"]},
            "language": TEXT,
            "duration": SECONDS,
            "text": TEXT,
            "usage": _USAGE,
        },
        {"segments": listed(_SEGMENT), "words": listed(document({"word": TEXT, **_TIMED}))},
    ),
    "Redirect": document({"request_id": UUID, "message": TEXT}),
    "Job": document(_JOB, _KNOWN_LATER | {"progress": SHARE}, "What is not known yet is left out."),
    "Jobs": document({"requests": listed(document(_JOB, _KNOWN_LATER))}, {"next": TEXT}),
    "Forgotten": document({"request_id": UUID, "state": {"const": "forgotten"}}),
    "Upload": document({"put": TEXT, "url": TEXT, "expires_in": COUNT}),
    "Models": document(
        {"stt": listed(_MODEL), "tts": listed({}), "object": {"const": "list"}, "data": listed(_OPENAI_MODEL)}
    ),
}
