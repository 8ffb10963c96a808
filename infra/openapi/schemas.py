"""Bodies of the API's answers, as JSON Schema. They have no other members: an undocumented one fails a test."""

from __future__ import annotations

from earshot_contract.worker_kinds import WorkerKind
from infra.openapi.job_schemas import JOB, OPTIONAL_JOB, PROGRESS
from infra.openapi.schema_types import (
    BOOLEAN,
    COUNT,
    MOMENT,
    SECONDS,
    SHARE,
    TEXT,
    UUID,
    Schema,
    array_of,
    document,
    named,
)

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
        "partial": document({"until": SECONDS}, {}, "Of a result with `partial=true`: the second that it reaches."),
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

_SHARE: dict[str, Schema] = {
    "share_id": TEXT,
    "created": MOMENT,
    "expires": MOMENT,
    "audio": {**BOOLEAN, "description": "The link leads to the audio, too."},
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
    "Job": document(JOB, OPTIONAL_JOB | PROGRESS, "Unknown values are left out."),
    "Jobs": document(
        {"requests": array_of(document(JOB, OPTIONAL_JOB | PROGRESS))},
        {
            "next": TEXT,
            "anonymous": {"const": True, "description": "The caller has no key, and nothing is listed without one."},
        },
    ),
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
        },
        {"recognised": array_of(document({"channel": COUNT, "speaker": COUNT, "name": TEXT}))},
        "`recognised` are known speakers: their names count where `speakers` has none.",
    ),
    "Audio": document({"url": TEXT, "expires_in": COUNT}),
    "Share": document(_SHARE, {}, "One link. Its secret is shown once, when it is made."),
    "NewShare": document(
        {**_SHARE, "secret": TEXT, "link": TEXT},
        {},
        "`link` is the path of the web page that shows the transcript; `secret` is its last part.",
    ),
    "Shares": document({"shares": array_of(named("Share"))}),
    "SharedTranscript": document(
        {"created": MOMENT, "expires": MOMENT, "audio": BOOLEAN, "task": {"enum": ["transcribe", "translate"]}},
        {
            "name": TEXT,
            "duration": SECONDS,
            "language": TEXT,
            "channels": COUNT,
            "edited": {"const": True},
            "speakers": array_of(document({"channel": COUNT, "speaker": COUNT, "name": TEXT})),
        },
        "What the holder of a link learns. `audio`: whether the link leads to it.",
    ),
    "Workers": document(
        {
            "workers": array_of(
                document(
                    {
                        "kind": {"enum": [str(kind) for kind in WorkerKind]},
                        "running": COUNT,
                        "starting": COUNT,
                        "most": COUNT,
                        "usual_start_seconds": SECONDS,
                        "start_is_measured": BOOLEAN,
                    },
                    {"starting_since": MOMENT, "retried_at": MOMENT},
                    "`quick` workers are Lambda functions, the others are containers. `retried_at`: a launch failed, "
                    "and is tried again then.",
                )
            )
        }
    ),
    "Models": document(
        {"stt": array_of(_MODEL), "tts": array_of({}), "object": {"const": "list"}, "data": array_of(_OPENAI_MODEL)}
    ),
}
