"""Job: one audio source, one execution of the job machine, one row in the table."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from earshot_contract.credentials.url_credentials import without_credentials
from earshot_contract.document import Document
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.job_state import JobState
from functions.errors import Failure
from functions.jobs.shares import Share


class SourceKind(StrEnum):
    """How the audio reached the deployment."""

    UPLOAD = "upload"  # an object in the uploads bucket
    BODY = "body"  # the body of a request
    URL = "url"  # an http(s) URL, downloaded by Prepare
    OBJECT = "object"  # an s3:// URL of one of the deployment's buckets


class Source(Document, Struct, frozen=True):
    """Source of the audio. `audio` is None until a URL has been downloaded."""

    kind: SourceKind
    audio: S3Object | None = None
    url: str | None = None
    size: int | None = None  # bytes
    withheld: bool | None = None  # True: `url` lacks what authenticates it (functions/aws/table/withheld_urls.py)

    def without_credentials(self) -> Source:
        """Return the source whose URL has nothing that authenticates it; `withheld` says whether it had."""
        if self.kind is not SourceKind.URL or not self.url:  # the key of an S3 object is a name, not credentials
            return self
        url = without_credentials(self.url)
        return self if url == self.url else replace(self, url=url, withheld=True)


class Attempt(Document, Struct, frozen=True):
    """An earlier run of a job that was tried again. The members are the row's at that time."""

    state: JobState
    started: str | None = None
    completed: str | None = None
    failure: Failure | None = None
    execution: str | None = None


class Delivery(Document, Struct, frozen=True):
    """One try to deliver a job's callback. Times are like those of the row."""

    when: str
    status: int | None = None  # what the receiver answered; None: nothing
    error: str | None = None
    next: str | None = None  # when the next try is due; None: there is no further one
    requested: bool | None = None  # True: no try, but a caller's request for a new round of tries


class Job(Document, Struct):
    """Row of the table. Times are ISO 8601 in UTC with milliseconds; unknown values are None and left out."""

    id: str
    source: Source
    options: str  # query string of /v1/listen, also for uploads
    parsed: dict[str, Any] | None = None  # those options, parsed (Options.to_stored); None in rows of earlier versions
    callback_withheld: bool | None = None  # True: of the callback's URL the options have only scheme and host
    caller: str | None = None  # name of the API key
    owner: str | None = None  # id of a key, `public`, or `deployment`; None in rows of earlier versions
    name: str | None = None  # of the file, as the caller gave it (functions/file_name.py)
    state: JobState = JobState.QUEUED
    created: str = field(default_factory=lambda: timestamp())
    started: str | None = None
    completed: str | None = None
    model: str | None = None  # name in the models bucket
    known_speakers: bool | None = None  # True: names and samples of voices are under the job's work prefix
    duration: float | None = None  # seconds of audio
    channels: int | None = None  # transcribed
    language: str | None = None
    shards: int | None = None  # number of shards
    uncut: str | None = None  # why a plan has fewer cuts than requested, or cuts in speech
    channels_planned: int | None = None  # channels that are transcribed each on its own
    progress: dict[str, float] | None = None  # seconds of audio done, by shard (`shard0`); workers write it
    working_since: str | None = None  # when a worker began with the first of the shards
    progressed: str | None = None  # when `progress` last changed
    execution: str | None = None  # ARN of the execution that owns the row; DELETE stops it
    restarts: int | None = None  # how often Sweep has started it again
    model_seconds: float | None = None  # seconds that workers spent inside the model
    cost_usd: float | None = None  # of the job's share of workers' time, by each kind's price of an hour
    worker_start: dict[str, float] | None = None  # seconds by stage of the start of a worker that had to start
    warnings: list[dict[str, str]] | None = None  # about options that could not take effect
    transcript: str | None = None  # key in the transcripts bucket
    edits: str | None = None  # version of the corrections; None: there are none
    shares: list[Share] | None = None  # links that read the transcript, the oldest first
    failure: Failure | None = None
    history: list[Attempt] | None = None  # runs before this one, the oldest first
    deliveries: list[Delivery] | None = None  # tries to deliver the callback, the oldest first
    ttl: int | None = None  # epoch seconds

    @property
    def day(self) -> str:
        """Partition key of the listing index."""
        return self.created[:10]

    @property
    def queued_at(self) -> str:
        """When the job was made, or made `queued` again by a retry."""
        return (self.history[-1].completed if self.history else None) or self.created

    def row(self) -> dict[str, Any]:
        """Return the attributes of the table's item, without unknown values."""
        return {k: v for k, v in self.to_dict().items() if v is not None}

    @property
    def redeliveries(self) -> int:
        """How often a caller has requested the callback again."""
        return sum(bool(each.requested) for each in self.deliveries or ())

    @property
    def callback_tries(self) -> int:
        """Tries to deliver the callback, since the last redelivery if there was one."""
        tries = 0
        for each in self.deliveries or ():
            tries = 0 if each.requested else tries + 1
        return tries

    @property
    def attempt(self) -> int:
        """Number of the run: 1, and one more for each retry."""
        return len(self.history or ()) + 1


def timestamp(epoch: float | None = None) -> str:
    """Return an epoch time, or now, like `2026-11-22T12:00:00.123Z`."""
    moment = datetime.fromtimestamp(time.time() if epoch is None else epoch, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
