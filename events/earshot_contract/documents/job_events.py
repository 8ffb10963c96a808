"""Events of jobs on the EventBridge bus: the `detail` of the four detail types.

A member that is not known yet is left out. Events hold S3 keys and facts about the job, never the transcript itself.
EventBridge adds the envelope (id, time, account …).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from earshot_contract.document import Document
from earshot_contract.fields import Bytes, Language, Name, Seconds, Timestamp

SOURCE = "earshot"  # `source` of every event
# Version of the details. A change that a reader of the version before cannot read increases it: a member was removed,
# became optional, or has another type or meaning. New optional members do not; test_event_versions.py checks this.
SCHEMA_VERSION = 1

SchemaVersion = Annotated[
    Literal[1], Meta(description="Version of the detail's schema; within one, optional members may be added")
]
Model = Annotated[str, Meta(description="The model of the models bucket that runs")]
Callback = Annotated[
    bool, Meta(description="The job has a callback URL; left out otherwise", extra_json_schema={"const": True})
]
JobName = Annotated[
    str, Meta(description="Name of the file, as the caller gave it", extra_json_schema={"maxLength": 255})
]
Owner = Annotated[str, Meta(description="Whose job it is: the id of an API key, `public` or `deployment`")]
Tags = Annotated[list[str], Meta(description="Values of the option `tag`")]
Attempt = Annotated[
    int, Meta(description="2 for the first retry of the job, and so on; left out for the first run", ge=2)
]
Cost = Annotated[
    float, Meta(description="US dollars for the seconds inside the model, at the deployment's price", ge=0)
]
Timings = Annotated[
    dict[str, float],
    Meta(description="Seconds: `waited` before the start, `ran`, inside the `model`; `start_…` where a worker started"),
]
Duration = Annotated[Seconds, Meta(description="Seconds of audio")]


@dataclass(frozen=True)
class JobSource(Document):
    """Where a job's audio came from."""

    kind: Literal["upload", "body", "url", "object"]
    bucket: str | UnsetType = UNSET
    key: str | UnsetType = UNSET
    version: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    size: Bytes | UnsetType = UNSET


@dataclass(frozen=True)
class StoredTranscript(Document):
    """Place of a finished job's transcript."""

    bucket: Name
    key: Annotated[str, Meta(extra_json_schema={"pattern": "^jobs/"})]


@dataclass(frozen=True)
class JobError(Document):
    """Why a job failed: Deepgram's error code and a message."""

    err_code: Name
    err_msg: Name


@dataclass(frozen=True, kw_only=True)
class JobDetail(Document):
    """Members of all four events."""

    schema_version: SchemaVersion
    job_id: Name
    source: JobSource
    options: Annotated[str, Meta(description="The query string of /v1/listen with the job's options")]
    created: Timestamp
    callback: Callback | UnsetType = UNSET
    name: JobName | UnsetType = UNSET
    owner: Owner | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    attempt: Attempt | UnsetType = UNSET


@dataclass(frozen=True, kw_only=True)
class TranscriptionQueued(JobDetail):
    """A job was accepted."""

    state: Literal["queued"]
    model: Model | UnsetType = UNSET
    duration: Duration | UnsetType = UNSET


@dataclass(frozen=True, kw_only=True)
class TranscriptionCompleted(JobDetail):
    """A job is finished and its transcript stored."""

    state: Literal["completed"]
    model: Model
    completed: Timestamp
    duration: Duration
    language: Annotated[Language, Meta(description="Whisper's language code of the first channel")]
    transcript: Annotated[StoredTranscript, Meta(description="The canonical transcript, in JSON")]
    cost_usd: Cost | UnsetType = UNSET
    timings: Timings | UnsetType = UNSET


@dataclass(frozen=True, kw_only=True)
class TranscriptionFailed(JobDetail):
    """A job ended without a transcript."""

    state: Literal["failed"]
    completed: Timestamp
    error: Annotated[JobError, Meta(description="The same as in the caller's answer")]
    model: Model | UnsetType = UNSET
    duration: Duration | UnsetType = UNSET


@dataclass(frozen=True, kw_only=True)
class TranscriptionCancelled(JobDetail):
    """A job was cancelled by a caller."""

    state: Literal["cancelled"]
    completed: Timestamp
    model: Model | UnsetType = UNSET
    duration: Duration | UnsetType = UNSET


# The event's `detail-type` and the class of its `detail`.
DETAILS: dict[str, type[JobDetail]] = {
    "Transcription Queued": TranscriptionQueued,
    "Transcription Completed": TranscriptionCompleted,
    "Transcription Failed": TranscriptionFailed,
    "Transcription Cancelled": TranscriptionCancelled,
}
DETAIL_TYPES = {kind: detail_type for detail_type, kind in DETAILS.items()}
