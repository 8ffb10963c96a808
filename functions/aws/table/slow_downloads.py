"""Slots of slow downloads: items of the table that stand for the right to read from a server that is slow.

A function that downloads only waits for the server. Without a limit, callers whose servers send slowly could occupy all
functions that an account may run at the same time; a new account may run ten.
"""

from __future__ import annotations

import time
from types import TracebackType

from earshot_contract.keys import slow_download_pk
from functions.aws.table import dynamodb
from functions.aws.table.dynamodb import attribute
from functions.errors import SlowDownloadsBusy
from functions.network.download import MAX_SECONDS

MAX_SLOW_DOWNLOADS = 3  # at once, of a deployment
_LEASE_SECONDS = MAX_SECONDS + 60  # after this time the slot of a function that died is free


class SlowDownload:
    """The slot of one download, freed at the end of the `with` block; one that is not slow needs none."""

    def __init__(self, job_id: str) -> None:
        """Name the job, so that its retry finds its own slot free."""
        self._job_id = job_id
        self._pk: str | None = None

    def __enter__(self) -> SlowDownload:
        return self

    def claim(self) -> None:
        """Take a slot.

        Raises:
            SlowDownloadsBusy: All are taken.
        """
        now = int(time.time())
        free = attribute("pk").not_exists() | attribute("until").lt(now) | attribute("lease").eq(self._job_id)
        changes = {"lease": self._job_id, "until": now + int(_LEASE_SECONDS), "ttl": now + 2 * int(_LEASE_SECONDS)}
        for slot in range(MAX_SLOW_DOWNLOADS):
            pk = slow_download_pk(slot)
            if dynamodb.update(pk, changes, free):
                self._pk = pk
                return
        raise SlowDownloadsBusy

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pk:
            dynamodb.update(self._pk, {"until": 0}, attribute("lease").eq(self._job_id))
