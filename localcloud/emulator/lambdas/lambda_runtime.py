"""Lambda runtime: events are run in execution environments, which are forked (`lambda_template.py`) and kept in pools.

An environment serves one event at a time, stays warm also when a handler raises, and reports errors as AWS's runtime
does. The patch `ministack_lambda_runtime` says why ministack's own environments are not used.
"""

from __future__ import annotations

import ctypes
import gc
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
from contextlib import suppress
from pathlib import Path
from typing import Any

from localcloud.emulator.failure_log import FailureLog, function_failure
from localcloud.emulator.lambdas import lambda_sandbox, lambda_template
from localcloud.emulator.lambdas.lambda_messages import has_closed, read_message
from localcloud.emulator.lambdas.lambda_pool import UNUSED_SECONDS, LambdaEnvironment, Throttled
from localcloud.emulator.lambdas.lambda_template import Template

PAYLOAD_BYTES = 6 * 1024 * 1024  # Lambda's limit for the event and the result of a synchronous invocation
# Seconds that an event waits for an environment where its function's limit is reached: a request, any other event.
# Then the API answers 429, before any work was done for the request.
CALLER_QUEUE_SECONDS, QUEUE_SECONDS = 8.0, 600.0
THROTTLED = "TooManyRequestsException"  # Lambda's name for a limit that is reached


class LambdaEnvironments:
    """All execution environments, a pool for each version of a function.

    Args:
        folder: gets `code/{digest}` (unpacked bundles, kept for the next start) and `logs/{function}.log`.
    """

    def __init__(self, folder: Path) -> None:
        self.code, self.logs = folder / "code", folder / "logs"
        self.code.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(parents=True, exist_ok=True)
        self.failures = FailureLog(self.logs)
        self.lock = threading.Lock()
        self.templates: dict[str, Template] = {}
        self.unpacked: set[str] = set()
        self.is_closed = False
        self.start_parent()
        threading.Thread(target=self.end_unused, daemon=True, name="unused-environments").start()

    def start_parent(self) -> None:
        """Start the process from which templates are forked; its first message says that it is ready."""
        self.control, child_end = socket.socketpair()
        with child_end:
            self.parent_process = subprocess.Popen(
                [sys.executable, "-P", lambda_sandbox.__file__, str(child_end.fileno())], pass_fds=[child_end.fileno()]
            )
        self.ready = False

    def end_unused(self) -> None:
        """End environments that are not used any more, as long as this process lives.

        After a burst the emulator's own heap has free pages, too: they go back to the system.
        """
        while True:
            time.sleep(UNUSED_SECONDS / 4)
            if sum(template.pool.end_unused() for template in list(self.templates.values())):
                gc.collect()
                if "CS_GNU_LIBC_VERSION" in os.confstr_names:
                    ctypes.CDLL(None).malloc_trim(0)

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
        if function.get("concurrency") == 0:  # reserved for none: how AWS switches a function off
            return throttled_result()
        max_wait = CALLER_QUEUE_SECONDS if "requestContext" in event else QUEUE_SECONDS
        try:
            environment, template = self.acquire(config, function["code_zip"], max_wait)
        except Throttled:
            return throttled_result()
        try:
            environment.stream.settimeout(timeout)
            environment.stream.sendall(len(call).to_bytes(4, "big") + call.encode())
            answer = read_message(environment.stream)
        except TimeoutError:
            template.pool.discard(environment)
            return error_result(
                "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds"
            )
        except OSError:
            answer = None
        if answer is None:
            template.pool.discard(environment)
            return error_result("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited unexpectedly")
        template.pool.release(environment)
        template.learn(answer["imported"])
        if "error" in answer:
            return {"body": answer["error"], "error": True}
        if len(json.dumps(answer["result"])) > PAYLOAD_BYTES:
            message = f"Response payload size exceeded maximum allowed payload size ({PAYLOAD_BYTES} bytes)."
            return error_result("Function.ResponseSizeTooLarge", message)
        return {"body": answer["result"]}

    def acquire(self, config: dict[str, Any], bundle: bytes, max_wait: float) -> tuple[LambdaEnvironment, Template]:
        """Return an environment of the function, and the template whose pool takes it back.

        Args:
            config: the function's configuration.
            bundle: its code, a ZIP archive.
            max_wait: seconds to wait where the function's limit is reached.

        Raises:
            Throttled: no environment became free in that time.
            RuntimeError: the process ended before it could load anything.
        """
        key = f"{config['FunctionName']}:{config.get('CodeSha256')}:{config.get('RevisionId')}"
        with self.lock:  # two first events of a function are to make one template
            template = self.templates.get(key)
            if template is not None and template.has_ended():  # killed, perhaps for the machine's memory
                self.templates.pop(key).pool.close()
                template = None
            if template is None:
                template = self.templates[key] = self.start_template(config, bundle)
                self.close_replaced(key)
        return template.pool.acquire(max_wait), template

    def start_template(self, config: dict[str, Any], bundle: bytes) -> Template:
        """Fork the process that imports the function, from a new parent process if that one was killed.

        Raises:
            RuntimeError: the process ended before it could load anything, or all environments are closed.
        """
        if self.is_closed:
            raise RuntimeError(f"No execution environment for {config['FunctionName']}: the local cloud stops.")
        if has_closed(self.control):
            code = self.parent_process.wait()
            self.failures.report(f"The process of the functions ended with code {code}. It is started again.")
            self.control.close()
            self.start_parent()
        if not self.ready:
            self.control.recv(16)
            self.ready = True
        return lambda_template.start(self.control, config, self.unpack(bundle), self.logs)

    def close_replaced(self, key: str) -> None:
        """End the environments of the function's other versions; those that serve an event end after it."""
        name = key.split(":", 1)[0]
        for other, template in list(self.templates.items()):
            if other != key and other.split(":", 1)[0] == name:
                template.pool.close()
                if not template.pool.busy:
                    template.control.close()
                    del self.templates[other]

    def unpack(self, bundle: bytes) -> Path:
        """Return the bundle's folder, named by its digest: unpacked once, so that its bytecode survives a restart."""
        digest = hashlib.sha256(bundle).hexdigest()[:16]
        folder = self.code / digest
        self.unpacked.add(digest)
        if not folder.exists():
            partial = folder.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            zipfile.ZipFile(io.BytesIO(bundle)).extractall(partial)
            partial.rename(folder)
        return folder

    def close(self) -> None:
        """End every environment at once, also in the middle of an event; delete bundles no longer deployed."""
        self.is_closed = True
        self.control.close()
        for template in list(self.templates.values()):
            template.pool.close()
            with suppress(ProcessLookupError):
                os.kill(template.pid, signal.SIGKILL)  # Linux then kills its environments
        self.parent_process.kill()
        self.parent_process.wait()
        for folder in self.code.iterdir():
            if self.unpacked and folder.name not in self.unpacked:
                shutil.rmtree(folder, ignore_errors=True)


def throttled_result() -> dict[str, Any]:
    """Return Lambda's throttling in ministack's form."""
    body = {"__type": THROTTLED, "message": "Rate Exceeded.", "Reason": "ConcurrentInvocationLimitExceeded"}
    return {"body": body | {"retryAfterSeconds": "1"}, "throttle": True, "error": True, "log": ""}


def error_result(error: str, message: str) -> dict[str, Any]:
    """Return a failed invocation in ministack's form."""
    return {"body": {"errorType": error, "errorMessage": message}, "error": True}
