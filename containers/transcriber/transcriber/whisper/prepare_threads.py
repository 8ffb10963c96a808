"""Prepare threads: shards wait for a thread of their kind, interactive or bulk, with speakers or without."""

from __future__ import annotations

import itertools
import os
import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from transcriber.hardware import EngineSettings
from transcriber.whisper.shard_state import ShardState
from transcriber.whisper.window import Window

_SPEAKER_NICENESS = 5  # of threads that tell speakers apart: batch workers come first where cores are short

Prepare = Callable[[ShardState[Window], bool], None]  # the shard, and whether its speakers are to be told apart


@dataclass(order=True)
class _QueuedShard:
    rank: tuple[bool, int]  # False before True, which ends a thread; then in order of submission
    shard_state: ShardState[Window] | None = field(compare=False)


class PrepareThreads:
    """Threads that prepare shards, each kind with a queue of its own.

    Telling speakers apart takes longer than all other preparation, so that shards without it never wait behind it.

    Args:
        settings: how many threads there are; of each interactive kind there is one.
        prepare: prepares a shard. It raises nothing.
    """

    def __init__(self, settings: EngineSettings, prepare: Prepare) -> None:
        self._prepare = prepare
        self._counts = {
            (True, False): 1,
            (False, False): settings.prepare_threads,
            (True, True): 1,
            (False, True): settings.speaker_threads,
        }
        self._queues: dict[tuple[bool, bool], queue.PriorityQueue[_QueuedShard]] = {
            kind: queue.PriorityQueue() for kind in self._counts
        }
        self._sequence = itertools.count()
        self._threads = [
            threading.Thread(target=self._run, args=kind, name="prepare", daemon=True)
            for kind, count in self._counts.items()
            for _ in range(count)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def put(self, state: ShardState[Window]) -> None:
        """Queue a shard."""
        kind = (state.shard.interactive, state.shard.speakers is not None)
        self._queues[kind].put(_QueuedShard((False, next(self._sequence)), state))

    def close(self) -> None:
        """End the threads, each after the shards that wait for it; returns when they have ended."""
        for kind, count in self._counts.items():
            for _ in range(count):
                self._queues[kind].put(_QueuedShard((True, next(self._sequence)), None))
        for thread in self._threads:
            thread.join()

    def _run(self, interactive: bool, with_speakers: bool) -> None:
        if with_speakers and sys.platform == "linux":  # elsewhere it would be the priority of the whole process
            thread = threading.get_native_id()
            # A process that was started with a higher niceness may not go back: an unprivileged one is refused.
            niceness = max(_SPEAKER_NICENESS, os.getpriority(os.PRIO_PROCESS, thread))
            os.setpriority(os.PRIO_PROCESS, thread, niceness)
        while (state := self._queues[interactive, with_speakers].get().shard_state) is not None:
            self._prepare(state, with_speakers)
