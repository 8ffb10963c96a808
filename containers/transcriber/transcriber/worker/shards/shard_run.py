"""Shard run: one received message, and the state of its shard or audio copy."""

from __future__ import annotations

import time
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

from earshot_contract.documents.audio_copies import AudioCopy, AudioCopyMessage
from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import Shard, ShardMessage, ShardPlan
from earshot_contract.worker_kinds import WorkerKind
from transcriber.logs import logger
from transcriber.worker.caches.audio_cache import AudioFile
from transcriber.worker.shards.audio_copies import shard_of
from transcriber.worker.shards.progress_reports import ProgressReports
from transcriber.worker.sqs_queues import Message


@dataclass(eq=False)
class ShardRun:
    """A received message and the state of its shard."""

    message: Message
    message_body: ShardMessage
    received_at: float = field(default_factory=time.monotonic)
    download_seconds: float = 0.0
    engine_acquired: bool = False
    file: AudioFile | None = None
    known_speakers: AudioFile | None = None  # names and samples of voices
    future: Future[ShardResult] | Future[ShardPlan] | None = None  # None until it is submitted to the engine
    start_stages: dict[str, float] = field(default_factory=dict)  # seconds by stage of the start that it waited for
    audio_seconds: float = 0.0  # that were transcribed
    copy: AudioCopy | None = None  # a copy is to be written, and nothing transcribed
    reported: float = 0.0  # seconds of audio, of the last report of its progress
    answered: bool = False  # the task token is answered, or no longer valid

    @property
    def shard(self) -> Shard:
        """The shard of the message."""
        return self.message_body.shard

    def completed(self, result: ShardResult, total: float, kind: WorkerKind) -> ShardResult:
        """Return the engine's result with what the worker knows: the file's digest, the time it took, its own kind.

        Args:
            result: what the engine returned.
            total: seconds since the message was received.
            kind: kind of the worker, whose time has a price.
        """
        assert self.file is not None
        shard = self.shard
        end = result.audio.duration if shard.end is None else min(shard.end, result.audio.duration)
        self.audio_seconds = max(0.0, end - shard.start)
        seconds = {**result.seconds, **self.start_stages, "download": self.download_seconds, "total": total}
        return replace(
            result,
            worker=kind,
            audio=replace(result.audio, sha256=self.file.sha256),
            seconds={name: round(value, 4) for name, value in seconds.items()},
        )

    def report(self, progress: ProgressReports | None, seconds_done: float) -> None:
        """Report seconds of audio that are done, unless more were reported or the task is answered."""
        if progress and seconds_done > self.reported and not self.answered:
            self.reported = seconds_done
            progress.report(self.shard, seconds_done, time.monotonic() - self.received_at)

    def log(self, event: str, level: str = "info", **fields: Any) -> None:
        """Log `event` with the shard's job, index and model."""
        named = {"job_id": self.shard.job_id, "shard": self.shard.index, "model": self.shard.model, **fields}
        getattr(logger, level)(event, extra={"fields": named})


def read_message(message: Message) -> ShardRun:
    """Return the run of a message: a shard's or an audio copy's.

    Raises:
        InvalidDocument: the message is neither.
    """
    if '"copy"' in message.body:
        body = AudioCopyMessage.from_json(message.body)
        return ShardRun(message, ShardMessage(body.task_token, shard_of(body.copy)), copy=body.copy)
    return ShardRun(message, ShardMessage.from_json(message.body))
