"""Bodies of the API's answers, as JSON Schema. They have no other members: an undocumented one fails a test."""

from __future__ import annotations

from typing import Any

from earshot_contract.job_state import JobState
from functions.jobs.job import SourceKind

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
UUID: Schema = {"type": "string", "format": "uuid"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
SECONDS: Schema = {"type": "number", "minimum": 0}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
COUNT: Schema = {"type": "integer", "minimum": 0}


def named(name: str) -> Schema:
    """Return a reference to a schema of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def array_of(items: Schema) -> Schema:
    """Return an array's schema."""
    return {"type": "array", "items": items}


def document(required: dict[str, Schema], optional: dict[str, Schema] | None = None, description: str = "") -> Schema:
    """Return the schema of an object with these members and no others."""
    schema: Schema = {
        "type": "object",
        "required": list(required),
        "properties": required | (optional or {}),
        "additionalProperties": False,
    }
    return schema | ({"description": description} if description else {})


_TIMED = {"start": SECONDS, "end": SECONDS}

_WORD = document(
    {"word": TEXT, **_TIMED, "confidence": SHARE},
    {"punctuated_word": TEXT, "speaker": COUNT, "speaker_confidence": SHARE, "language": TEXT},
    "`word` is lower-case and without punctuation; `punctuated_word` comes with `punctuate`, `speaker` with `diarize`, "
    "`language` where a file has several. Times in seconds.",
)

_PARAGRAPHS = document(
    {
        "transcript": TEXT,
        "paragraphs": array_of(
            document(
                {"sentences": array_of(document({"text": TEXT, **_TIMED})), "num_words": COUNT, **_TIMED},
                {"speaker": COUNT},
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
        "models": array_of(UUID),
        "model_info": {
            "type": "object",
            "description": "The models that ran, by the UUID in `models`.",
            "additionalProperties": document({"name": TEXT, "version": TEXT, "arch": TEXT}),
        },
    },
    {
        "tags": array_of(TEXT),
        "extra": {"type": "object", "additionalProperties": TEXT},
        "warnings": array_of(_WARNING),
        "diarize_info": document({"model_uuid": UUID, "arch": TEXT}, {}, "The model that told speakers apart."),
        "audio_track": document(
            {"number": {"type": "integer", "minimum": 1}, "of": {"type": "integer", "minimum": 2}},
            {"language": TEXT},
            "Which audio track of a file with several was transcribed, and its language as the file spells it.",
        ),
    },
)

_UTTERANCE = document(
    {
        **_TIMED,
        "confidence": SHARE,
        "channel": COUNT,
        "transcript": TEXT,
        "words": array_of(named("Word")),
        "id": UUID,
    },
    {"speaker": COUNT},
)

_SEGMENT = document(
    {
        "id": COUNT,
        "seek": COUNT,
        **_TIMED,
        "text": TEXT,
        "tokens": array_of({"type": "integer"}),
        "temperature": {"type": "number"},
        "avg_logprob": {"type": "number"},
        "compression_ratio": {"type": "number"},
        "no_speech_prob": SHARE,
    }
)

_USAGE = document({"type": {"const": "duration"}, "seconds": COUNT})

# The gateway's own errors have both vendors' members at once: see infra/gateway_responses.py.
_DEEPGRAM_ERROR = {"err_code": TEXT, "err_msg": TEXT, "request_id": TEXT}
_OPENAI_ERROR = {
    "error": document(
        {
            "message": TEXT,
            "type": TEXT,
            "param": {"type": ["string", "null"]},
            "code": {"type": ["string", "null"]},
        }
    )
}

_PROGRESS: dict[str, Any] = {
    "progress": SHARE,
    "seconds": document({"done": SECONDS, "total": SECONDS}, {}, "Of the audio."),
    "estimated_seconds_left": SECONDS,
}

_JOB = {
    "request_id": UUID,
    "state": {"enum": [str(state) for state in JobState]},
    "source": document(
        {"kind": {"enum": [str(kind) for kind in SourceKind]}},
        {"bucket": TEXT, "key": TEXT, "url": TEXT, "size": COUNT},
    ),
    "created": MOMENT,
}
_JOB_ERROR = document({"err_code": TEXT, "err_msg": TEXT})
_OPTIONAL_JOB = {
    "edited": {"const": True},
    "name": {**TEXT, "maxLength": 255, "description": "Of the file, as the caller gave it."},
    "owner": {**TEXT, "description": "Whose it is: the id of an API key, `public` or `deployment`."},
    "caller": {**TEXT, "description": "Name of the API key."},
    "tags": array_of(TEXT),
    "history": {
        **array_of(document({"state": TEXT}, {"started": MOMENT, "completed": MOMENT, "error": _JOB_ERROR})),
        "description": "Runs before this one, for a request that was tried again.",
    },
    "deliveries": {
        **array_of(document({"when": MOMENT}, {"status": COUNT, "error": TEXT, "next": MOMENT})),
        "description": "Tries to deliver the callback; the last has `next` if there will be another.",
    },
    "options": {**TEXT, "description": "The request's query string."},
    "model": TEXT,
    "completed": MOMENT,
    "duration": SECONDS,
    "language": TEXT,
    "channels": COUNT,
    "shards": document({"done": COUNT, "total": COUNT}, {"reason": TEXT}),
    "timings": {
        "type": "object",
        "description": "Seconds: waited before the start, from the start to the end, inside the model; start_…, by "
        "stage, where a worker had to start.",
        "additionalProperties": {"type": "number"},
    },
    "cost_usd": {
        "type": "number",
        "description": "US dollars for the seconds inside the model, at the deployment's price of a worker.",
    },
    "error": _JOB_ERROR,
}

_MODEL = document(
    {
        "name": TEXT,
        "canonical_name": TEXT,
        "architecture": TEXT,
        "languages": array_of(TEXT),
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
        {"transcript": TEXT, "confidence": SHARE, "words": array_of(named("Word"))},
        {"paragraphs": _PARAGRAPHS, "languages": array_of(TEXT)},
    ),
    "Utterance": _UTTERANCE,
    "ListenAnswer": document(
        {
            "metadata": named("Metadata"),
            "results": document(
                {
                    "channels": array_of(
                        document(
                            {"alternatives": {**array_of(named("Alternative")), "minItems": 1}},
                            {"detected_language": TEXT},
                        )
                    )
                },
                {"utterances": array_of(named("Utterance"))},
            ),
        },
        description="Optional members are left out, never null.",
    ),
    "Accepted": document({"request_id": UUID}),
    "Error": document(_DEEPGRAM_ERROR, {"message": TEXT} | _OPENAI_ERROR),
    "OpenAIError": document(_OPENAI_ERROR, {"message": TEXT} | _DEEPGRAM_ERROR),
    "Transcription": document({"text": TEXT, "usage": _USAGE}),
    "DiarizedTranscription": document(
        {
            "task": {"enum": ["transcribe", "translate"]},
            "duration": SECONDS,
            "text": TEXT,
            "segments": array_of(
                document(
                    {"type": TEXT, "id": TEXT, **_TIMED, "text": TEXT, "speaker": TEXT}, {}, "One speaker's words."
                )
            ),
            "usage": _USAGE,
        }
    ),
    "VerboseTranscription": document(
        {
            "task": {"enum": ["transcribe", "translate"]},
            "language": TEXT,
            "duration": SECONDS,
            "text": TEXT,
            "usage": _USAGE,
        },
        {"segments": array_of(_SEGMENT), "words": array_of(document({"word": TEXT, **_TIMED}))},
    ),
    "Redirect": document({"request_id": UUID, "message": TEXT}),
    "Job": document(_JOB, _OPTIONAL_JOB | _PROGRESS, "Unknown values are left out."),
    "Jobs": document({"requests": array_of(document(_JOB, _OPTIONAL_JOB))}, {"next": TEXT}),
    "Deleted": document({"request_id": UUID, "state": {"const": "forgotten"}}),
    "Upload": document({"put": TEXT, "url": TEXT, "expires_in": COUNT}),
    "UploadInParts": document(
        {
            "url": TEXT,
            "upload": TEXT,
            "part_bytes": COUNT,
            "parts": array_of(document({"number": COUNT, "put": TEXT})),
            "expires_in": COUNT,
        },
        {},
        "`parts` are those that have not arrived; part n is the bytes from (n - 1) × `part_bytes` on. Once it is empty "
        "the upload is complete.",
    ),
    "NewEdits": document(
        {},
        {
            "changes": array_of(document({"channel": COUNT, "first": COUNT, "count": COUNT, "text": TEXT})),
            "speakers": array_of(document({"channel": COUNT, "speaker": COUNT, "name": TEXT})),
        },
        "As in `Edits`, without `words`.",
    ),
    "Edits": document(
        {
            "changes": array_of(
                document(
                    {
                        "channel": COUNT,
                        "first": COUNT,
                        "count": COUNT,
                        "text": TEXT,
                        "words": array_of(named("Word")),
                    },
                    {},
                    "Words `first` to `first + count - 1` of a channel, counted from 0 in the result with "
                    "`edited=false`, are replaced by `text`. `words` are those of the text, with times.",
                )
            ),
            "speakers": array_of(document({"channel": COUNT, "speaker": COUNT, "name": TEXT})),
        }
    ),
    "Audio": document({"url": TEXT, "expires_in": COUNT}),
    "Models": document(
        {"stt": array_of(_MODEL), "tts": array_of({}), "object": {"const": "list"}, "data": array_of(_OPENAI_MODEL)}
    ),
}
