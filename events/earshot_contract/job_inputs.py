"""Inputs of executions and Lambda functions that other parts of Earshot send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from earshot_contract.document import Document
from earshot_contract.fields import Name, Seconds

SlotKey = Annotated[
    str, Meta(description="Partition key of the slot's item", extra_json_schema={"pattern": r"^SLOT#\d{3}$"})
]
Lease = Annotated[Name, Meta(description="Lease of the slot that this worker was launched with")]


@dataclass(frozen=True)
class UploadedObject(Document):
    """An object of the uploads bucket, as the S3 rule passes it on."""

    bucket: Name
    key: Annotated[Name, Meta(description="Not URL-encoded")]
    sequencer: str
    size: Annotated[int | str, Meta(description="Bytes; a rule's input transformer may write a string")]
    version: str | UnsetType = UNSET


@dataclass(frozen=True)
class UploadInput(Document):
    """Input of the job machine for an upload."""

    upload: UploadedObject


@dataclass(frozen=True)
class RequestInput(Document):
    """Input of the job machine for a job of the API, whose row exists already."""

    job_id: Name


@dataclass(frozen=True)
class ScaleInput(Document):
    """Input of Scale from Prepare, at the start of a job."""

    incoming: Annotated[Seconds, Meta(description="Seconds of audio to transcribe, all shards together")]
    shards: Annotated[int, Meta(ge=1, description="Number of shards, each a message on a queue")] = 1


@dataclass(frozen=True)
class WorkerInput(Document):
    """Input of the worker machine: one slot and its lease."""

    slot: SlotKey
    lease: Lease
    idle: Annotated[int, Meta(ge=0, description="Seconds to wait for another shard before leaving")]


@dataclass(frozen=True)
class SettleInput(Document):
    """Input of Settle, when a worker left or could not be launched."""

    slot: SlotKey
    lease: Lease
    failed: Annotated[bool, Meta(description="The worker could not be launched")]


@dataclass(frozen=True)
class StepError(Document):
    """An error as Step Functions names it."""

    Error: str
    Cause: str | UnsetType = UNSET


@dataclass(frozen=True)
class StepFailed(Document):
    """Input of Fail: the job machine's own input, its execution's ARN, and the error that it caught."""

    input: dict[str, Any]
    execution: Annotated[str, Meta(extra_json_schema={"pattern": "^arn:"})]
    error: StepError
