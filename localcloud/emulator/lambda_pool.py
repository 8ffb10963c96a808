"""Pool of a function's Lambda environments: forked on demand up to a limit, given back when the burst is over.

All are forks of the function's template, a process that has imported the function, so that its modules are in memory
once. `lambda_runtime.py` uses a pool for each version of a function.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

# Events of one function at the same time. A waiting caller holds an environment for up to 25 s; one that has worked has
# about 15 MB of its own, a new one 4 MB.
MAX_ENVIRONMENTS = 32 * (os.cpu_count() or 1)
# Idle environments that stay warm: the load of one user. A burst's others end as soon as their event is served.
KEPT_IDLE = 2


class Throttled(Exception):
    """The function's limit was reached, and no environment became free in time."""


@dataclass(eq=False)
class LambdaEnvironment:
    """One forked process and the socket to it."""

    stream: socket.socket
    pid: int

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
    """

    def __init__(
        self, fork: Callable[[], LambdaEnvironment], limit: int = MAX_ENVIRONMENTS, kept_idle: int = KEPT_IDLE
    ) -> None:
        self.fork, self.limit, self.kept_idle = fork, limit, kept_idle
        self.lock = threading.Lock()
        self.idle: list[LambdaEnvironment] = []
        self.busy = 0
        self.waiting: deque[_Waiter] = deque()

    def acquire(self, max_wait: float) -> LambdaEnvironment:
        """Return an environment; events that have to wait get theirs in the order of their arrival.

        Args:
            max_wait: seconds to wait where the limit is reached.

        Raises:
            Throttled: none became free in that time.
        """
        waiter = _Waiter()
        with self.lock:
            if self.idle:
                self.busy += 1
                return self.idle.pop()
            if self.busy < self.limit:
                self.busy += 1
                waiter.granted = True
            else:
                self.waiting.append(waiter)
        if not waiter.granted:
            waiter.ready.wait(max_wait)
            with self.lock:
                if not waiter.granted:
                    self.waiting.remove(waiter)
                    raise Throttled
        if waiter.environment is not None:
            return waiter.environment
        try:
            return self.fork()
        except BaseException:
            self.discard(None)
            raise

    def release(self, environment: LambdaEnvironment) -> None:
        """Hand an environment to the next event that waits, keep it for a later one, or end it."""
        with self.lock:
            if self.waiting:
                self._grant(environment)
                return
            self.busy -= 1
            if len(self.idle) < self.kept_idle:
                self.idle.append(environment)
                return
        environment.close()

    def discard(self, environment: LambdaEnvironment | None) -> None:
        """End an environment whose state is unknown; the next event that waits may fork another."""
        if environment is not None:
            environment.kill()
        with self.lock:
            if self.waiting:
                self._grant(None)
            else:
                self.busy -= 1

    def close(self) -> None:
        """End the idle environments."""
        with self.lock:
            idle, self.idle, self.kept_idle = self.idle, [], 0
        for environment in idle:
            environment.close()

    def _grant(self, environment: LambdaEnvironment | None) -> None:
        waiter = self.waiting.popleft()
        waiter.granted, waiter.environment = True, environment
        waiter.ready.set()
