"""Quick worker: the worker's loop as a Lambda function. One invocation is one worker.

The process outlives an invocation: model, files and connections are kept for the next one in the same environment.
Used by Lambda's runtime client: `python3 -m awslambdaric transcriber.quick_worker.handler`.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from earshot_contract.timeouts import QUICK_BULK_SECONDS, QUICK_RESERVE_SECONDS
from earshot_contract.worker_kinds import WorkerKind, WorkerQueues
from transcriber import hardware
from transcriber.logs import logger, start_logging

if TYPE_CHECKING:  # they import boto3 and the decoder, while the model could be fetched already
    from transcriber.worker.loop import Worker, WorkerParts

# Seconds before the invocation's end at which unfinished shards go back to their queue.
STOP_SECONDS = 10.0

# Before ctranslate2 is imported, and before the first invocation: initialising may take ten seconds only, so nothing
# else is done here (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
_THROUGHPUT = hardware.configure_process()
_LATENCY = hardware.for_latency(_THROUGHPUT)
_kept: WorkerParts | None = None
_engine_settings = _LATENCY


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work until the queues are empty or the invocation's time is nearly over.

    Args:
        event: slot, lease, queues and idle seconds, as in `WorkerInput`.
        context: Lambda's context.

    Returns:
        `{"cold"}`: whether the process had to start.

    Raises:
        RuntimeError: every shard failed here, so the process ends. After the second time in a row its slot cools down.
    """
    global _kept, _engine_settings
    began = time.monotonic()
    from transcriber.settings import WorkerSettings
    from transcriber.worker.aws_clients import AwsClients
    from transcriber.worker.loop import build_parts, build_worker
    from transcriber.worker.measures import Measures

    settings = WorkerSettings.from_environment(
        os.environ
        | {
            "SLOT": event["slot"],
            "LEASE": event["lease"],
            "QUEUES": event["queues"],
            "IDLE_SECONDS": str(event["idle"]),
            "KIND": WorkerKind.QUICK.value,
        }
    )
    measures, cold = Measures(), _kept is None
    if _kept is None:
        start_logging()
        threading.Thread(target=_import_engine, daemon=True).start()  # while the model is fetched
        _kept = build_parts(settings, AwsClients.connect(), lambda: _engine_settings)
        measures.stages["start_libraries"] = round(time.monotonic() - began, 3)
    # Bulk shards keep a worker busy for minutes: another load of the model, with other settings, pays. For a caller's
    # clip it does not: the load takes longer than it saves.
    bulk = settings.queues is WorkerQueues.ALL
    if cold or (bulk and _engine_settings is _LATENCY):
        _kept.engines.close()
        _engine_settings = _THROUGHPUT if bulk else _LATENCY
    worker = build_worker(settings, _kept, measures, keep_engines=True)
    with suppress(ValueError):  # in another thread than the main one
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    timers = _start_timers(worker, context.get_remaining_time_in_millis() / 1000)
    try:
        healthy = worker.run()
    finally:
        for timer in timers:
            timer.cancel()
    logger.info("Left", extra={"fields": {"slot": settings.slot, "cold": cold, "stages": measures.stages}})
    if not healthy:
        raise RuntimeError("Every shard fails in this environment.")
    return {"cold": cold}


def _start_timers(worker: Worker, seconds: float) -> list[threading.Timer]:
    """Start the timers that end the worker in time.

    Args:
        worker: the worker.
        seconds: until Lambda ends the invocation.
    """
    deadlines = [
        (QUICK_BULK_SECONDS, worker.receive_fast_only),
        (seconds - QUICK_RESERVE_SECONDS, worker.leave),
        (seconds - STOP_SECONDS, worker.stop),
    ]
    timers = [threading.Timer(max(0.0, delay), action) for delay, action in deadlines]
    for timer in timers:
        timer.daemon = True
        timer.start()
    return timers


def _import_engine() -> None:
    """Import what the engine of Whisper needs."""
    import_module("transcriber.whisper.engine")
