"""Cache with reference counts: entries in use are never evicted.

Unused entries are evicted least recently used first, once the total size would exceed the budget. Used by the audio
cache (bytes on disk) and by the loaded engines (models in memory).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass
class _Entry(Generic[V]):
    size: int
    users: int = 0
    value: Future[V] = field(default_factory=Future)


class RefCountedCache(Generic[K, V]):
    """Thread-safe cache whose values are loaded once, by the first caller that acquires their key.

    Args:
        max_size: budget for the sum of all sizes. Entries in use may exceed it.
        on_evict: called with each evicted value.
    """

    def __init__(self, max_size: int, on_evict: Callable[[V], None]) -> None:
        self._max_size, self._on_evict = max_size, on_evict
        self._entries: OrderedDict[K, _Entry[V]] = OrderedDict()
        self._lock = threading.Lock()

    def acquire(self, key: K, size: int, load: Callable[[], V]) -> V:
        """Return the value of `key`; the caller must `release` it.

        Callers that acquire the key while it loads wait for it. An exception of `load` is raised to all of them, and
        is not cached.
        """
        evicted: list[V] = []
        with self._lock:
            entry = self._entries.get(key)
            must_load = entry is None
            if entry is None:
                evicted = self._evict_for(size)
                entry = self._entries[key] = _Entry(size)
            self._entries.move_to_end(key)
            entry.users += 1
        if must_load:
            for value in evicted:
                self._on_evict(value)
            try:
                entry.value.set_result(load())
            except BaseException as error:
                with self._lock:
                    if self._entries.get(key) is entry:  # `clear` may have removed it, and another caller loads it anew
                        del self._entries[key]
                entry.value.set_exception(error)
        return entry.value.result()

    def release(self, key: K) -> None:
        """End one use of `key`. The entry stays until its space is needed."""
        with self._lock:
            self._entries[key].users -= 1

    def values(self) -> list[V]:
        """Return all values that have been loaded."""
        with self._lock:
            return [entry.value.result() for entry in self._entries.values() if entry.value.done()]

    def clear(self) -> None:
        """Evict every loaded value, in use or not."""
        with self._lock:
            loaded = [entry.value.result() for entry in self._entries.values() if entry.value.done()]
            self._entries.clear()
        for value in loaded:
            self._on_evict(value)

    def _evict_for(self, size: int) -> list[V]:
        """Remove unused entries until `size` more fits. Returns: their values, for `on_evict` outside the lock."""
        evicted = []
        total = size + sum(entry.size for entry in self._entries.values())
        for key, entry in list(self._entries.items()):
            if total <= self._max_size:
                break
            if entry.users == 0:
                del self._entries[key]
                evicted.append(entry.value.result())
                total -= entry.size
        return evicted
