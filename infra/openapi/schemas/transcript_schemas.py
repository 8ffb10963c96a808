"""Transcripts in the API's answers, as JSON Schema: Deepgram's and OpenAI's. `schemas` has the other answers."""

from __future__ import annotations

from infra.openapi.schemas.schema_types import (
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

TRANSCRIPT_SCHEMAS: dict[str, Schema] = {
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
}
