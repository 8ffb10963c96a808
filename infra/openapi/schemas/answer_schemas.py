"""Bodies of the API's answers, as JSON Schema. They have no other members: an undocumented one fails a test."""

from __future__ import annotations

from earshot_contract.worker_kinds import WorkerKind
from infra.openapi.schemas.job_schemas import JOB, OPTIONAL_JOB, PROGRESS
from infra.openapi.schemas.schema_types import (
    BOOLEAN,
    COUNT,
    MOMENT,
    SECONDS,
    TEXT,
    UUID,
    Schema,
    array_of,
    document,
    named,
)
from infra.openapi.schemas.transcript_schemas import TRANSCRIPT_SCHEMAS

# The gateway's own errors have both vendors' members at once: see infra/api/gateway_responses.py.
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

_DEEPGRAM_MODEL: dict[str, Schema] = {
    "name": TEXT,
    "canonical_name": TEXT,
    "architecture": TEXT,
    "languages": array_of(TEXT),
    "version": TEXT,
    "uuid": UUID,
    "batch": BOOLEAN,
    "streaming": BOOLEAN,
    "formatted_output": BOOLEAN,
    "default": BOOLEAN,
}
_OPENAI_MODEL: dict[str, Schema] = {"id": TEXT, "object": {"const": "model"}, "created": COUNT, "owned_by": TEXT}

SCHEMAS: dict[str, Schema] = {
    **TRANSCRIPT_SCHEMAS,
    "Accepted": document({"request_id": UUID}),
    "Error": document(_DEEPGRAM_ERROR, {"message": TEXT} | _OPENAI_ERROR),
    "OpenAIError": document(_OPENAI_ERROR, {"message": TEXT} | _DEEPGRAM_ERROR),
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
            "changes": array_of(
                document({"channel": COUNT, "first": COUNT, "count": COUNT, "text": TEXT}, {"replaced": TEXT})
            ),
            "speakers": array_of(document({"channel": COUNT, "speaker": COUNT, "name": TEXT})),
        },
        "As in `Edits`, without `words`. A change whose `replaced` differs from the words that it names is refused.",
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
                    {"replaced": TEXT},
                    "Words `first` to `first + count - 1` of a channel, counted from 0 in the result with "
                    "`edited=false`, are replaced by `text`. `words` are those of the text, with times; `replaced` are "
                    "those that were there. A change whose words are no longer at their place, after an upgrade of "
                    "Earshot, is left out here and in every format; `metadata.warnings` says so.",
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
    "Model": document(_OPENAI_MODEL | _DEEPGRAM_MODEL),
    "Models": document(
        {
            "stt": array_of(document(_DEEPGRAM_MODEL)),
            "tts": array_of({}),
            "object": {"const": "list"},
            "data": array_of(document(_OPENAI_MODEL)),
        }
    ),
}
