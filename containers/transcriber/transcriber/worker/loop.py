"""Worker loop: receive shards until the queues have been empty for a while, then exit."""

from __future__ import annotations

import math
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from earshot_contract.worker_kinds import WorkerQueues
from transcriber.engine_protocol import ShardFailed
from transcriber.engine_registry import open_engine
from transcriber.hardware import EngineSettings, release_free_memory
from transcriber.logs import logger
from transcriber.settings import WorkerSettings
from transcriber.speakers.model import SpeakerModels
from transcriber.worker.aws_clients import AwsClients
from transcriber.worker.caches.audio_cache import AudioCache
from transcriber.worker.caches.loaded_engines import LoadedEngines
from transcriber.worker.caches.model_files import ModelFiles
from transcriber.worker.fast_receive import FastReceive
from transcriber.worker.heartbeat import Heartbeat
from transcriber.worker.measures import Measures
from transcriber.worker.shards.progress_reports import ProgressReports
from transcriber.worker.shards.shard_runs import ShardRuns
from transcriber.worker.shards.task_tokens import TaskTokens
from transcriber.worker.slot_lease import SlotLease
from transcriber.worker.sqs_queues import Message, ShardQueues

# Internal errors in a row after which the worker exits: its device or driver is then broken (a CUDA error stays with
# its process) and would fail every waiting shard.
MAX_CONSECUTIVE_FAULTS = 3
_POLL_SECONDS = 1  # long poll of the fast queue; the bulk queue is read between two polls
_GRACE_SECONDS = 5.0  # after SIGTERM, for shards that are nearly done
_FULL_SECONDS = 1.0  # wait while the engines have no free capacity; ends earlier when a run ends
# Shards of the fast queue that a worker takes although its engines are full: they overtake the others there. More would
# queue behind each other while another worker may be free.
_MAX_FAST_WHEN_FULL = 4
# Seconds without a shard after which free memory of earlier batches is released. A full batch of base takes 700 MB.
_KEPT_HEAP_SECONDS = 5.0
_RETRY_SECONDS = 2.0  # pause after the queues could not be read


class Worker:
    """Receives messages and starts their runs. No message is lost when `run` returns.

    Args:
        queues: where messages are received.
        shard_runs: where they are processed.
        engines: closed at the end, unless they are kept.
        idle_seconds: time without a shard after which the worker exits.
        default_model: name of the model that is loaded before the first message is received.
        lease: the slot's lease; None for a worker that was started by hand.
        keep_engines: leave the engines open, for another worker in this process.
    """

    def __init__(
        self,
        queues: ShardQueues,
        shard_runs: ShardRuns,
        engines: LoadedEngines,
        *,
        idle_seconds: float,
        default_model: str,
        lease: SlotLease | None = None,
        keep_engines: bool = False,
    ) -> None:
        self._queues, self._shard_runs, self._engines = queues, shard_runs, engines
        self._idle_seconds, self._default_model, self._keep_engines = idle_seconds, default_model, keep_engines
        self._stopping = threading.Event()
        self._deadline = math.inf  # monotonic time at which unfinished messages are returned to their queue
        self._fast_receive = FastReceive(self._receive_fast, shard_runs.run_ended.set)
        self._heartbeat = Heartbeat(queues, shard_runs, lease, self._stopping.set, shard_runs.measures)

    def receive_fast_only(self) -> None:
        """Receive callers' shards alone from now on."""
        self._queues.receive_fast_only()

    def leave(self) -> None:
        """Receive no further shard; exit when those that were received have ended."""
        self._stopping.set()

    def stop(self) -> None:
        """Exit within a few seconds. Called on SIGTERM, by which ECS also announces a Spot interruption."""
        self._deadline = time.monotonic() + _GRACE_SECONDS
        self._stopping.set()

    def run(self) -> bool:
        """Work until the queues are empty, the lease is lost, or `stop` is called.

        Returns:
            False after MAX_CONSECUTIVE_FAULTS internal errors in a row. The process then exits with 1.
        """
        self._heartbeat.start()
        # Load before the first receive, so that no message waits here while another worker could process it.
        loading = threading.Thread(target=self._load_default_model, daemon=True)
        loading.start()
        while loading.is_alive() and not self._stopping.is_set():
            loading.join(0.2)
        self._receive_until_idle()
        self._accept(self._fast_receive.close())
        if self._deadline < math.inf:
            self._shard_runs.stop_starting()
        while self._shard_runs.active() and time.monotonic() < self._deadline:
            self._wait_for_run_end(min(0.2, self._deadline - time.monotonic()))
        self._heartbeat.stop()
        if self._shard_runs.active():
            self._shard_runs.return_to_queue()
        elif not self._keep_engines:  # closing the engines would wait for shards that run
            self._engines.close()
        self._shard_runs.close()
        return self._shard_runs.consecutive_faults < MAX_CONSECUTIVE_FAULTS

    def _receive_until_idle(self) -> None:
        last_active, released, worked = time.monotonic(), False, False
        while not self._stopping.is_set():
            if not worked and self._shard_runs.measures.has_worked:
                self._heartbeat.write_measures()
                worked = True
            capacity = self._shard_runs.free_capacity()
            if capacity > 0:
                self._accept(self._receive(capacity))
            else:
                if self._shard_runs.fast_count() < _MAX_FAST_WHEN_FULL:
                    self._fast_receive.start()
                self._wait_for_run_end(_FULL_SECONDS)
            self._accept(self._fast_receive.take())
            if self._shard_runs.consecutive_faults >= MAX_CONSECUTIVE_FAULTS:
                logger.error("Every shard fails here: exiting", extra={"fields": {"faults": MAX_CONSECUTIVE_FAULTS}})
                self.stop()
            if self._shard_runs.active():
                last_active, released = time.monotonic(), False
            elif time.monotonic() - last_active > self._idle_seconds:
                logger.info("Idle: exiting", extra={"fields": {"idle_seconds": self._idle_seconds}})
                return
            elif not released and time.monotonic() - last_active > _KEPT_HEAP_SECONDS:
                release_free_memory()
                released = True

    def _accept(self, messages: list[Message]) -> None:
        for message in messages:
            self._shard_runs.accept(message)

    def _receive(self, max_messages: int) -> list[Message]:
        return self._try_receive(lambda: self._queues.receive(max_messages, _POLL_SECONDS))

    def _receive_fast(self) -> list[Message]:
        return self._try_receive(lambda: self._queues.receive_fast(_POLL_SECONDS))

    def _try_receive(self, receive: Callable[[], list[Message]]) -> list[Message]:
        try:
            return receive()
        except (BotoCoreError, ClientError):
            logger.exception("Could not read the queues")
            self._stopping.wait(_RETRY_SECONDS)
            return []

    def _wait_for_run_end(self, seconds: float) -> None:
        """Wait until a run, or a receive on the fast queue, ends; for at most `seconds`."""
        self._shard_runs.run_ended.wait(seconds)
        self._shard_runs.run_ended.clear()

    def _load_default_model(self) -> None:
        """Load the default model. Without it the worker still processes jobs with other models."""
        try:
            before = self._engines.stages
            self._engines.acquire(self._default_model)
            self._engines.release(self._default_model)
            cold = self._engines.stages is not before
            if cold:
                self._shard_runs.measures.stages.update(self._engines.stages)
            self._shard_runs.measures.started(cold)
            self._heartbeat.write_measures()
        except ShardFailed as error:
            fields = {"error": error.error, "cause": error.message}
            logger.warning("No default model", extra={"fields": fields})
        except Exception:
            logger.exception("The default model did not load")


