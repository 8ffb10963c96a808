"""The one protocol between the worker and what transcribes: the worker knows queues, an engine knows audio."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from earshot_contract.shards import Shard, ShardError, ShardResult


@dataclass(frozen=True)
class Model:
    """A model's folder on this disk, checked against its manifest."""

    name: str
    directory: Path
    sha256: str  # of model.bin
    family: str = "whisper"  # from the manifest: which engine runs it, see `engine_registry`


class ShardFailed(Exception):
    """A shard that cannot be transcribed, now or ever; the job fails with this code and sentence."""

    def __init__(self, error: ShardError, sentence: str) -> None:
        super().__init__(sentence)
        self.error = error
        self.sentence = sentence


class Engine(Protocol):
    """Turns shards into results, as many at a time as it finds best."""

    def submit(self, shard: Shard, audio: Path) -> Future[ShardResult]:
        """Take on one shard whose whole file lies at `audio`.

        The future's exception is `ShardFailed` for a bad file; anything else is our fault. `Future.cancel` is honoured
        until the shard's windows are in a batch. Interactive shards go before the others.
        """
        ...

    def free_capacity(self) -> int:
        """How many more shards it would take now without making one wait for nothing."""
        ...

    def close(self) -> None:
        """End threads and free the model; futures not done are cancelled."""
        ...
