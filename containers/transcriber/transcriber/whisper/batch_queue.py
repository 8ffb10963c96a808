"""The batcher: windows of every job wait here, and leave in batches that the model can take at once."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Hashable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

_LINGER = 0.1  # seconds that a batch waits for what is being prepared: a shard takes about 15 ms, a batch 500


class Waiting(Protocol):
    """What may wait here."""

    @property
    def interactive(self) -> bool:
        """Goes before the others."""
        ...

    @property
    def wanted(self) -> bool:
        """False when its job failed or was cancelled: it is forgotten."""
        ...

    @property
    def kind(self) -> Hashable:
        """Only windows of one kind share a batch: the model takes one prompt length, one temperature."""
        ...

    @property
    def frames(self) -> int:
        """Of the encoder; a batch is padded to its longest."""
        ...

    @property
    def seconds(self) -> float:
        """Of audio."""
        ...


W = TypeVar("W", bound=Waiting)


class Batcher(Generic[W]):
    """Parcels (windows that must go together) in; batches of at most `limit` windows out, oldest first."""

    def __init__(self, limit: int, slack: int) -> None:
        """`slack`: frames by which the windows of one batch may differ."""
        self._limit, self._slack = limit, slack
        self._parcels: list[Sequence[W]] = []
        self._changed = threading.Condition()
        self._seconds = 0.0
        self._coming = 0
        self._closed = False

    @contextlib.contextmanager
    def coming(self) -> Iterator[None]:
        """While more is being prepared: a batch that is not full lingers a moment for it."""
        self._expect(1)
        try:
            yield
        finally:
            self._expect(-1)

    def _expect(self, more: int) -> None:
        with self._changed:
            self._coming += more
            self._changed.notify_all()

    def put(self, parcel: Sequence[W], *, first: bool = False) -> None:
        """`first`: before what waits already; for windows whose job has come far."""
        with self._changed:
            if first:
                self._parcels.insert(0, parcel)
            else:
                self._parcels.append(parcel)
            self._seconds += sum(window.seconds for window in parcel)
            self._changed.notify()

    def take(self) -> list[W]:
        """Blocks; an empty list means that the batcher is closed."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._parcels or self._closed)
                self._changed.wait_for(self._settled, _LINGER)
                if self._closed:
                    return []
                batch = self._gather()
                self._changed.notify_all()
                if batch:
                    return batch

    def wait_for_room(self, most: float) -> None:
        """Block until less than `most` seconds of audio wait here."""
        with self._changed:
            self._changed.wait_for(lambda: self._seconds < most or self._closed)

    @property
    def windows(self) -> int:
        """How many wait."""
        with self._changed:
            return sum(len(parcel) for parcel in self._parcels)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _settled(self) -> bool:
        """Whether waiting gains nothing: nothing is coming, a batch is full, or somebody waits at the door."""
        hurried = any(parcel[0].interactive for parcel in self._parcels)
        return not self._coming or hurried or self._closed or sum(map(len, self._parcels)) >= self._limit

    def _gather(self) -> list[W]:
        self._parcels = [parcel for parcel in self._parcels if parcel[0].wanted]
        self._count()
        if not self._parcels:
            return []
        # min is stable: the oldest interactive parcel, or else the oldest of all.
        seed = min(self._parcels, key=lambda parcel: not parcel[0].interactive)
        frames = _longest(seed)
        alike = [
            parcel
            for parcel in self._parcels
            if parcel is not seed
            and parcel[0].kind == seed[0].kind
            and parcel[0].interactive == seed[0].interactive
            and abs(_longest(parcel) - frames) <= self._slack
        ]
        alike.sort(key=lambda parcel: abs(_longest(parcel) - frames))
        batch, taken = list(seed), {id(seed)}
        for parcel in alike:
            if len(batch) + len(parcel) <= self._limit:
                batch.extend(parcel)
                taken.add(id(parcel))
        self._parcels = [parcel for parcel in self._parcels if id(parcel) not in taken]
        self._count()
        return batch

    def _count(self) -> None:
        self._seconds = sum(window.seconds for parcel in self._parcels for window in parcel)


def _longest(parcel: Sequence[Waiting]) -> int:
    return max(window.frames for window in parcel)
