"""Parent process of Lambda functions: imports what every function needs, and forks a template per function.

Runs as a script (`python -P lambda_sandbox.py FD`). A template imports the function, and is forked for each
environment. So a cold start takes milliseconds, and the modules of a function are in memory once. A function sees its
bundle and the installed packages, and nothing of this repository: this script loads the two modules that it needs from
this folder by their paths.

On the control socket FD each message is a JSON document that describes a function, sent with one file descriptor: the
template's control socket. A message there is a JSON list. An empty one asks for an environment; its file descriptor is
the environment's stream socket. Others name modules that an environment imported while it served an event: the template
imports them, too, so that later environments need not. On a stream socket messages are those of `lambda_messages.py`.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

MAX_SPEC_BYTES = 65536  # of a message on the control socket
Handler = Callable[[Any, Any], Any]
PR_SET_PDEATHSIG = 1  # prctl(2): the signal that the kernel sends when the parent ends


def sibling_module(name: str) -> Any:
    """Return a module of this folder, loaded by its path."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if TYPE_CHECKING:
    from localcloud.emulator.lambdas.lambda_messages import read_message, write_message
else:
    messages = sibling_module("lambda_messages")
    read_message, write_message = messages.read_message, messages.write_message


def main(control: socket.socket) -> None:
    """Fork a template per message until the emulator ends."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group, but the emulator ends this process
    repository = str(Path(__file__).resolve().parents[3])
    sys.path[:] = [
        path_entry for path_entry in sys.path if not (path_entry == "" or is_repository_path(path_entry, repository))
    ]
    sibling_module("lambda_preload").preload()
    control.send(b"ready")
    fork_per_message(control, lambda stream, message: serve_template(stream, json.loads(message)))


def fork_per_message(
    control: socket.socket,
    serve: Callable[[socket.socket, bytes], None],
    learn: Callable[[socket.socket, bytes], bool] = lambda stream, message: False,
) -> None:
    """Call `serve` in a fork for each message and its file descriptor, until the other end closes.

    Args:
        control: socket of the messages.
        serve: runs in the fork.
        learn: runs before, in this process; returns whether it took the message, for which nothing is forked then.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no process waits for forks, so the kernel removes them
    gc.collect()
    gc.freeze()  # the collector would write to, and so copy, pages shared with forks
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(control, MAX_SPEC_BYTES, 1)
        except OSError:
            return
        if not message:
            return
        stream = socket.socket(fileno=descriptors[0])
        if learn(stream, message):
            stream.close()
            gc.freeze()
            continue
        if os.fork() == 0:
            control.close()
            with suppress(OSError):  # the other end is closed: nothing more to do
                serve(stream, message)
            os._exit(0)
        stream.close()


def serve_template(control: socket.socket, spec: dict[str, Any]) -> None:
    """Import a function and fork an environment per message.

    Args:
        control: socket for requests of environments.
        spec: name, ARN, handler, memory, folder of the code, log file, environment variables with credentials.
    """
    die_with_parent()
    log = os.open(spec["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(spec["environment"])
    use_credentials(spec["environment"])
    os.chdir(spec["code"])
    sys.path.insert(0, spec["code"])
    write_message(control, {"pid": os.getpid()})
    handler: Handler | None = None
    with suppress(BaseException):  # each environment tries again, and answers with the error
        handler = load_handler(spec)
    fork_per_message(control, lambda stream, _: serve_environment(stream, spec, handler), import_modules)


def import_modules(stream: socket.socket, message: bytes) -> bool:
    """Import the modules that a message names, answer that it is done, and return whether it named any."""
    names = json.loads(message)
    for name in names:
        with suppress(BaseException):  # an environment that needs it will say why
            importlib.import_module(name)
    if names:
        with suppress(OSError):
            write_message(stream, {"pid": os.getpid()})
    return bool(names)


def use_credentials(environment: dict[str, str]) -> None:
    """Let the clients that every fork inherits sign with the credentials of the function's role."""
    if "AWS_SESSION_TOKEN" not in environment:
        return
    import boto3

    session: Any = boto3.DEFAULT_SESSION
    credentials = session.get_credentials()  # the object that all clients share
    credentials.access_key = environment["AWS_ACCESS_KEY_ID"]
    credentials.secret_key = environment["AWS_SECRET_ACCESS_KEY"]
    credentials.token = environment["AWS_SESSION_TOKEN"]


def load_handler(spec: dict[str, Any]) -> Handler:
    """Import the function's module and return its handler."""
    module, _, name = spec["handler"].replace("/", ".").rpartition(".")
    handler: Handler = getattr(importlib.import_module(module), name)
    return handler


def is_repository_path(path_entry: str, repository: str) -> bool:
    """Return whether an entry of `sys.path` is this repository's code and no installed package."""
    path = os.path.realpath(path_entry)
    return path.startswith(repository) and "site-packages" not in path


def serve_environment(stream: socket.socket, spec: dict[str, Any], handler: Handler | None) -> None:
    """Answer events until the other end closes.

    Args:
        stream: socket for events and results.
        spec: as in `serve_template`.
        handler: the function; None if it could not be imported.
    """
    die_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    write_message(stream, {"pid": os.getpid()})
    inherited = set(sys.modules)
    while (call := read_message(stream)) is not None:
        try:
            if handler is None:
                handler = load_handler(spec)
            answer: dict[str, Any] = {"result": handler(call["event"], lambda_context(spec, call))}
            json.dumps(answer)
        except BaseException as error:  # also SystemExit: AWS reports it as an error
            traceback.print_exc()
            answer = {"error": error_payload(error, call["request_id"])}
        if peak_memory() > spec["memory"]:
            print(f"Memory Size: {spec['memory']} MB Max Memory Used: {peak_memory()} MB", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)  # as Lambda ends it, which does so at once
        sys.stdout.flush()
        sys.stderr.flush()
        write_message(stream, answer | {"imported": sorted(set(sys.modules) - inherited)})
        inherited.update(sys.modules)


def peak_memory() -> int:
    """Return the peak memory of this process in MB; 0 if the system does not report it."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return 0


def error_payload(error: BaseException, request_id: str) -> dict[str, Any]:
    """Return an exception as the Lambda runtime reports it."""
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


def lambda_context(spec: dict[str, Any], call: dict[str, Any]) -> SimpleNamespace:
    """Return the context object that the runtime passes to the handler.

    Args:
        spec: as in `serve_environment`.
        call: event, request id and timeout in seconds, which begins now: a cold start does not count, as on AWS.
    """
    deadline = time.monotonic() + call["timeout"]
    return SimpleNamespace(
        function_name=spec["name"],
        function_version="$LATEST",
        invoked_function_arn=spec["arn"],
        memory_limit_in_mb=spec["memory"],
        aws_request_id=call["request_id"],
        log_group_name=f"/aws/lambda/{spec['name']}",
        log_stream_name="local",
        identity=None,
        client_context=None,
        get_remaining_time_in_millis=lambda: max(0, int((deadline - time.monotonic()) * 1000)),
    )


def die_with_parent() -> None:
    """Let Linux kill this process when its parent ends. Elsewhere it ends when it next reads from the closed socket."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
