"""Worker settings: environment variables that the stack sets on the worker's task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from earshot_contract.worker_kinds import WorkerKind, WorkerQueues


@dataclass(frozen=True)
class WorkerSettings:
    """Settings of one worker. `slot` and `lease` are absent when a worker is started by hand."""

    fast_queue_url: str
    bulk_queue_url: str
    models_bucket: str
    default_model: str
    table: str
    slot: str | None = None  # partition key of the slot's item, e.g. "SLOT#000"
    lease: str | None = None
    idle_seconds: float = 20.0  # without a shard for this time, the worker exits
    queues: WorkerQueues = WorkerQueues.ALL  # queues that the worker receives from
    kind: WorkerKind = WorkerKind.TASK  # of this worker
    model_dir: Path | None = None  # folder of models already on this disk, searched before the bucket

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> WorkerSettings:
        """Read the settings; a variable that is set but empty counts as missing.

        Raises:
            KeyError: a required variable is missing; its name is the argument.
        """
        present = {key: value for key, value in environment.items() if value}
        return cls(
            fast_queue_url=present["FAST_QUEUE_URL"],
            bulk_queue_url=present["BULK_QUEUE_URL"],
            models_bucket=present["MODELS_BUCKET"],
            default_model=present["DEFAULT_MODEL"],
            table=present["TABLE"],
            slot=present.get("SLOT"),
            lease=present.get("LEASE"),
            idle_seconds=float(present.get("IDLE_SECONDS", cls.idle_seconds)),
            queues=WorkerQueues(present.get("QUEUES", cls.queues)),
            kind=WorkerKind(present.get("KIND", cls.kind)),
            model_dir=Path(present["MODEL_DIR"]) if "MODEL_DIR" in present else None,
        )
