"""Packed history: the events of an execution that has ended, compressed until they are read.

Histories of a thousand executions are kept. As Python objects those took some 100 KB each.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any, SupportsIndex


class PackedHistory(list[Any]):
    """A list of events that cannot be changed. It is read as a list is, also by `json`, which takes lists alone."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        """Pack the events, which are JSON values."""
        super().__init__()
        self._packed, self._length = zlib.compress(json.dumps(events).encode(), 1), len(events)

    def _events(self) -> list[Any]:
        found: list[Any] = json.loads(zlib.decompress(self._packed))
        return found

    def __iter__(self) -> Iterator[Any]:
        return iter(self._events())

    def __reversed__(self) -> Iterator[Any]:
        return iter(self._events()[::-1])

    def __contains__(self, event: object) -> bool:
        return event in self._events()

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        return self._events()[index]

    def __eq__(self, other: object) -> bool:
        return self._events() == list(other) if isinstance(other, list) else NotImplemented

    __hash__ = None

    def __deepcopy__(self, memo: dict[int, Any]) -> PackedHistory:
        return self

    def append(self, value: Any) -> None:
        """Raise TypeError: the history of an execution that has ended does not change."""
        raise TypeError("The history of an execution that has ended does not change.")
