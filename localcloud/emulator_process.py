"""Process of the emulator: ministack, the interpreter, the container runtime and the API's address in one event loop.

`cloud.Cloud` starts it as `python -m localcloud.emulator_process` with the environment that ministack reads. It ends
on SIGTERM, and when its standard input closes, so that it never outlives the process that started it.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud.patches.registry import locate
from localcloud.ports import HOST

REGION = "us-east-1"
# Seconds between SIGTERM and SIGKILL for each container: a worker makes its messages visible again and frees its slot.
CONTAINER_STOP_SECONDS = 8.0
# Seconds for requests in progress when the servers stop. A long poll of SQS could take 20 s more.
REQUEST_GRACE_SECONDS = 0.5


def main() -> None:
    """Read the command line and serve until a signal, the end of standard input, or an error."""
    parser = argparse.ArgumentParser(prog="localcloud.emulator_process")
    parser.add_argument("--assets", type=Path, required=True, help="the synthesized app")
    parser.add_argument("--folder", type=Path, required=True, help="state, logs, unpacked code")
    parser.add_argument("--models", type=Path, required=True, help="models that workers read without S3")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--aws-port", type=int, required=True)
    parser.add_argument("--wrap", help="module:function around the AWS side's ASGI application")
    options = parser.parse_args()
    asyncio.run(serve(options))


async def serve(options: argparse.Namespace) -> None:
    """Start every part, serve both ports, then stop every part in order.

    Raises:
        BaseException: what a server ended with.
    """
    # The parent process of Lambda environments comes first: it is to inherit no threads and sockets of this process.
    from localcloud.emulator.lambdas import lambda_runtime

    environments = lambda_runtime.LambdaEnvironments(options.folder)

    from ministack.core.persistence import _json_default, _json_object_hook

    from localcloud.emulator import api_gateway, container_runtime
    from localcloud.emulator.browser_requests import BrowserRequests
    from localcloud.emulator.durability import configuration_snapshot, disk_space, journal
    from localcloud.emulator.durability.durable_answers import DurableAnswers
    from localcloud.emulator.durability.durable_state import DurableState
    from localcloud.emulator.failure_log import InternalErrors
    from localcloud.emulator.iam import permissions, role_credentials
    from localcloud.emulator.request_targets import AbsoluteTargets
    from localcloud.emulator.websocket_requests import WebSocketAsGet
    from localcloud.patches.registry import Runtime, apply_all

    endpoint = f"http://{HOST}:{options.aws_port}"
    containers = container_runtime.ContainerRuntime(
        options.assets,
        options.folder,
        container_environment(endpoint, options.models),
        role_credentials.task_credentials,
        os.environ.get("EARSHOT_IMAGE_FLAVOUR"),
    )
    state = DurableState(journal.Journal(options.folder / "state" / journal.FILE, _json_default, _json_object_hook))
    apply_all(Runtime(endpoint, environments, containers, state))

    from ministack.app import app

    logging.getLogger().addHandler(InternalErrors(environments.failures))
    disk = disk_space.DiskSpace(options.folder, environments.failures)
    emulator = DurableAnswers(wrap_application(options.wrap, app) if options.wrap else app, state, disk)
    saver = configuration_snapshot.StateSaver(emulator, state)
    aws = disk_space.RefuseWhenFull(
        saver, disk, disk_space.RESERVE_BYTES, configuration_snapshot.is_write, disk_space.aws_answer
    )
    api = disk_space.RefuseWhenFull(
        api_gateway.application, disk, disk_space.NEW_WORK_BYTES, api_gateway.is_new_work, disk_space.api_answer
    )
    allowed = permissions.Permissions(aws, environments.failures, options.folder / "logs")
    applications: list[tuple[Any, int]] = [
        (BrowserRequests(allowed, options.aws_port, serves_pages=False, page_port=options.port), options.aws_port),
        (BrowserRequests(AbsoluteTargets(WebSocketAsGet(api)), options.port, serves_pages=True), options.port),
    ]
    saving = asyncio.create_task(saver.save_periodically())

    def end_containers() -> None:
        """Mark the state as stopping, then stop all containers."""
        state.is_stopping = True
        containers.close(CONTAINER_STOP_SECONDS)

    outcomes = await serve_ports(applications, end_containers)
    saving.cancel()
    allowed.save()
    environments.close()
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    os._exit(0)  # everything is saved; threads of ministack and moto that still wait would delay the exit


async def serve_ports(
    applications: list[tuple[Any, int]], before_stop: Callable[[], None]
) -> list[BaseException | None]:
    """Serve until a signal, the end of standard input, or the end of a server; return what each server ended with.

    Args:
        applications: ASGI applications with their ports.
        before_stop: runs on another thread while the servers still serve: workers call AWS while they stop.
    """
    import hypercorn.asyncio

    stop, shutdown = stop_event(), asyncio.Event()
    servers = [
        asyncio.create_task(hypercorn.asyncio.serve(app, server_config(port), shutdown_trigger=shutdown.wait))
        for app, port in applications
    ]
    await asyncio.wait([*servers, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
    await asyncio.to_thread(before_stop)
    shutdown.set()
    return await asyncio.gather(*servers, return_exceptions=True)  # ministack saves its state as it ends


def stop_event() -> asyncio.Event:
    """Return an event that SIGTERM, SIGINT or the end of standard input sets."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def watch() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, daemon=True, name="starter-watch").start()
    return stop


