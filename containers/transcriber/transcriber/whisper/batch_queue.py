"""Batch queue: windows of all shards wait here and leave in batches that the model can run in one call."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence
from typing import Generic, Protocol, TypeVar

# How long a batch that is not full waits for shards that are about to be prepared: preparing takes about 15 ms, a batch
# 500 ms, and a window alone costs twice what it costs in a full batch.
_LINGER_SECONDS = 0.3


class Batchable(Protocol):
    """An item of the queue."""

    @property
    def interactive(self) -> bool:
        """True if a caller is waiting: the item precedes all others."""
        ...

    @property
    def active(self) -> bool:
        """False after its shard failed or was cancelled: the item is discarded."""
        ...

    @property
    def batch_key(self) -> Hashable:
        """Equal for items that may share a batch: one model call has one prompt length and one temperature."""
        ...

    @property
    def frames(self) -> int:
        """Mel frames (10 ms) for the encoder; a batch is padded to its longest item."""
        ...

    @property
    def seconds(self) -> float:
        """Length of its audio."""
        ...


W = TypeVar("W", bound=Batchable)


class BatchQueue(Generic[W]):
    """Groups of windows in, batches out, oldest first.

    The windows of a group stay in one batch. Safe to use from several threads.
    """

    def __init__(self, limit: int, max_frame_difference: int) -> None:
        """Create an empty queue.

        Args:
            limit: most windows in a batch.
            max_frame_difference: mel frames by which the windows of a batch may differ.
        """
        self._limit, self._max_frame_difference = limit, max_frame_difference
        self._groups: list[Sequence[W]] = []
        self._changed = threading.Condition()
        self._seconds = 0.0
        self._announced = 0  # shards that are being prepared or wait for it
        self._closed = False

    def announce(self) -> None:
        """Announce a shard that will be prepared: until then a batch that is not full waits up to `_LINGER_SECONDS`."""
        with self._changed:
            self._announced += 1

    def prepared(self) -> None:
        """Say that an announced shard is prepared, or failed."""
        with self._changed:
            self._announced -= 1
            self._changed.notify_all()

    def put(self, group: Sequence[W], *, first: bool = False) -> None:
        """Add a group of windows.

        Args:
            group: windows that must share a batch; not empty.
            first: put the group before all waiting ones; for windows of shards that are partly transcribed.
        """
        with self._changed:
            if first:
                self._groups.insert(0, group)
            else:
                self._groups.append(group)
            self._seconds += sum(window.seconds for window in group)
            self._changed.notify()

    def take(self) -> list[W]:
        """Wait for a batch and return it; an empty list means that the queue is closed."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._groups or self._closed)
                self._changed.wait_for(self._is_ready, _LINGER_SECONDS)
                if self._closed:
                    return []
                batch = self._form_batch()
                self._changed.notify_all()
                if batch:
                    return batch

    def wait_for_space(self, max_seconds: float) -> None:
        """Block until less than `max_seconds` of audio is waiting, or the queue is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._seconds < max_seconds or self._closed)

    @property
    def window_count(self) -> int:
        """Number of windows waiting."""
        with self._changed:
            return sum(len(group) for group in self._groups)

    def close(self) -> None:
        """Close the queue and wake all waiting threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _is_ready(self) -> bool:
        """Return True if a batch should be formed now.

        That is: no shard is announced, a full batch is waiting, or an interactive window is.
        """
        interactive_waiting = any(group[0].interactive for group in self._groups)
        return not self._announced or interactive_waiting or self._closed or sum(map(len, self._groups)) >= self._limit

    def _form_batch(self) -> list[W]:
        self._groups = [group for group in self._groups if group[0].active]
        self._update_seconds()
        if not self._groups:
            return []
        # min is stable: the oldest interactive group, or else the oldest of all.
        seed = min(self._groups, key=lambda group: not group[0].interactive)
        frames = _max_frames(seed)
        similar = [
            group
            for group in self._groups
            if group is not seed
            and group[0].batch_key == seed[0].batch_key
            and group[0].interactive == seed[0].interactive
            and abs(_max_frames(group) - frames) <= self._max_frame_difference
        ]
        similar.sort(key=lambda group: abs(_max_frames(group) - frames))
        batch, taken_ids = list(seed), {id(seed)}
        for group in similar:
            if len(batch) + len(group) <= self._limit:
                batch.extend(group)
                taken_ids.add(id(group))
        self._groups = [group for group in self._groups if id(group) not in taken_ids]
        self._update_seconds()
        return batch

    def _update_seconds(self) -> None:
        self._seconds = sum(window.seconds for group in self._groups for window in group)


def _max_frames(group: Sequence[Batchable]) -> int:
    return max(window.frames for window in group)
