"""Lambda runtime: execution environments forked from one parent process (`lambda_sandbox.py`).

An environment serves one event at a time, stays warm also when a handler raises, and reports errors as AWS's runtime
does. The patch `ministack_lambda_runtime` says why ministack's own environments are not used.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.emulator import lambda_sandbox
from localcloud.emulator.failure_log import FailureLog, function_failure

PAYLOAD_BYTES = 6 * 1024 * 1024  # Lambda's limit for the event and the result of a synchronous invocation
IDLE_TIMEOUT_SECONDS = 120  # all idle environments of a function but one end after this time


@dataclass
class LambdaEnvironment:
    """One forked process and the socket to it. `used` is when it last served an event (`time.monotonic`)."""

    stream: socket.socket
    pid: int
    used: float = 0.0

    def close(self) -> None:
        """Close the socket; the process then ends by itself."""
        self.stream.close()

    def kill(self) -> None:
        """End the process at once."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.stream.close()


class LambdaEnvironments:
    """All execution environments: forked on demand, as many as there are events at the same time.

    Args:
        folder: gets `code/{digest}` (unpacked bundles, kept for the next start) and `logs/{function}.log`.
    """

    def __init__(self, folder: Path) -> None:
        self.code, self.logs = folder / "code", folder / "logs"
        self.code.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(parents=True, exist_ok=True)
        self.failures = FailureLog(self.logs)
        self.lock, self.forking = threading.Lock(), threading.Lock()
        self.idle: dict[str, list[LambdaEnvironment]] = defaultdict(list)
        self.pids: set[int] = set()
        self.unpacked: set[str] = set()
        self.control, child_end = socket.socketpair()
        with child_end:
            self.parent_process = subprocess.Popen(
                [sys.executable, "-P", lambda_sandbox.__file__, str(child_end.fileno())], pass_fds=[child_end.fileno()]
            )
        self.ready = False

    def invoke(self, function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        """Run one event as `run_event` does; report a failure to the terminal.

        Raises:
            RuntimeError: the process ended before it could load anything.
        """
        name = (function.get("config") or function)["FunctionName"]
        try:
            result = self.run_event(function, event, request_id)
        except RuntimeError as error:
            self.failures.report(str(error))
            raise
        if message := function_failure(name, event, result, self.logs / f"{name}.log"):
            self.failures.report(message)
        return result

    def run_event(self, function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        """Run one event.

        Args:
            function: ministack's record of the function, with its bundle.
            event: the event, a JSON value.
            request_id: the request's id.

        Returns:
            ministack's form of a result: `{"body": result}`, or `{"body": error, "error": True}`.
        """
        config = function.get("config") or function
        timeout = float(config.get("Timeout", 3))
        call = json.dumps({"event": event, "request_id": request_id, "timeout": timeout})
        if len(call) > PAYLOAD_BYTES:
            return error_result("RequestTooLargeException", f"the event is larger than {PAYLOAD_BYTES} bytes")
        key = f"{config['FunctionName']}:{config.get('CodeSha256')}:{config.get('RevisionId')}"
        environment = self.acquire(key, config, function["code_zip"])
        try:
            environment.stream.settimeout(timeout)
            environment.stream.sendall(len(call).to_bytes(4, "big") + call.encode())
            answer = lambda_sandbox.read_message(environment.stream)
        except TimeoutError:
            self.discard(environment)
            return error_result(
                "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds"
            )
        except OSError:
            answer = None
        if answer is None:
            self.discard(environment)
            return error_result("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited unexpectedly")
        self.release(key, environment)
        if "error" in answer:
            return {"body": answer["error"], "error": True}
        return {"body": answer["result"]}

    def acquire(self, key: str, config: dict[str, Any], bundle: bytes) -> LambdaEnvironment:
        """Return an idle environment of the function, or fork one.

        Args:
            key: function, code and configuration: environments of another key cannot run the event.
            config: the function's configuration.
            bundle: its code, a ZIP archive.

        Raises:
            RuntimeError: the process ended before it could load anything.
        """
        with self.lock:
            if self.idle[key]:
                return self.idle[key].pop()
        code = self.unpack(bundle)
        stream, child_end = socket.socketpair()
        name = config["FunctionName"]
        spec = {
            "name": name,
            "arn": config["FunctionArn"],
            "handler": config["Handler"],
            "memory": config.get("MemorySize", 128),
            "code": str(code),
            "log": str(self.logs / f"{name}.log"),
            "environment": config.get("Environment", {}).get("Variables", {})
            | {
                "AWS_LAMBDA_FUNCTION_NAME": name,
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            },
        }
        with self.forking:  # one message at a time on the control socket, so that two never join
            if not self.ready:
                self.control.recv(16)
                self.ready = True
            with child_end:
                socket.send_fds(self.control, [json.dumps(spec).encode()], [child_end.fileno()])
            greeting = lambda_sandbox.read_message(stream)
        if greeting is None:
            raise RuntimeError(f"No execution environment for {name}: {self.logs / name}.log may say why.")
        with self.lock:
            self.pids.add(greeting["pid"])
        return LambdaEnvironment(stream, greeting["pid"])

    def release(self, key: str, environment: LambdaEnvironment) -> None:
        """Keep an environment for the next event; end those idle for too long and those of replaced code."""
        now = environment.used = time.monotonic()
        with self.lock:
            self.idle[key].append(environment)
            name = key.split(":", 1)[0]
            for other_key, environments in self.idle.items():
                replaced = other_key != key and other_key.split(":", 1)[0] == name
                for surplus in environments[: None if replaced else -1]:
                    if replaced or now - surplus.used > IDLE_TIMEOUT_SECONDS:
                        environments.remove(surplus)
                        self.pids.discard(surplus.pid)
                        surplus.close()

    def discard(self, environment: LambdaEnvironment) -> None:
        """End an environment whose state is unknown, after a timeout or an unexpected exit."""
        environment.kill()
        with self.lock:
            self.pids.discard(environment.pid)

    def unpack(self, bundle: bytes) -> Path:
        """Return the bundle's folder, named by its digest: unpacked once, so that its bytecode survives a restart."""
        digest = hashlib.sha256(bundle).hexdigest()[:16]
        folder = self.code / digest
        with self.lock:
            self.unpacked.add(digest)
            if not folder.exists():
                partial = folder.with_suffix(".partial")
                shutil.rmtree(partial, ignore_errors=True)
                zipfile.ZipFile(io.BytesIO(bundle)).extractall(partial)
                partial.rename(folder)
        return folder

    def close(self) -> None:
        """End every environment at once, also in the middle of an event; delete bundles no longer deployed."""
        self.control.close()
        with self.lock:
            for pid in self.pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.parent_process.kill()
        self.parent_process.wait()
        for folder in self.code.iterdir():
            if self.unpacked and folder.name not in self.unpacked:
                shutil.rmtree(folder, ignore_errors=True)


def error_result(error: str, message: str) -> dict[str, Any]:
    """Return a failed invocation in ministack's form."""
    return {"body": {"errorType": error, "errorMessage": message}, "error": True}
