"""Heartbeat thread: renews the slot's lease, the visibility of received messages, and their task tokens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from earshot_contract.timeouts import FAST_HEARTBEAT_SECONDS, HEARTBEAT_SECONDS
from transcriber.logs import logger
from transcriber.worker.measures import Measures
from transcriber.worker.shard_runs import ShardRuns
from transcriber.worker.slot_lease import LeaseLost, SlotLease
from transcriber.worker.sqs_queues import Message, ShardQueues


class Heartbeat:
    """Renews everything once per period, and the messages of the fast queue also in between.

    A renewal that fails is logged and tried again the next time.

    Args:
        queues: queues that the messages of `shard_runs` came from.
        shard_runs: the runs whose messages and tokens are renewed.
        lease: the slot's lease; None for a worker that was started by hand.
        on_lease_lost: called once, when another worker has the slot.
        measures: of this run; written with the lease.
        period: seconds; a third of the visibility timeout (20 s), so that two renewals may fail.
        fast_period: seconds; the same for the messages of the fast queue (5 s).
    """

    def __init__(
        self,
        queues: ShardQueues,
        shard_runs: ShardRuns,
        lease: SlotLease | None,
        on_lease_lost: Callable[[], None],
        measures: Measures,
        period: float = HEARTBEAT_SECONDS,
        fast_period: float = FAST_HEARTBEAT_SECONDS,
    ) -> None:
        self._queues, self._shard_runs, self._lease = queues, shard_runs, lease
        self._on_lease_lost, self._period, self._fast_period = on_lease_lost, period, fast_period
        self._measures, self._began = measures, time.time()
        self._stopped = threading.Event()

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, name="heartbeat", daemon=True).start()

    def stop(self) -> None:
        """End the thread after its current renewal; write the last measures."""
        self._stopped.set()
        try:
            self._renew_lease()
        except Exception:  # the next worker measures again
            logger.exception("Could not write the last measures")

    def _run(self) -> None:
        # The lease first and at once: the scaler granted it for a launch, which takes longer than one period.
        everything = (self._renew_lease, self._extend_visibility, self._send_task_heartbeats)
        due = time.monotonic()
        while True:
            now = time.monotonic()
            renewals = everything if now >= due else (self._extend_fast_visibility,)
            if now >= due:
                due = now + self._period
            for renew in renewals:
                try:
                    renew()
                except Exception:
                    logger.exception("Could not renew lease, messages or task tokens")
            if self._stopped.wait(min(self._fast_period, max(0.0, due - time.monotonic()))):
                return

    def _renew_lease(self) -> None:
        if self._lease is None:
            return
        try:
            launched = self._lease.renew(self._measures.values())
        except LeaseLost as error:
            logger.warning("Lease lost: finishing and exiting", extra={"fields": {"reason": str(error)}})
            self._lease = None
            self._on_lease_lost()
            return
        if launched is not None:
            self._measures.stages.setdefault("start_launch", round(max(0.0, self._began - launched), 3))

    def _extend_fast_visibility(self) -> None:
        self._extend([run.message for run in self._shard_runs.active() if self._queues.is_fast(run.message)])

    def _extend_visibility(self) -> None:
        self._extend([run.message for run in self._shard_runs.active()])

    def _extend(self, messages: list[Message]) -> None:
        failed = self._queues.extend_visibility(messages)
        if failed:  # another worker may run them, too; both write the same result
            logger.warning("Messages became visible again", extra={"fields": {"messages": len(failed)}})

    def _send_task_heartbeats(self) -> None:
        for run in self._shard_runs.active():
            self._shard_runs.heartbeat(run)
