"""Interactive before bulk inside one worker: the order of completion on the real model, from message to task token."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ctranslate2
import pytest

from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import Shard
from tests.paths import SPEECH
from transcriber.engine_protocol import Model
from transcriber.engine_registry import open_engine
from transcriber.hardware import configure_process
from transcriber.worker.caches.audio_cache import AudioCache
from transcriber.worker.caches.loaded_engines import LoadedEngines
from transcriber.worker.loop import Worker
from transcriber.worker.shards.shard_runs import ShardRuns
from transcriber.worker.shards.task_tokens import TaskTokens
from transcriber.worker.sqs_queues import ShardQueues

BULK_SHARDS, BATCH = 6, 4


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "the condition did not become true"
        time.sleep(0.02)


def test_interactive_message_completes_before_earlier_bulk(
    account: Any,
    model: Model,
    make_shard: Callable[..., Shard],
    speech: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All bulk shards are in the engine, one batch of them in the model, when the interactive one arrives."""
    inside, gate, encode = threading.Event(), threading.Event(), ctranslate2.models.Whisper.encode

    def encode_when_open(whisper: Any, *arguments: Any, **options: Any) -> Any:
        inside.set()
        gate.wait(300)
        return encode(whisper, *arguments, **options)

    monkeypatch.setattr(ctranslate2.models.Whisper, "encode", encode_when_open)
    account.put_audio(speech, "bulk.flac")
    account.put_audio(SPEECH / "1688-142285-0004.flac", "interactive.flac")  # 4 s: in no batch with windows of 8 s
    settings = replace(configure_process(), batch_workers=1, batch=BATCH, profile=EngineProfile.FAST)
    queues = ShardQueues(account.clients.sqs, [account.fast, account.bulk])
    engine: Any = open_engine(model, settings)
    engines = LoadedEngines(lambda name: model, lambda model: engine)
    audio = AudioCache(account.clients.s3, tmp_path, 10**9)
    runs = ShardRuns(queues, TaskTokens(account.step_functions), audio, engines, account.clients.s3)
    worker = Worker(queues, runs, engines, idle_seconds=1.0, default_model="base")
    for index in range(BULK_SHARDS):
        shard = make_shard(
            audio=S3Object("audio", "bulk.flac"), result=S3Object("results", f"{index}.json"), language="en"
        )
        account.send(f"bulk{index}", shard, account.bulk)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        wait_until(lambda: sum(run.future is not None for run in runs.active()) == BULK_SHARDS and inside.is_set())
        shard = make_shard(audio=S3Object("audio", "interactive.flac"), language="en", interactive=True)
        account.send("interactive", shard)
        # Its 4 s are decoded, and the speech in them waits for the model.
        wait_until(lambda: any(window.interactive for group in [*engine._batch_queue._groups] for window in group))
        gate.set()
        wait_until(lambda: len(account.step_functions.answers()) == BULK_SHARDS + 1)
    finally:
        gate.set()
        worker.stop()
        thread.join(60)

    completed = [token for operation, token, _ in account.step_functions.answers() if operation == "success"]
    assert sorted(completed) == sorted([*(f"bulk{index}" for index in range(BULK_SHARDS)), "interactive"])
    assert completed.index("interactive") <= BATCH  # after the batch that was running, before all others
