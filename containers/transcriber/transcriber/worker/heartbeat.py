"""Heartbeat thread: renews the slot's lease, the visibility of received messages, and their task tokens."""

from __future__ import annotations

import threading
from collections.abc import Callable

from earshot_contract.timeouts import HEARTBEAT_SECONDS
from transcriber.logs import logger
from transcriber.worker.shard_runs import ShardRuns
from transcriber.worker.slot_lease import LeaseLost, SlotLease
from transcriber.worker.sqs_queues import ShardQueues


class Heartbeat:
    """Renews everything once per period. A renewal that fails is logged and tried again in the next period.

    Args:
        queues: queues that the messages of `shard_runs` came from.
        shard_runs: the runs whose messages and tokens are renewed.
        lease: the slot's lease; None for a worker that was started by hand.
        on_lease_lost: called once, when another worker has the slot.
        period: seconds; a third of the visibility timeout (20 s), so that two renewals may fail.
    """

    def __init__(
        self,
        queues: ShardQueues,
        shard_runs: ShardRuns,
        lease: SlotLease | None,
        on_lease_lost: Callable[[], None],
        period: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._queues, self._shard_runs, self._lease = queues, shard_runs, lease
        self._on_lease_lost, self._period = on_lease_lost, period
        self._stopped = threading.Event()

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, name="heartbeat", daemon=True).start()

    def stop(self) -> None:
        """End the thread after its current renewal."""
        self._stopped.set()

    def _run(self) -> None:
        # The lease first and at once: the scaler granted it for a launch, which takes longer than one period.
        while True:
            for renew in (self._renew_lease, self._extend_visibility, self._send_task_heartbeats):
                try:
                    renew()
                except Exception:
                    logger.exception("Could not renew lease, messages or task tokens")
            if self._stopped.wait(self._period):
                return

    def _renew_lease(self) -> None:
        if self._lease is None:
            return
        try:
            self._lease.renew()
        except LeaseLost as error:
            logger.warning("Lease lost: finishing and exiting", extra={"fields": {"reason": str(error)}})
            self._lease = None
            self._on_lease_lost()

    def _extend_visibility(self) -> None:
        failed = self._queues.extend_visibility(run.message for run in self._shard_runs.active())
        if failed:  # another worker may run them, too; both write the same result
            logger.warning("Messages became visible again", extra={"fields": {"messages": len(failed)}})

    def _send_task_heartbeats(self) -> None:
        for run in self._shard_runs.active():
            self._shard_runs.heartbeat(run)
