"""Template of a function: the process that has imported one version of it, from which its environments are forked.

The other end of the sockets is in `lambda_sandbox.py`.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.emulator.iam import role_credentials
from localcloud.emulator.lambdas.lambda_messages import has_closed, read_message
from localcloud.emulator.lambdas.lambda_pool import EnvironmentPool, LambdaEnvironment


@dataclass(eq=False)
class Template:
    """One version of a function: the process that imported it, and the environments forked from that."""

    control: socket.socket
    pid: int
    pool: EnvironmentPool
    import_modules: Callable[[list[str]], None]
    imported: set[str] = field(default_factory=set)

    def has_ended(self) -> bool:
        """Return whether the process is gone, so that it forks nothing more."""
        return has_closed(self.control)

    def learn(self, modules: list[str]) -> None:
        """Import what an environment imported while it served an event, in the background: later ones share it."""
        new = [name for name in modules if name not in self.imported]
        if new:
            self.imported.update(new)
            threading.Thread(target=self.import_modules, args=(new,), daemon=True, name="template-imports").start()


def start(parent: socket.socket, config: dict[str, Any], code: Path, logs: Path) -> Template:
    """Fork the process that imports a function.

    Args:
        parent: control socket of the process that is forked.
        config: the function's configuration, as ministack has it.
        code: its unpacked bundle.
        logs: folder of the log files.

    Raises:
        RuntimeError: the process ended before it could load anything.
    """
    name = config["FunctionName"]
    spec = {
        "name": name,
        "arn": config["FunctionArn"],
        "handler": config["Handler"],
        "memory": config.get("MemorySize", 128),
        "code": str(code),
        "log": str(logs / f"{name}.log"),
        "environment": config.get("Environment", {}).get("Variables", {})
        | {
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        }
        | role_credentials.environment(config.get("Role", "")),
    }
    control, pid = fork(parent, json.dumps(spec).encode(), name, logs)
    forking = threading.Lock()  # one message at a time on a control socket, so that two never join

    def fork_environment() -> LambdaEnvironment:
        with forking:
            return LambdaEnvironment(*fork(control, b"[]", name, logs))

    def import_modules(modules: list[str]) -> None:
        with forking, suppress(RuntimeError, OSError):  # the parent process has ended with the local cloud
            fork(control, json.dumps(modules).encode(), name, logs)[0].close()

    return Template(control, pid, EnvironmentPool(fork_environment), import_modules)


def fork(control: socket.socket, message: bytes, name: str, logs: Path) -> tuple[socket.socket, int]:
    """Ask a parent process for a fork; return the socket to it and its id.

    Raises:
        RuntimeError: the new process ended before it could load anything.
    """
    stream, child_end = socket.socketpair()
    with child_end:
        try:
            socket.send_fds(control, [message], [child_end.fileno()])
        except OSError as error:
            stream.close()
            raise RuntimeError(f"No execution environment for {name}: {error} (log: {logs / name}.log)") from error
    greeting = read_message(stream)
    if greeting is None:
        raise RuntimeError(f"No execution environment for {name}: {logs / name}.log may say why.")
    return stream, greeting["pid"]
