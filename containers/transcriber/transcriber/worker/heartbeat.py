"""Heartbeat threads: renew the slot's lease, the visibility of received messages, and their task tokens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from earshot_contract.timeouts import FAST_HEARTBEAT_SECONDS, HEARTBEAT_SECONDS
from transcriber.logs import logger
from transcriber.worker.measures import Measures
from transcriber.worker.shards.shard_runs import ShardRuns
from transcriber.worker.slot_lease import LeaseLost, SlotLease
from transcriber.worker.sqs_queues import Message, ShardQueues

_STOP_SECONDS = 1.0  # `stop` waits this long for renewals in progress; an interrupted Spot instance has little time


class Heartbeat:
    """Renews everything once per period, and the messages of the fast queue more often.

    A renewal that fails is logged and tried again the next time.

    Args:
        queues: queues that the messages of `shard_runs` came from.
        shard_runs: the runs whose messages and tokens are renewed.
        lease: the slot's lease; None for a worker that was started by hand.
        on_lease_lost: called once, when another worker has the slot.
        measures: measures of this run; written with the lease.
        period: seconds; a third of the visibility timeout (20 s), so that two renewals may fail.
        fast_period: seconds; the same for the messages of the fast queue (3 s).
    """

    def __init__(
        self,
        queues: ShardQueues,
        shard_runs: ShardRuns,
        lease: SlotLease | None,
        on_lease_lost: Callable[[], None],
        measures: Measures,
        *,
        period: float = HEARTBEAT_SECONDS,
        fast_period: float = FAST_HEARTBEAT_SECONDS,
    ) -> None:
        self._queues, self._shard_runs, self._lease = queues, shard_runs, lease
        self._on_lease_lost, self._period, self._fast_period = on_lease_lost, period, fast_period
        self._measures, self._began = measures, time.time()
        self._stopped, self._lease_due = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads: one each, so that a service that answers slowly delays no other's renewals.

        A message whose visibility timeout ends while its worker lives is received again, which counts as a further try.
        """
        renewals = (
            ("lease", self._period, self._renew_lease, self._lease_due),
            ("visibility", self._period, self._extend_visibility, self._stopped),
            ("fast-visibility", self._fast_period, self._extend_fast_visibility, self._stopped),
            ("task-tokens", self._period, self._send_task_heartbeats, self._stopped),
        )
        self._threads = [
            threading.Thread(target=self._repeat, args=(period, renew, due), name=f"heartbeat-{name}", daemon=True)
            for name, period, renew, due in renewals
        ]
        for thread in self._threads:
            thread.start()

    def write_measures(self) -> None:
        """Write the measures now. If the worker dies afterwards, its launch does not count as failed."""
        self._lease_due.set()

    def stop(self) -> None:
        """End the threads after their current renewals; write the last measures."""
        self._stopped.set()
        self._lease_due.set()
        try:
            self._renew_lease()
        except Exception:  # the next worker measures again
            logger.exception("Could not write the last measures")
        # A renewal that comes after the messages were made visible would hide them again.
        end = time.monotonic() + _STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _repeat(self, period: float, renew: Callable[[], None], due: threading.Event) -> None:
        """Renew at once, because the lease was granted for a launch, and then once a period until `stop`.

        `due` ends a period early.
        """
        while True:
            try:
                renew()
            except Exception:
                logger.exception("Could not renew", extra={"fields": {"renewal": renew.__name__.strip("_")}})
            if due.wait(period) and due is not self._stopped:
                due.clear()
            if self._stopped.is_set():
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
        self._extend([run.message for run in self._shard_runs.active() if not self._queues.is_fast(run.message)])

    def _extend(self, messages: list[Message]) -> None:
        failed = self._queues.extend_visibility(messages)
        if failed:  # another worker may run them, too; both write the same result
            logger.warning("Messages became visible again", extra={"fields": {"messages": len(failed)}})

    def _send_task_heartbeats(self) -> None:
        for run in self._shard_runs.active():
            self._shard_runs.heartbeat(run)
