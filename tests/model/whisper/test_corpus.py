"""The larger accuracy gate: all clips of a corpus, in batches, against faster-whisper as its README shows it.

The folder that `EARSHOT_CORPUS` names, as `make bench CORPUS=…` takes it, or `shared/corpus` beside the checkout;
skipped where there is none.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.contestant import default
from bench.corpus import Clip, clips_of
from bench.scoring import Errors, difference, errors
from earshot_contract.shards import Shard
from tests.places import ROOT
from transcriber.whisper.engine import BatchingEngine
from transcriber.worker.model_files import Model

CORPUS = Path(os.environ.get("EARSHOT_CORPUS") or ROOT.parent / "shared" / "corpus")

pytestmark = pytest.mark.skipif(not (CORPUS / "manifest.json").is_file(), reason="no corpus: set EARSHOT_CORPUS")


@pytest.fixture(scope="module")
def corpus() -> list[Clip]:
    return clips_of(CORPUS)


@pytest.fixture(scope="module")
def ours(engine: BatchingEngine, order: Callable[..., Shard], corpus: list[Clip]) -> list[Errors]:
    asked = [order(index=i, language=clip.language, interactive=False) for i, clip in enumerate(corpus)]
    promises = [engine.submit(one, clip.path) for one, clip in zip(asked, corpus, strict=True)]
    texts = [" ".join(segment.text for segment in promise.result().segments) for promise in promises]
    return [errors(clip.text, text, clip.language) for clip, text in zip(corpus, texts, strict=True)]


@pytest.fixture(scope="module")
def theirs(model: Model, corpus: list[Clip]) -> list[Errors]:
    transcribe = default(str(model.directory), 1)
    texts, _ = transcribe([str(clip.path) for clip in corpus], [clip.language for clip in corpus], [0.0] * len(corpus))
    return [errors(clip.text, text, clip.language) for clip, text in zip(corpus, texts, strict=True)]


@pytest.mark.timeout(600)
def test_word_errors_not_above_plain_faster_whisper(ours: list[Errors], theirs: list[Errors]) -> None:
    points, low, high = difference(ours, theirs)

    # Aimed at is 0.3. On 75 clips each of the two differs from itself by up to 0.7 with what rounds differently
    # (AVX512: ours 0.8 points better, AVX2: 0.1): `make bench ARGS="--variants 4"` tells it better.
    assert points <= 0.3 + 0.7, (points, low, high)
    assert low <= 0.3, (points, low, high)


@pytest.mark.timeout(600)
def test_word_errors_per_language_not_above_plain(ours: list[Errors], theirs: list[Errors], corpus: list[Clip]) -> None:
    for language in sorted({clip.language for clip in corpus}):
        picked = [i for i, clip in enumerate(corpus) if clip.language == language]

        points, low, high = difference([ours[i] for i in picked], [theirs[i] for i in picked])

        assert low <= 0.3, (language, points, low, high)
