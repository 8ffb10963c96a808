"""Receives on the fast queue while the engines are full, so that a waiting caller does not queue behind a long file."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from transcriber.worker.sqs_queues import Message


class FastReceive:
    """At most one receive at a time, in a thread of its own: a long poll must not delay the worker's loop.

    Args:
        receive: receives messages of the fast queue; it raises nothing.
        on_done: called in the thread when a receive has ended.
    """

    def __init__(self, receive: Callable[[], list[Message]], on_done: Callable[[], None]) -> None:
        self._receive, self._on_done = receive, on_done
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fast-receive")
        self._pending: Future[list[Message]] | None = None

    def start(self) -> None:
        """Begin a receive, unless one is going on."""
        if self._pending is None:
            self._pending = self._thread.submit(self._receive)
            self._pending.add_done_callback(lambda _: self._on_done())

    def take(self) -> list[Message]:
        """Return the messages of a receive that has ended; [] while it goes on."""
        if self._pending is None or not self._pending.done():
            return []
        received, self._pending = self._pending.result(), None
        return received

    def close(self) -> list[Message]:
        """Wait for the receive that is going on; return its messages, which the caller must not lose."""
        self._thread.shutdown()
        return self.take()