@dataclass(frozen=True)
class WorkerParts:
    """Parts that the next worker in the same process uses again: models in memory, files on disk, connections."""

    clients: AwsClients
    engines: LoadedEngines
    audio: AudioCache


def build_parts(
    settings: WorkerSettings, clients: AwsClients, engine_settings: Callable[[], EngineSettings]
) -> WorkerParts:
    """Return the parts. The audio cache may use half of the free space of the temporary folder.

    Args:
        settings: settings of the first run.
        clients: AWS clients of this process.
        engine_settings: called whenever a model is loaded.
    """
    folder = Path(tempfile.mkdtemp(prefix="transcriber-"))
    (folder / "audio").mkdir()
    (folder / "models").mkdir()
    int8 = engine_settings().rounds_to_int8
    models = ModelFiles(clients.s3, settings.models_bucket, folder / "models", settings.model_dir, int8=int8)
    speaker_models = SpeakerModels(models.find)
    engines = LoadedEngines(models.find, lambda model: open_engine(model, engine_settings(), speaker_models))
    return WorkerParts(clients, engines, AudioCache(clients.s3, folder / "audio", shutil.disk_usage(folder).free // 2))


def build_worker(
    settings: WorkerSettings, parts: WorkerParts, measures: Measures | None = None, *, keep_engines: bool = False
) -> Worker:
    """Return the worker of a deployment.

    Args:
        settings: settings of this run.
        parts: parts of this process.
        measures: measures of this run; default: none yet.
        keep_engines: leave the models in memory at the end.
    """
    clients, urls = parts.clients, [settings.fast_queue_url, settings.bulk_queue_url]
    queues = ShardQueues(clients.sqs, urls if settings.queues is WorkerQueues.ALL else urls[:1])
    lease = None
    if settings.slot and settings.lease:
        lease = SlotLease(clients.dynamodb, settings.table, settings.slot, settings.lease)
    tokens = TaskTokens(clients.step_functions)
    return Worker(
        queues,
        ShardRuns(
            queues,
            tokens,
            parts.audio,
            parts.engines,
            clients.s3,
            measures=measures,
            progress=ProgressReports(clients.dynamodb, settings.table),
            kind=settings.kind,
        ),
        parts.engines,
        idle_seconds=settings.idle_seconds,
        default_model=settings.default_model,
        lease=lease,
        keep_engines=keep_engines,
    )
