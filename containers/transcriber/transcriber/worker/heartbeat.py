"""One thread that keeps what a worker has: its messages' visibility, their tasks, its slot."""

from __future__ import annotations

import threading
from collections.abc import Callable

from transcriber.logs import logger
from transcriber.worker.shard_runs import Deliveries
from transcriber.worker.slot_lease import Lease, LeaseLost
from transcriber.worker.sqs_queues import VISIBILITY_SECONDS, Lanes


class Keeper:
    """Every `period` seconds; a duty that fails is logged and done again the next time.

    `lost` is called, once, when the lease is another worker's.
    """

    def __init__(
        self,
        lanes: Lanes,
        deliveries: Deliveries,
        lease: Lease | None,
        lost: Callable[[], None],
        period: float = VISIBILITY_SECONDS / 3,
    ) -> None:
        self._lanes, self._deliveries, self._lease, self._lost, self._period = (
            lanes,
            deliveries,
            lease,
            lost,
            period,
        )
        self._ended = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="keeper", daemon=True).start()

    def end(self) -> None:
        self._ended.set()

    def _run(self) -> None:
        # The lease first and at once: it was given for a launch, which lasts longer than a renewal.
        while True:
            for duty in (self._renew, self._extend, self._heartbeat):
                try:
                    duty()
                except Exception:
                    logger.exception("Could not keep what this worker holds")
            if self._ended.wait(self._period):
                return

    def _renew(self) -> None:
        if self._lease is None:
            return
        try:
            self._lease.renew()
        except LeaseLost as error:
            logger.warning("Lease lost: finishing and leaving", extra={"facts": {"reason": str(error)}})
            self._lease = None
            self._lost()

    def _extend(self) -> None:
        lost = self._lanes.extend(delivery.message for delivery in self._deliveries.held())
        if lost:  # somebody else has them too; both write the same result
            logger.warning("Messages came back to their lane", extra={"facts": {"messages": len(lost)}})

    def _heartbeat(self) -> None:
        for delivery in self._deliveries.held():
            self._deliveries.heartbeat(delivery)
