"""Prepare threads: those that tell speakers apart step back, and live where they need not."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest

from transcriber.whisper.prepare_threads import PrepareThreads


@pytest.mark.parametrize(("niceness", "chosen"), [(0, 5), (10, 10)])
def test_speaker_threads_never_ask_for_a_higher_priority(
    monkeypatch: pytest.MonkeyPatch, niceness: int, chosen: int
) -> None:
    """`nice earshot up`, or a container's user: asking for it ended the thread, and its shards waited for ever."""
    asked: list[int] = []
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(os, "getpriority", lambda *_: niceness, raising=False)
    monkeypatch.setattr(os, "setpriority", lambda *arguments: asked.append(arguments[2]), raising=False)
    settings: Any = SimpleNamespace(prepare_threads=1, speaker_threads=1)
    threads = PrepareThreads(settings, lambda state, with_speakers: None)
    threads.start()
    threads.close()
    assert asked == [chosen, chosen]
