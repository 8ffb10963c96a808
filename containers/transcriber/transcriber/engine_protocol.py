"""Engine protocol: the interface between the worker, which knows queues, and an engine, which knows audio.

Engines are registered in `engine_registry`. `tests/fixtures/engines/engine_contract.py` is what every engine must pass.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import Shard, ShardError


@dataclass(frozen=True)
class Model:
    """A model's folder on this disk, whose files match their manifest."""

    name: str
    directory: Path
    sha256: str  # of its weights
    family: str = "whisper"  # from the manifest: which engine runs the model


class ShardFailed(Exception):
    """A shard that cannot be transcribed, now or later; the job fails with this error and message.

    Args:
        error: name by which the state machine and the API tell failures apart.
        message: shown to the caller.
    """

    def __init__(self, error: ShardError, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message


@runtime_checkable
class ReportsProgress(Protocol):
    """A future that knows how much of its shard is done; an engine's futures need not."""

    def seconds_done(self) -> float:
        """Return the seconds of the shard's audio that are done."""
        ...


class Engine(Protocol):
    """Transcribes shards, several at a time.

    An engine is called with a `Model`, `hardware.EngineSettings`, and the `speakers.model.SpeakerModels`, or None.
    """

    def submit(self, shard: Shard, audio: Path, known_speakers: Path | None = None) -> Future[ShardResult]:
        """Queue one shard. Interactive shards are transcribed before the others.

        Args:
            shard: what to transcribe.
            audio: the whole audio file; it must exist until the future is done.
            known_speakers: a file with `KnownSpeakers`, whose voices the result is to have; it must exist as long.

        Returns:
            A future. Its exception is `ShardFailed` for a bad file; any other is an internal error. `Future.cancel`
            works at least until the shard's windows are in a batch.

        Raises:
            RuntimeError: the engine is closed.
        """
        ...

    def free_capacity(self) -> int:
        """Return the number of further shards that the engine could start now."""
        ...

    def close(self) -> None:
        """Cancel the futures that are not done, end all threads, and free the model."""
        ...
