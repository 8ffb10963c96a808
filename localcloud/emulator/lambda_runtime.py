"""Lambda functions run in forked environments (`sandbox.py`) instead of ministack's own subprocesses.

ministack 1.5.33 starts a fresh interpreter per environment, kills it whenever a handler raises, names every
error `Runtime.HandlerError` and waits 50 ms for log lines; this does none of it.
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
from localcloud.patches.registry import replace

PAYLOAD_BYTES = 6 * 1024 * 1024  # Lambda's limit for a synchronous event, and for its answer
IDLE_SECONDS = 120  # surplus environments of a burst leave after this long


@dataclass
class Environment:
    """One forked process and the socket to it. It serves one event at a time."""

    stream: socket.socket
    pid: int
    used: float = 0.0

    def close(self) -> None:
        self.stream.close()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.stream.close()


class Environments:
    """Every execution environment, made on demand, as many at once as there are events at once.

    Args:
        folder: holds `code/{digest}` (unpacked bundles, kept for the next start) and `logs/{function}.log`.
    """

    def __init__(self, folder: Path) -> None:
        self.code, self.logs = folder / "code", folder / "logs"
        self.code.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(parents=True, exist_ok=True)
        self.lock, self.forking = threading.Lock(), threading.Lock()
        self.idle: dict[str, list[Environment]] = defaultdict(list)
        self.live: set[int] = set()
        self.unpacked: set[str] = set()
        self.control, theirs = socket.socketpair()
        with theirs:
            self.zygote = subprocess.Popen(
                [sys.executable, "-P", lambda_sandbox.__file__, str(theirs.fileno())], pass_fds=[theirs.fileno()]
            )
        self.ready = False

    def invoke(self, function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        """Run one event. Args and answer are ministack's: a function record in, `{body, error?}` out."""
        config = function.get("config") or function
        timeout = float(config.get("Timeout", 3))
        call = json.dumps({"event": event, "request_id": request_id, "deadline": time.time() + timeout})
        if len(call) > PAYLOAD_BYTES:
            return refused("RequestTooLargeException", f"the event is larger than {PAYLOAD_BYTES} bytes")
        key = f"{config['FunctionName']}:{config.get('CodeSha256')}:{config.get('RevisionId')}"
        environment = self.take(key, config, function["code_zip"])
        try:
            environment.stream.settimeout(timeout)
            environment.stream.sendall(len(call).to_bytes(4, "big") + call.encode())
            answer = lambda_sandbox.read(environment.stream)
        except TimeoutError:
            self.discard(environment)
            return refused(
                "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds"
            )
        except OSError:
            answer = None
        if answer is None:
            self.discard(environment)
            return refused("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited unexpectedly")
        self.give_back(key, environment)
        if "error" in answer:
            return {"body": answer["error"], "error": True}
        return {"body": answer["result"]}

    def take(self, key: str, config: dict[str, Any], bundle: bytes) -> Environment:
        with self.lock:
            if self.idle[key]:
                return self.idle[key].pop()
        code = self.unpack(bundle)
        ours, theirs = socket.socketpair()
        name = config["FunctionName"]
        order = {
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
        with self.forking:  # one order at a time on the control stream, so that two never run together
            if not self.ready:
                self.control.recv(16)
                self.ready = True
            with theirs:
                socket.send_fds(self.control, [json.dumps(order).encode()], [theirs.fileno()])
            hello = lambda_sandbox.read(ours)
        if hello is None:
            raise RuntimeError(f"No execution environment for {name}: {self.logs / name}.log may say why.")
        with self.lock:
            self.live.add(hello["pid"])
        return Environment(ours, hello["pid"])

    def give_back(self, key: str, environment: Environment) -> None:
        """Keep it for the next event; let those go that a burst left behind, and those of replaced code."""
        now = environment.used = time.monotonic()
        with self.lock:
            self.idle[key].append(environment)
            name = key.split(":", 1)[0]
            for other, environments in self.idle.items():
                replaced = other != key and other.split(":", 1)[0] == name
                for surplus in environments[: None if replaced else -1]:
                    if replaced or now - surplus.used > IDLE_SECONDS:
                        environments.remove(surplus)
                        self.live.discard(surplus.pid)
                        surplus.close()

    def discard(self, environment: Environment) -> None:
        environment.kill()
        with self.lock:
            self.live.discard(environment.pid)

    def unpack(self, bundle: bytes) -> Path:
        """The bundle's folder, named by its digest: it is unpacked once, and its bytecode survives a restart."""
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
        """End every environment, at once even in the middle of an event, and forget bundles no longer deployed."""
        self.control.close()
        with self.lock:
            for pid in self.live:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.zygote.kill()
        self.zygote.wait()
        for folder in self.code.iterdir():
            if self.unpacked and folder.name not in self.unpacked:
                shutil.rmtree(folder, ignore_errors=True)


def refused(error: str, message: str) -> dict[str, Any]:
    return {"body": {"errorType": error, "errorMessage": message}, "error": True}


def install(environments: Environments) -> None:
    """Let ministack's Lambda service run Python functions there."""
    replace("ministack.services.lambda_svc:_execute_function_warm", environments.invoke)
