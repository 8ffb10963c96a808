"""Shard answers: how a run ends. Its result is stored, then its task token answered, then its message deleted.

This order makes every crash harmless: a run that ends in between is received again after its visibility timeout, and
writes the same object.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from earshot_contract.documents.audio_copies import AudioCopy
from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import ShardError, ShardPlan
from earshot_contract.worker_kinds import WorkerKind
from transcriber.logs import logger
from transcriber.worker.aws_clients import is_unavailable
from transcriber.worker.shards.progress_reports import ProgressReports
from transcriber.worker.shards.shard_run import ShardRun
from transcriber.worker.shards.task_tokens import TaskTokenClosed, TaskTokens
from transcriber.worker.sqs_queues import ShardQueues


class ShardAnswers:
    """Answers to the job machine.

    Args:
        queues: the queues that the messages came from.
        tokens: where task tokens are answered.
        s3: client that stores results.
        progress: gets a report when a shard is done; None: there are no reports.
        kind: kind of this worker, whose time has a price.
    """

    def __init__(
        self, queues: ShardQueues, tokens: TaskTokens, s3: Any, progress: ProgressReports | None, kind: WorkerKind
    ) -> None:
        self._queues, self._tokens, self._s3, self._progress, self._kind = queues, tokens, s3, progress, kind

    def succeed(self, run: ShardRun, outcome: ShardResult | ShardPlan) -> None:
        """Store a result and answer with its key.

        Raises:
            TaskTokenClosed: the job is cancelled or has ended; nothing is stored.
        """
        shard, total = run.shard, time.monotonic() - run.received_at
        # A late result may contain words that must not be stored, and no later step would remove it.
        self._tokens.heartbeat(run.message_body.task_token)
        result = run.completed(outcome, total, self._kind) if isinstance(outcome, ShardResult) else outcome
        self._s3.put_object(
            Bucket=shard.result.bucket,
            Key=shard.result.key,
            Body=result.to_json().encode(),
            ContentType="application/json",
        )
        if isinstance(outcome, ShardResult) and (shard.count > 1 or run.reported):
            run.report(self._progress, max(0.0, (shard.end or outcome.audio.duration) - shard.start))
        self._answer(run, self._tokens.success, {"index": shard.index, "result": shard.result.key})
        if isinstance(result, ShardResult):
            run.log("Transcribed", audio_seconds=result.audio.duration, seconds=result.seconds)
        else:
            run.log(
                "Planned",
                shards=len(result.cuts) + 1,
                audio_seconds=result.seconds,
                reason=result.reason,
                packets=result.packets,
                seconds=round(total, 3),
            )

    def succeed_copy(self, run: ShardRun, copy: AudioCopy) -> None:
        """Answer with the key of an audio copy that is stored."""
        self._answer(run, self._tokens.success, {"index": 0, "result": copy.result.key})
        run.log("Copied without what was redacted")

    def fail(self, run: ShardRun, error: ShardError, cause: str) -> None:
        """Answer with an error; the job machine decides whether it sends the shard again."""
        self._answer(run, self._tokens.failure, error.value, cause)
        run.log("Failed", "warning", error=error.value, cause=cause)

    def give_back(self, run: ShardRun, error: Exception) -> None:
        """Let the job machine send the shard again later, after a result that could not be stored or answered.

        If that cannot be answered either, the message is received again when its visibility ends.
        """
        logger.error("Could not answer", exc_info=error, extra={"fields": {"job_id": run.shard.job_id}})
        if run.answered or not is_unavailable(error):
            return
        try:
            self.fail(run, ShardError.UNAVAILABLE, f"{type(error).__name__}: {error}")
        except Exception:
            logger.exception("Could not give back", extra={"fields": {"job_id": run.shard.job_id}})

    def drop(self, run: ShardRun, error: TaskTokenClosed) -> None:
        """End a run that no task waits for: its job was cancelled, or another worker answered."""
        run.answered = True
        if run.future:
            run.future.cancel()
        self._queues.delete(run.message)
        run.log("Dropped: no task waits for the shard any more", reason=str(error))

    def return_to_queue(self, runs: Sequence[ShardRun]) -> None:
        """Make messages visible again, so that other workers receive them at once."""
        self._queues.make_visible(run.message for run in runs)
        for run in runs:
            run.log("Returned to the queue")

    def _answer(self, run: ShardRun, send: Callable[..., None], *arguments: Any) -> None:
        # Before the call: a heartbeat that finds the token closed meanwhile must not take it for a cancelled job.
        run.answered = True
        try:
            send(run.message_body.task_token, *arguments)
        except TaskTokenClosed:
            run.log("The task no longer waited for the answer")
        except Exception:
            run.answered = False
            raise
        self._queues.delete(run.message)
