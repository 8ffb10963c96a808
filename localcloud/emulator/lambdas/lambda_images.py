"""Lambda container functions: the image of a function runs as a local process, which asks the Runtime API for events.

The process is the image's own command with Lambda's runtime client in it. This module serves the API that the
client calls: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. A process serves one event at a time, and
stays for a while after it, warm for the next.
"""

from __future__ import annotations

import json
import queue
import threading
import time
from collections import defaultdict
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from localcloud.emulator.container_runtime import Container, ContainerRuntime
from localcloud.emulator.lambdas.lambda_runtime import error_result
from localcloud.ports import HOST

KEPT_SECONDS = 300.0  # for which AWS was observed to keep an environment; then its memory is released
WATCH_SECONDS = 0.5  # between two checks whether a process that has an event has ended
RUNTIME_PATH = "/2018-06-01/runtime"


class ImageEnvironment:
    """One process and the Runtime API that it calls.

    Args:
        containers: runs the process.
        function: ministack's configuration of the function.
    """

    def __init__(self, containers: ContainerRuntime, function: dict[str, Any]) -> None:
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()
        self.answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self.used = time.monotonic()
        self.server = ThreadingHTTPServer((HOST, 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True, name="runtime-api").start()
        image = function.get("ImageConfigResponse", {}).get("ImageConfig", {})
        name = function["FunctionName"]
        variables = function.get("Environment", {}).get("Variables", {})
        self.container: Container = containers.run(
            function["ImageUri"],
            image.get("Command"),
            entrypoint=image.get("EntryPoint"),
            name=f"{name}-{self.server.server_port}",
            environment=variables
            | {
                "AWS_LAMBDA_RUNTIME_API": f"{HOST}:{self.server.server_port}",
                "AWS_LAMBDA_FUNCTION_NAME": name,
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.get("MemorySize", 128)),
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            },
        )

    def serve(self, event: dict[str, Any], request_id: str, arn: str, timeout: float) -> dict[str, Any] | None:
        """Hand the process an event; return its answer, or None if the process ended.

        Raises:
            TimeoutError: the process took longer than `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        self.events.put({"event": event, "id": request_id, "arn": arn, "deadline": time.time() + timeout})
        while time.monotonic() < deadline:
            with suppress(queue.Empty):
                return self.answers.get(timeout=WATCH_SECONDS)
            if self.container.status != "running":
                return None
        raise TimeoutError

    def close(self) -> None:
        """End the process and its API."""
        self.container.stop(timeout=1.0)
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        environment = self

        class RuntimeApi(BaseHTTPRequestHandler):
            """The operations of the Runtime API that a runtime client needs."""

            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                """Answer `next`: wait for an event."""
                call = environment.events.get()
                body = json.dumps(call["event"]).encode()
                self.send_response(200)
                headers = {
                    "Content-Type": "application/json",
                    "Content-Length": str(len(body)),
                    "Lambda-Runtime-Aws-Request-Id": call["id"],
                    "Lambda-Runtime-Deadline-Ms": str(int(call["deadline"] * 1000)),
                    "Lambda-Runtime-Invoked-Function-Arn": call["arn"],
                }
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                """Take the response, or the error, of an invocation or of the process's start."""
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                value = json.loads(body or b"null")
                answer = {"body": value, "error": True} if self.path.endswith("/error") else {"body": value}
                environment.answers.put(answer)
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Log nothing."""

        return RuntimeApi


class ImageFunctions:
    """Environments of all image functions.

    Args:
        containers: runs their processes.
    """

    def __init__(self, containers: ContainerRuntime) -> None:
        self.containers = containers
        self.idle: dict[str, list[ImageEnvironment]] = defaultdict(list)
        self.lock = threading.Lock()

    def invoke(self, function: dict[str, Any], event: dict[str, Any], request_id: str) -> dict[str, Any]:
        """Run one event.

        Args:
            function: ministack's record of the function.
            event: the event, a JSON value.
            request_id: the request's id.

        Returns:
            ministack's form of a result: `{"body": result}`, or `{"body": error, "error": True}`.
        """
        config = function.get("config") or function
        key = f"{config['FunctionName']}:{config.get('ImageUri')}:{config.get('RevisionId')}"
        timeout = float(config.get("Timeout", 3))
        with self.lock:
            environment = self.idle[key].pop() if self.idle[key] else None
        environment = environment or ImageEnvironment(self.containers, config)
        try:
            answer = environment.serve(event, request_id, config["FunctionArn"], timeout)
        except TimeoutError:
            environment.close()
            return error_result(
                "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds"
            )
        if answer is None:
            environment.close()
            return error_result("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited unexpectedly")
        self._keep(key, environment)
        return answer

    def _keep(self, key: str, environment: ImageEnvironment) -> None:
        """Keep an idle environment for the next event, at most KEPT_SECONDS."""
        environment.used = time.monotonic()
        with self.lock:
            self.idle[key].append(environment)
        timer = threading.Timer(KEPT_SECONDS + 1, self._close_unused)
        timer.daemon = True
        timer.start()

    def _close_unused(self) -> None:
        """End environments that were not used for KEPT_SECONDS."""
        oldest = time.monotonic() - KEPT_SECONDS
        with self.lock:
            unused = [each for idle in self.idle.values() for each in idle if each.used < oldest]
            for key, idle in self.idle.items():
                self.idle[key] = [each for each in idle if each.used >= oldest]
        for each in unused:
            each.close()
