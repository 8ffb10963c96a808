"""The worker: drains the lanes until there has been nothing for a while, then leaves."""

from __future__ import annotations

import math
import shutil
import tempfile
import threading
import time
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from transcriber import hardware
from transcriber.engine_protocol import ShardFailed
from transcriber.logs import logger
from transcriber.settings import Settings
from transcriber.worker.audio_cache import Files
from transcriber.worker.aws_clients import Clients
from transcriber.worker.heartbeat import Keeper
from transcriber.worker.loaded_engines import Engines, open_engine
from transcriber.worker.model_files import Models
from transcriber.worker.shard_runs import Deliveries
from transcriber.worker.slot_lease import Lease
from transcriber.worker.sqs_queues import Lanes, Message
from transcriber.worker.task_tokens import Tokens

_POLL_SECONDS = 1  # at the fast lane; the bulk lane is looked at between two polls
_GRACE_SECONDS = 5.0  # after SIGTERM, for what is nearly done
_FAULTS = 3  # of ours in a row: the device or its driver is beyond repair, and would fail all that waits
_PAUSE_SECONDS = 2.0  # after a lane could not be read


class Worker:
    """`run` returns when the worker has left; nothing it held is lost then."""

    def __init__(
        self,
        lanes: Lanes,
        deliveries: Deliveries,
        engines: Engines,
        *,
        idle_seconds: float,
        default_model: str,
        lease: Lease | None = None,
    ) -> None:
        self._lanes, self._deliveries, self._engines = lanes, deliveries, engines
        self._idle_seconds, self._default_model = idle_seconds, default_model
        self._leaving = threading.Event()
        self._until = math.inf  # monotonic time at which what is held is given back
        self._keeper = Keeper(lanes, deliveries, lease, self._leaving.set)

    def stop(self) -> None:
        """Leave within a few seconds: for SIGTERM, which is also how ECS tells of a Spot interruption."""
        self._until = time.monotonic() + _GRACE_SECONDS
        self._leaving.set()

    def run(self) -> bool:
        """False when it left because it is of no use any more."""
        self._keeper.start()
        # Before the first message, so that none waits here while another worker could have it.
        loading = threading.Thread(target=self._load_default, daemon=True)
        loading.start()
        while loading.is_alive() and not self._leaving.is_set():
            loading.join(0.2)
        self._work()
        if self._until < math.inf:
            self._deliveries.hurry()
        while self._deliveries.held() and time.monotonic() < self._until:
            self._rest(0.2)
        self._keeper.end()
        if self._deliveries.held():
            self._deliveries.give_back()
        else:  # closing waits for what runs, which is given back above
            self._engines.close()
        return self._deliveries.faults < _FAULTS

    def _work(self) -> None:
        busy = time.monotonic()
        while not self._leaving.is_set():
            room = self._deliveries.free_capacity()
            if room <= 0:
                self._rest(1.0)
            else:
                for message in self._receive(room):
                    self._deliveries.accept(message)
            if self._deliveries.faults >= _FAULTS:
                logger.error("Nothing succeeds here: leaving", extra={"facts": {"faults": _FAULTS}})
                self.stop()
            if self._deliveries.held():
                busy = time.monotonic()
            elif time.monotonic() - busy > self._idle_seconds:
                logger.info("Idle: leaving", extra={"facts": {"idle_seconds": self._idle_seconds}})
                return

    def _receive(self, room: int) -> list[Message]:
        try:
            return self._lanes.receive(room, _POLL_SECONDS)
        except (BotoCoreError, ClientError):
            logger.exception("Could not read the lanes")
            self._leaving.wait(_PAUSE_SECONDS)
            return []

    def _rest(self, seconds: float) -> None:
        """Until a delivery ends, at most `seconds`."""
        self._deliveries.changed.wait(seconds)
        self._deliveries.changed.clear()

    def _load_default(self) -> None:
        """A deployment may lack it and still do jobs with others."""
        try:
            self._engines.take(self._default_model)
            self._engines.give(self._default_model)
        except ShardFailed as error:
            logger.warning("No default model", extra={"facts": {"error": error.error, "sentence": error.sentence}})
        except Exception:
            logger.exception("The default model did not load")


def hire(settings: Settings, clients: Clients, machine: hardware.EngineSettings) -> Worker:
    """A worker for this deployment. Audio may fill half of what is free on the disk of the temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="transcriber-"))
    (folder / "audio").mkdir()
    (folder / "models").mkdir()
    lanes = Lanes(clients.sqs, [settings.fast_queue_url, settings.bulk_queue_url])
    models = Models(clients.s3, settings.models_bucket, folder / "models", settings.model_dir)
    engines = Engines(models.find, lambda model: open_engine(model, machine))
    files = Files(clients.s3, folder / "audio", shutil.disk_usage(folder).free // 2)
    lease = None
    if settings.slot and settings.lease:
        lease = Lease(clients.dynamodb, settings.table, settings.slot, settings.lease)
    return Worker(
        lanes,
        Deliveries(lanes, Tokens(clients.states), files, engines, clients.s3),
        engines,
        idle_seconds=settings.idle_seconds,
        default_model=settings.default_model,
        lease=lease,
    )
