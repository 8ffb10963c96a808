"""The larger accuracy gate: all clips of a corpus, in batches, against faster-whisper as its README shows it.

Reads the folder in `EARSHOT_CORPUS` (the format of `make bench CORPUS=…`); skipped without one: 75 clips take more
than ten minutes. test_accuracy.py judges the committed clips.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.engines.compared_engines import default
from bench.recordings.corpus import Clip, clips_of
from bench.scores.scoring import Errors, difference, errors
from earshot_contract.documents.shards import Shard
from transcriber.engine_protocol import Model
from transcriber.whisper.engine import BatchingEngine

CORPUS = Path(os.environ.get("EARSHOT_CORPUS", "."))

pytestmark = pytest.mark.skipif(not (CORPUS / "manifest.json").is_file(), reason="no corpus: set EARSHOT_CORPUS")


@pytest.fixture(scope="module")
def corpus() -> list[Clip]:
    return clips_of(CORPUS)


@pytest.fixture(scope="module")
def earshot_errors(engine: BatchingEngine, order: Callable[..., Shard], corpus: list[Clip]) -> list[Errors]:
    shards = [order(index=i, language=clip.language, interactive=False) for i, clip in enumerate(corpus)]
    futures = [engine.submit(shard, clip.path) for shard, clip in zip(shards, corpus, strict=True)]
    texts = [" ".join(segment.text for segment in future.result().segments) for future in futures]
    return [errors(clip.text, text, clip.language) for clip, text in zip(corpus, texts, strict=True)]


@pytest.fixture(scope="module")
def plain_errors(model: Model, corpus: list[Clip]) -> list[Errors]:
    transcribe = default(str(model.directory), 1)
    texts, _ = transcribe([str(clip.path) for clip in corpus], [clip.language for clip in corpus], [0.0] * len(corpus))
    return [errors(clip.text, text, clip.language) for clip, text in zip(corpus, texts, strict=True)]


@pytest.mark.timeout(3600)
def test_word_errors_not_above_plain_faster_whisper(earshot_errors: list[Errors], plain_errors: list[Errors]) -> None:
    points, low, high = difference(earshot_errors, plain_errors)

    # The aim is 0.3 points. On 75 clips each engine differs from itself by up to 0.7 points when numbers are rounded
    # differently (AVX512: Earshot 0.8 points better, AVX2: 0.1); `make bench ARGS="--variants 4"` measures it better.
    assert points <= 0.3 + 0.7, (points, low, high)
    assert low <= 0.3, (points, low, high)


@pytest.mark.timeout(3600)
def test_word_errors_per_language_not_above_plain(
    earshot_errors: list[Errors], plain_errors: list[Errors], corpus: list[Clip]
) -> None:
    for language in sorted({clip.language for clip in corpus}):
        picked = [i for i, clip in enumerate(corpus) if clip.language == language]

        points, low, high = difference([earshot_errors[i] for i in picked], [plain_errors[i] for i in picked])

        assert low <= 0.3, (language, points, low, high)
