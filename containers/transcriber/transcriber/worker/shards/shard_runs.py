"""Shard runs: one received shard from its message to its answered task token.

A message whose worker is killed is received again, four times at most; docs/explanation/delivery-guarantees.md says
when, and what happens then. Why that does no harm: `shard_answers`.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any

from earshot_contract.document import InvalidDocument
from earshot_contract.documents.audio_copies import AudioCopy
from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import ShardError, ShardPlan
from earshot_contract.worker_kinds import WorkerKind
from transcriber.engine_protocol import Engine, ReportsProgress, ShardFailed
from transcriber.logs import logger
from transcriber.planning.planner import Planner
from transcriber.worker.aws_clients import is_unavailable
from transcriber.worker.caches.audio_cache import AudioCache
from transcriber.worker.caches.loaded_engines import LoadedEngines
from transcriber.worker.measures import Measures
from transcriber.worker.shards.audio_copies import upload_copy
from transcriber.worker.shards.progress_reports import ProgressReports
from transcriber.worker.shards.shard_answers import ShardAnswers
from transcriber.worker.shards.shard_run import ShardRun, read_message
from transcriber.worker.shards.task_tokens import TaskTokenClosed, TaskTokens
from transcriber.worker.sqs_queues import Message, ShardQueues

_THREADS = 16  # that download audio and answer tokens; the engine has threads of its own


class ShardRuns:
    """All shards that this worker has received and not yet finished.

    Attributes:
        run_ended: set whenever a run ends.
        consecutive_faults: internal errors in a row; reset by a success and by a shard rejected for its audio or model.
    """

    def __init__(
        self,
        queues: ShardQueues,
        tokens: TaskTokens,
        audio: AudioCache,
        engines: LoadedEngines,
        s3: Any,
        *,
        measures: Measures | None = None,
        progress: ProgressReports | None = None,
        kind: WorkerKind = WorkerKind.TASK,
    ) -> None:
        self._queues, self._tokens, self._audio, self._engines, self._s3 = queues, tokens, audio, engines, s3
        self._planner, self._progress = Planner(), progress
        self._answers = ShardAnswers(queues, tokens, s3, progress, kind)
        self._active: list[ShardRun] = []
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="shard-run")
        self._closing = False
        self.measures = measures or Measures()
        self.run_ended = threading.Event()
        self.consecutive_faults = 0

    def active(self) -> list[ShardRun]:
        """Return the runs that have not ended."""
        with self._lock:
            return list(self._active)

    def free_capacity(self) -> int:
        """Return the engines' free capacity, minus shards accepted but not yet submitted to an engine."""
        return self._engines.free_capacity() - sum(run.future is None for run in self.active())

    def fast_count(self) -> int:
        """Return how many runs of messages of the fast queue have not ended."""
        return sum(self._queues.is_fast(run.message) for run in self.active())

    def accept(self, message: Message) -> None:
        """Start to process `message` in the background.

        A message that cannot be read is left alone: after its last receive SQS moves it to the dead-letter queue, where
        Scale fails its task if it finds a task token.
        """
        try:
            run = read_message(message)
        except InvalidDocument:
            # Not its body: that may hold a task token, and a prompt.
            logger.exception("A message is no shard message", extra={"fields": {"bytes": len(message.body)}})
            return
        with self._lock:
            self._active.append(run)
        run.start_stages = self.measures.shard_begins()
        self._pool.submit(self._start, run)

    def heartbeat(self, run: ShardRun) -> None:
        """Send the task's heartbeat; drop the run if its token is closed (the job was cancelled, for example)."""
        try:
            self._tokens.heartbeat(run.message_body.task_token)
        except TaskTokenClosed as error:
            if not run.answered:
                self._answers.drop(run, error)
            return
        if isinstance(run.future, ReportsProgress):
            run.report(self._progress, run.future.seconds_done())

    def close(self) -> None:
        """End the threads once they are idle."""
        self._pool.shutdown(wait=False)

    def stop_starting(self) -> None:
        """Submit no further shard; cancel shards that the engine has not begun, which returns their messages."""
        self._closing = True
        for run in self.active():
            if run.future and not run.future.running():
                run.future.cancel()

    def return_to_queue(self) -> None:
        """Make the messages of all unanswered runs visible again, so that other workers receive them at once."""
        self._answers.return_to_queue([run for run in self.active() if not run.answered])

    def _start(self, run: ShardRun) -> None:
        shard = run.shard
        if run.copy:
            self._write_copy(run, run.copy)
            return
        try:
            self._tokens.heartbeat(run.message_body.task_token)
            engine = None if shard.plan else self._engine(run)
            began = time.monotonic()
            run.file = self._audio.acquire(shard.audio)
            if engine and shard.index == 0 and shard.speakers and shard.speakers.known:
                run.known_speakers = self._audio.acquire(shard.speakers.known)
            run.download_seconds = time.monotonic() - began
            if self._closing:
                raise CancelledError
            if engine:
                known = run.known_speakers
                run.future = engine.submit(shard, run.file.path, known.path if known else None)
            else:
                run.future = self._planner.submit(shard, run.file.path)
        except BaseException as error:
            self._finish(run, error)
            return
        if run.answered:  # dropped by a heartbeat meanwhile
            run.future.cancel()
        run.future.add_done_callback(lambda _: self._pool.submit(self._on_result, run))

    def _engine(self, run: ShardRun) -> Engine:
        engine = self._engines.acquire(run.shard.model)
        run.engine_acquired = True
        return engine

    def _write_copy(self, run: ShardRun, copy: AudioCopy) -> None:
        outcome: AudioCopy | BaseException = copy
        try:
            self._tokens.heartbeat(run.message_body.task_token)
            run.file = self._audio.acquire(copy.audio)
            upload_copy(self._s3, copy, run.file.path)
        except BaseException as error:
            outcome = error
        self._finish(run, outcome)

    def _on_result(self, run: ShardRun) -> None:
        assert run.future is not None
        try:
            outcome: ShardResult | ShardPlan | BaseException = run.future.result()
        except BaseException as error:
            outcome = error
        self._finish(run, outcome)

    def _finish(self, run: ShardRun, outcome: ShardResult | ShardPlan | AudioCopy | BaseException) -> None:
        """Answer the task token and remove the run. After an error here the message is received again."""
        try:
            if run.answered:
                pass
            elif isinstance(outcome, ShardResult | ShardPlan):
                self.consecutive_faults = 0
                self._answers.succeed(run, outcome)
            elif isinstance(outcome, AudioCopy):
                self.consecutive_faults = 0
                self._answers.succeed_copy(run, outcome)
            elif isinstance(outcome, CancelledError):
                self._answers.return_to_queue([run])
            elif isinstance(outcome, TaskTokenClosed):
                self._answers.drop(run, outcome)
            elif isinstance(outcome, ShardFailed):
                self.consecutive_faults = 0
                self._answers.fail(run, outcome.error, outcome.message)
            elif is_unavailable(outcome):
                self._answers.fail(run, ShardError.UNAVAILABLE, f"{type(outcome).__name__}: {outcome}")
            else:
                self.consecutive_faults += 1
                logger.error("Unexpected", exc_info=outcome, extra={"fields": {"job_id": run.shard.job_id}})
                self._answers.fail(run, ShardError.INTERNAL, f"{type(outcome).__name__}: {outcome}")
        except TaskTokenClosed as error:
            self._answers.drop(run, error)
        except Exception as error:
            self._answers.give_back(run, error)
        finally:
            self._remove(run)

    def _remove(self, run: ShardRun) -> None:
        for file in (run.file, run.known_speakers):
            if file:
                self._audio.release(file)
        if run.engine_acquired:
            self._engines.release(run.shard.model)
        with self._lock:
            self._active.remove(run)
        self.measures.shard_ends(run.audio_seconds)
        self.run_ended.set()
