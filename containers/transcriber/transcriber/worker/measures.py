"""Measures of a run: what the worker writes into its slot with each renewal, from which the fleet learns."""

from __future__ import annotations

import threading
import time


class Measures:
    """Counts audio and busy time, and notes when the worker was ready. Thread-safe.

    Attributes:
        stages: seconds by stage of this worker's start (`shard_results.START_STAGE_PREFIX`).
    """

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._lock = threading.Lock()
        self._ready: float | None = None
        self._cold = False
        self._audio = self._busy = 0.0
        self._active, self._busy_since = 0, 0.0

    def started(self, cold: bool) -> None:
        """Note that the worker receives from now on.

        Args:
            cold: whether the worker has loaded its model for this run.
        """
        with self._lock:
            self._ready, self._cold = time.time(), cold

    def shard_begins(self) -> dict[str, float]:
        """Count a shard that was accepted.

        Returns:
            The stages of the start, for shards that were accepted before the first was done: they waited for it.
        """
        with self._lock:
            if not self._active:
                self._busy_since = time.monotonic()
            self._active += 1
            return {} if self._audio else dict(self.stages)

    def shard_ends(self, audio_seconds: float) -> None:
        """Count a shard that has ended, with the seconds of audio that were transcribed."""
        with self._lock:
            self._active -= 1
            self._audio += audio_seconds
            if not self._active:
                self._busy += time.monotonic() - self._busy_since

    @property
    def has_worked(self) -> bool:
        """Whether audio was transcribed in this run."""
        return self._audio > 0

    def values(self) -> dict[str, float | bool]:
        """Return the attributes of the slot's item."""
        with self._lock:
            running = time.monotonic() - self._busy_since if self._active else 0.0
            found: dict[str, float | bool] = {}
            # A shard in work counts as busy only when its audio counts: until then nothing is known about its speed.
            if self._audio:
                found |= {"audio_seconds": round(self._audio, 3), "busy_seconds": round(self._busy + running, 3)}
            if self._ready is not None:
                found |= {"ready": round(self._ready, 3), "cold": self._cold}
            return found