def server_config(port: int) -> Any:
    """Return hypercorn's settings for one port of the loopback interface."""
    from hypercorn.config import Config

    settings = Config()
    settings.bind = [f"{HOST}:{port}"]
    settings.keep_alive_timeout = 75
    settings.graceful_timeout = REQUEST_GRACE_SECONDS
    settings.loglevel = "WARNING"
    return settings


def emulator_environment(folder: Path, aws_port: str) -> dict[str, str]:
    """Return the environment of the emulator: the caller's, and what ministack and the functions' runtime read.

    The caller's own AWS variables are left out, and no proxy is used for the loopback interface.

    Args:
        folder: data folder of the local cloud.
        aws_port: port of the AWS endpoint.
    """
    endpoint = f"http://{HOST}:{aws_port}"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return inherited | {
        "NO_PROXY": f"{HOST},localhost",
        "GATEWAY_PORT": aws_port,
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",  # so that ministack finds no Docker
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "objects"),
        "TMPDIR": str(folder / "tmp"),  # killed functions and containers leave files
        "LOG_LEVEL": "WARNING",
        "BOTO_DISABLE_CRT": "true",  # the command's package, which Lambda's runtime and the worker's image lack
        "MALLOC_ARENA_MAX": "2",  # glibc keeps freed memory for each of the threads of executions
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }


def container_environment(endpoint: str, models: Path) -> dict[str, str]:
    """Return the environment variables that a task's process gets on top of its task definition's.

    Args:
        endpoint: URL of the AWS endpoint.
        models: folder with models that the worker reads without S3.
    """
    region = os.environ["AWS_REGION"]
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": os.environ["AWS_ACCESS_KEY_ID"],
        "AWS_SECRET_ACCESS_KEY": os.environ["AWS_SECRET_ACCESS_KEY"],
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "MODEL_DIR": str(models),
        "PYTHONUNBUFFERED": "1",
        # Other programs use these cores, too. OpenMP threads that wait by spinning make a transcript five times slower
        # on a busy machine.
        "OMP_WAIT_POLICY": "PASSIVE",
    }


def wrap_application(name: str, app: Any) -> Any:
    """Return an ASGI application wrapped by `module:function`."""
    holder, attribute = locate(name)
    return getattr(holder, attribute)(app)


if __name__ == "__main__":
    main()
