"""Speech with reference texts, and the batching engine on the real base model, one batch worker as on one core."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bench.recordings import corpus
from earshot_contract.documents.engine_profile import EngineProfile
from tests.paths import SPEECH
from transcriber.engine_protocol import Model
from transcriber.hardware import configure_process
from transcriber.whisper.engine import BatchingEngine


@dataclass(frozen=True)
class Clip(corpus.Clip):
    words: list[tuple[str, float, float]] = field(default_factory=list)  # with start and end, where known


@pytest.fixture(scope="session")
def clips() -> list[Clip]:
    entries = json.loads((SPEECH / "manifest.json").read_text())
    return [Clip(SPEECH / e["file"], e["language"], e["seconds"], e["text"], words=e.get("words", [])) for e in entries]


@pytest.fixture(scope="session")
def clip() -> Path:
    """Four seconds of English."""
    return SPEECH / "1688-142285-0004.flac"


@pytest.fixture(scope="session")
def engine(model: Model) -> Iterator[BatchingEngine]:
    engine = BatchingEngine(model, replace(configure_process(), batch_workers=1))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def fast_engine(model: Model) -> Iterator[BatchingEngine]:
    """The fast profile: short encoder windows, and the fallback to longer ones."""
    engine = BatchingEngine(model, replace(configure_process(), batch_workers=1, profile=EngineProfile.FAST))
    yield engine
    engine.close()
