"""Pool of a function's Lambda environments: forked on demand up to a limit, given back when the burst is over.

All are forks of the function's template, a process that has imported the function, so that its modules are in memory
once. `lambda_runtime.py` uses a pool for each version of a function.
"""

from __future__ import annotations

import math
import os
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

# Events of one function at the same time. A waiting caller holds an environment for up to 25 s; one that has worked has
# about 16 MB of its own, a new one 4 MB.
MAX_ENVIRONMENTS = 32 * (os.cpu_count() or 1)
# Idle environments that stay warm: the load of one user. A burst's others end as soon as their event is served.
KEPT_IDLE = 2
# Seconds after which an unused idle environment ends, except the last one of its function.
UNUSED_SECONDS = 20.0
# Environments that start at the same time. Each takes processor time before it waits for anything: a burst of callers
# that all begin at once is late altogether, and their gateway gives up. Lambda bounds starts too: 1,000 in 10 seconds.
MAX_STARTS = 2 * (os.cpu_count() or 1)
# Minimum and maximum seconds that a start lasts, and its length in forks. The busier the machine, the longer both take:
# a fork took 26 ms (median of 40) on two cores with a load of 8.
START_SECONDS, START_FORKS = (0.5, 4.0), 50


class Throttled(Exception):
    """The function's limit was reached, and no environment became free in time."""


@dataclass(eq=False)
class LambdaEnvironment:
    """One forked process and the socket to it."""

    stream: socket.socket
    pid: int
    used: float = 0.0  # time of the pool's clock at which it last served an event

    def close(self) -> None:
        """Close the socket; the process then ends by itself."""
        self.stream.close()

    def kill(self) -> None:
        """End the process at once."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.stream.close()


@dataclass(eq=False)
class _Waiter:
    """An event that waits for an environment. `granted` without one means: fork one."""

    ready: threading.Event = field(default_factory=threading.Event)
    granted: bool = False
    environment: LambdaEnvironment | None = None


class EnvironmentPool:
    """Environments of one version of a function.

    Args:
        fork: makes an environment.
        limit: environments at the same time.
        kept_idle: idle ones that stay.
        starts: environments that start at the same time. One starts until its first event is served, or until the time
            is over that `start_seconds` gives.
        clock: seconds.
    """

    def __init__(
        self,
        fork: Callable[[], LambdaEnvironment],
        limit: int = MAX_ENVIRONMENTS,
        kept_idle: int = KEPT_IDLE,
        starts: int = MAX_STARTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.fork, self.limit, self.kept_idle, self.starts, self.clock = fork, limit, kept_idle, starts, clock
        self.lock = threading.Lock()
        self.idle: list[LambdaEnvironment] = []
        self.busy = 0
        self.waiting: deque[_Waiter] = deque()
        self.starting: dict[_Waiter | LambdaEnvironment, float] = {}  # until when each counts as one that starts

    def acquire(self, max_wait: float) -> LambdaEnvironment:
        """Return an environment; events that have to wait get theirs in the order of their arrival.

        Args:
            max_wait: seconds to wait where the limit is reached, or too many environments start.

        Raises:
            Throttled: no environment became free in that time.
        """
        waiter, deadline = _Waiter(), self.clock() + max_wait
        with self.lock:
            self.waiting.append(waiter)
        while True:
            with self.lock:
                self._serve()
                if waiter.granted:
                    break
                left = deadline - self.clock()
                if left <= 0:
                    self._leave(waiter)
                    raise Throttled
                waiter.ready.clear()
                if self.waiting[0] is waiter and self.starting:  # the first in the line also waits for the next start
                    left = min(left, max(0.0, min(self.starting.values()) - self.clock()) + 0.001)
            waiter.ready.wait(left)
        return waiter.environment or self._forked(waiter)

    def release(self, environment: LambdaEnvironment) -> None:
        """Hand an environment to the next event that waits, keep it for a later one, or end it."""
        with self.lock:
            self.starting.pop(environment, None)
            self.busy -= 1
            environment.used = self.clock()
            self.idle.append(environment)
            self._serve()
            if environment not in self.idle or len(self.idle) <= self.kept_idle:
                return
            self.idle.remove(environment)
        environment.close()

    def discard(self, environment: LambdaEnvironment | None) -> None:
        """End an environment whose state is unknown; the next event that waits may fork another."""
        if environment is not None:
            environment.kill()
        with self.lock:
            if environment is not None:
                self.starting.pop(environment, None)
            self.busy -= 1
            self._serve()

    def end_unused(self) -> int:
        """End the idle environments that were not used for UNUSED_SECONDS, but for the one that was used last.

        Returns:
            How many were ended.
        """
        with self.lock:
            oldest = self.clock() - UNUSED_SECONDS
            unused = [environment for environment in self.idle[:-1] if environment.used < oldest]
            self.idle = [environment for environment in self.idle if environment not in unused]
        for environment in unused:
            environment.close()
        return len(unused)

    def close(self) -> None:
        """End the idle environments."""
        with self.lock:
            idle, self.idle, self.kept_idle = self.idle, [], 0
        for environment in idle:
            environment.close()

    def _serve(self) -> None:
        """Give the first waiting events an idle environment each, or permission to fork one."""
        now = self.clock()
        for started in [key for key, until in self.starting.items() if until <= now]:
            del self.starting[started]
        while self.waiting:
            may_start = self.busy < self.limit and len(self.starting) < self.starts
            if not self.idle and not may_start:
                break
            waiter = self.waiting.popleft()
            self.busy += 1
            waiter.granted = True
            if self.idle:
                waiter.environment = self.idle.pop()
            else:
                self.starting[waiter] = now + start_seconds(math.inf)  # until the fork is there
            waiter.ready.set()
        if self.waiting:
            self.waiting[0].ready.set()  # it is the first now

    def _leave(self, waiter: _Waiter) -> None:
        self.waiting.remove(waiter)
        if self.waiting:
            self.waiting[0].ready.set()

    def _forked(self, waiter: _Waiter) -> LambdaEnvironment:
        """Fork an environment. The time of the fork shows how busy the machine is, and so how long the start lasts."""
        began = self.clock()
        try:
            environment = self.fork()
        except BaseException:
            with self.lock:
                self.starting.pop(waiter, None)
            self.discard(None)
            raise
        with self.lock:
            self.starting.pop(waiter, None)
            self.starting[environment] = began + start_seconds(self.clock() - began)
        return environment


def start_seconds(fork_seconds: float) -> float:
    """Return the seconds that an environment's start lasts, from the seconds that its fork took."""
    minimum, maximum = START_SECONDS
    return min(maximum, max(minimum, fork_seconds * START_FORKS))
