"""Slots of slow downloads: a few at once, freed at the end, taken over after a lapse, the job's own found again."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from functions.aws.table.slow_downloads import MAX_SLOW_DOWNLOADS, SlowDownload
from functions.errors import SlowDownloadsBusy

pytestmark = pytest.mark.usefixtures("aws")


def claimed(stack: ExitStack, job_id: str) -> SlowDownload:
    slot = stack.enter_context(SlowDownload(job_id))
    slot.claim()
    return slot


def test_slow_downloads_at_once_are_few() -> None:
    with ExitStack() as stack:
        for n in range(MAX_SLOW_DOWNLOADS):
            claimed(stack, f"job-{n}")

        with pytest.raises(SlowDownloadsBusy):
            claimed(stack, "one too many")

        claimed(stack, "job-1")  # its function died, and this is the retry
    with ExitStack() as stack:
        for n in range(MAX_SLOW_DOWNLOADS):
            claimed(stack, f"later-{n}")


def test_slot_of_a_dead_function_is_free_after_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(MAX_SLOW_DOWNLOADS):
        SlowDownload(f"job-{n}").claim()
    later = time.time() + 700
    monkeypatch.setattr(time, "time", lambda: later)

    with SlowDownload("next") as slot:
        slot.claim()
