"""Things that are slow to get, kept while somebody uses them and, as far as there is place, for the next one."""

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
class _Place(Generic[V]):
    weight: int
    users: int = 0
    thing: Future[V] = field(default_factory=Future)


class Shelf(Generic[K, V]):
    """Whoever asks first for a key makes the thing; the others who ask meanwhile wait for it.

    Things nobody uses are discarded, least recently used first, once all together would weigh more than `budget`.
    Things in use never are: the budget yields.
    """

    def __init__(self, budget: int, discard: Callable[[V], None]) -> None:
        self._budget, self._discard = budget, discard
        self._places: OrderedDict[K, _Place[V]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: K, weight: int, make: Callable[[], V]) -> V:
        """The thing under `key`, to be given back with `give`; what `make` raises is raised to all who wait."""
        with self._lock:
            place = self._places.get(key)
            first = place is None
            if place is None:
                unwanted = self._make_room(weight)
                place = self._places[key] = _Place(weight)
            self._places.move_to_end(key)
            place.users += 1
        if first:
            for thing in unwanted:
                self._discard(thing)
            try:
                place.thing.set_result(make())
            except BaseException as error:
                with self._lock:
                    del self._places[key]
                place.thing.set_exception(error)
        return place.thing.result()

    def give(self, key: K) -> None:
        with self._lock:
            self._places[key].users -= 1

    def things(self) -> list[V]:
        """All that are there and ready."""
        with self._lock:
            return [place.thing.result() for place in self._places.values() if place.thing.done()]

    def clear(self) -> None:
        """Discard everything, used or not."""
        with self._lock:
            ready = [place.thing.result() for place in self._places.values() if place.thing.done()]
            self._places.clear()
        for thing in ready:
            self._discard(thing)

    def _make_room(self, weight: int) -> list[V]:
        unwanted = []
        total = weight + sum(place.weight for place in self._places.values())
        for key, place in list(self._places.items()):
            if total <= self._budget:
                break
            if place.users == 0:
                del self._places[key]
                unwanted.append(place.thing.result())
                total -= place.weight
        return unwanted
