"""Members of a job, as JSON Schema."""

from __future__ import annotations

from earshot_contract.job_state import MAX_JOBS_AHEAD, JobState
from functions.jobs.job import SourceKind
from infra.openapi.schemas.schema_types import COUNT, MOMENT, SECONDS, SHARE, TEXT, UUID, Schema, array_of, document

PROGRESS: dict[str, Schema] = {
    "progress": SHARE,
    "seconds": document({"done": SECONDS, "total": SECONDS}, {}, "Of the audio."),
    "estimated_seconds_left": {
        **SECONDS,
        "description": "Falls between two reports of the workers; left out while there is none, and once used up.",
    },
    "jobs_ahead": {
        **COUNT,
        "maximum": MAX_JOBS_AHEAD,
        "description": "Of a job that no worker has begun: unfinished jobs of the same owner that were made before it. "
        "An upper bound: a request whose caller waits goes before uploads and callbacks.",
    },
}

JOB: dict[str, Schema] = {
    "request_id": UUID,
    "state": {"enum": [str(state) for state in JobState]},
    "source": document(
        {"kind": {"enum": [str(kind) for kind in SourceKind]}},
        {"bucket": TEXT, "key": TEXT, "url": TEXT, "size": COUNT},
    ),
    "created": MOMENT,
}
_JOB_ERROR = document({"err_code": TEXT, "err_msg": TEXT})
OPTIONAL_JOB: dict[str, Schema] = {
    "edited": {"const": True},
    "warnings": {
        **array_of(document({"message": TEXT}, {"parameter": TEXT, "type": TEXT})),
        "description": "What an option could not do, as in the result's `metadata`.",
    },
    "name": {**TEXT, "maxLength": 255, "description": "Of the file, as the caller gave it."},
    "owner": {**TEXT, "description": "Whose it is: the id of an API key, `public` or `deployment`."},
    "caller": {**TEXT, "description": "Name of the API key."},
    "tags": array_of(TEXT),
    "history": {
        **array_of(document({"state": TEXT}, {"started": MOMENT, "completed": MOMENT, "error": _JOB_ERROR})),
        "description": "Runs before this one, for a request that was tried again.",
    },
    "deliveries": {
        **array_of(
            document({"when": MOMENT}, {"status": COUNT, "error": TEXT, "next": MOMENT, "requested": {"const": True}})
        ),
        "description": "Tries to deliver the callback; the last has `next` if there will be another. `requested`: no "
        "try, but a request to begin anew.",
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
        "description": "US dollars for the workers' time inside the model, at the price of each kind of worker.",
    },
    "error": _JOB_ERROR,
}
