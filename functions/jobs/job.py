"""A job: one audio source, one execution of the Job machine, one row in the table."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from earshot_contract.document import Document
from earshot_contract.shards import S3Object


class State(StrEnum):
    """queued → processing → completed | failed | cancelled."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        return self in (State.COMPLETED, State.FAILED, State.CANCELLED)


class SourceKind(StrEnum):
    UPLOAD = "upload"  # dropped into the uploads bucket
    BODY = "body"  # the bytes of a request
    URL = "url"  # http(s), fetched by Prepare
    OBJECT = "object"  # an s3:// URL of one of our own buckets


@dataclass(frozen=True)
class Source(Document):
    """Where the audio comes from. `audio` is None until a URL has been fetched."""

    kind: SourceKind
    audio: S3Object | None = None
    url: str | None = None
    size: int | None = None  # bytes


@dataclass(frozen=True)
class Failure(Document):
    """What the caller is told: Deepgram's code, a sentence, and the HTTP status that goes with it."""

    err_code: str
    err_msg: str
    status: int = 400


@dataclass
class Job(Document):
    """The row. Times are ISO 8601 in UTC with milliseconds; what is not known yet is None and left out."""

    id: str
    source: Source
    options: str  # the query string of /v1/listen, one vocabulary everywhere
    caller: str | None = None  # the name of the key it was asked with
    state: State = State.QUEUED
    created: str = field(default_factory=lambda: timestamp())
    started: str | None = None
    completed: str | None = None
    model: str | None = None  # the held model that runs
    duration: float | None = None  # seconds of audio
    channels: int | None = None  # transcribed
    language: str | None = None
    shards: int | None = None  # how many the job was cut into
    execution: str | None = None  # ARN: what a cancel stops, and who owns the row
    model_seconds: float | None = None  # seconds that workers spent on it: what it costs
    transcript: str | None = None  # key in the transcripts bucket
    failure: Failure | None = None
    ttl: int | None = None  # epoch seconds

    @property
    def day(self) -> str:
        """The listing index's partition."""
        return self.created[:10]

    def row(self) -> dict[str, Any]:
        """As attributes of the table, without what is unknown."""
        return {k: v for k, v in asdict(self).items() if v is not None}


def timestamp(epoch: float | None = None) -> str:
    """`2026-11-22T12:00:00.123Z`."""
    moment = datetime.fromtimestamp(time.time() if epoch is None else epoch, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
