"""Inputs of executions and Lambda functions that other parts of Earshot send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from earshot_contract.document import Document
from earshot_contract.fields import Name, Seconds
from earshot_contract.worker_kinds import WorkerKind, WorkerQueues

SlotKey = Annotated[
    str, Meta(description="Partition key of the slot's item", extra_json_schema={"pattern": r"^SLOT#Q?\d{3}$"})
]
Lease = Annotated[Name, Meta(description="Lease of the slot that this worker was launched with")]


@dataclass(frozen=True)
class UploadInput(Document):
    """Input of the job machine for an upload: the detail of S3's event "Object Created", as it came."""

    upload: Annotated[
        dict[str, Any], Meta(description="S3's detail: bucket.name; object.key (not URL-encoded), size, version-id, …")
    ]


@dataclass(frozen=True)
class RequestInput(Document):
    """Input of the job machine for a job of the API, whose row exists already."""

    job_id: Name


@dataclass(frozen=True)
class ScaleInput(Document):
    """Input of Scale from Prepare, at the start of a job."""

    incoming: Annotated[Seconds, Meta(description="Seconds of audio to transcribe, all shards together")]
    shards: Annotated[int, Meta(ge=1, description="Number of shards, each a message on a queue")] = 1
    interactive: Annotated[bool, Meta(description="The caller waits: the messages go to the fast queue")] = False


@dataclass(frozen=True)
class WorkerInput(Document):
    """Input of the worker machine: one slot and its lease."""

    slot: SlotKey
    lease: Lease
    idle: Annotated[int, Meta(ge=0, description="Seconds to wait for another shard before leaving")]
    kind: Annotated[WorkerKind, Meta(description="Of the worker")] = WorkerKind.TASK
    queues: Annotated[WorkerQueues, Meta(description="That the worker receives from")] = WorkerQueues.ALL


@dataclass(frozen=True)
class StepError(Document):
    """An error as Step Functions names it."""

    Error: str
    Cause: str | UnsetType = UNSET


@dataclass(frozen=True)
class SettleInput(Document):
    """Input of Settle: at a launch deadline, between two kinds of capacity, or when a worker left."""

    slot: SlotKey
    lease: Lease
    op: Annotated[
        Literal["started", "keep"] | UnsetType,
        Meta(description="started: has the worker started? keep: extend the lease for another launch"),
    ] = UNSET
    failed: Annotated[bool | UnsetType, Meta(description="The worker could not be launched, or died")] = UNSET
    execution: Annotated[str | UnsetType, Meta(description="Name of the worker machine's execution")] = UNSET
    kind: Annotated[str | UnsetType, Meta(description="Of capacity, for the log")] = UNSET
    worker: Annotated[WorkerKind | UnsetType, Meta(description="Kind of the worker that left")] = UNSET
    error: StepError | UnsetType = UNSET


@dataclass(frozen=True)
class StepFailed(Document):
    """Input of Fail: the job machine's own input, its execution's ARN, and the error that it caught."""

    input: dict[str, Any]
    execution: Annotated[str, Meta(extra_json_schema={"pattern": "^arn:"})]
    error: StepError
