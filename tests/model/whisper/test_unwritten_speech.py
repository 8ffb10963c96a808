"""A sentence played backwards: no words take its time, and the answer says when it was.

Wherever it is, in each profile, and whether the language is detected or requested.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.recordings.corpus import wav
from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import Shard
from tests.fixtures.audio_files.decoded_audio import decode
from transcriber.whisper.engine import BatchingEngine

MakeShard = Callable[..., Shard]
SAMPLE_RATE, GAP_SECONDS = 16_000, 0.6
BACKWARDS_SECONDS = 3.2  # of a German sentence: 2.6 s of speech without a pause
ENGLISH = ("austen-0890.flac", "1688-142285-0004.flac")

pytestmark = pytest.mark.timeout(900)


def is_written_or_warned_about(result: ShardResult, start: float, end: float) -> bool:
    """Whether at least four words are written between two times, or a warning names most of them."""
    words = [word for segment in result.segments for word in segment.words]
    written = sum(start - 0.2 <= word.start and word.end <= end + 0.2 for word in words)
    named = [
        (float(since), float(until))
        for warning in result.warnings
        if warning.type == "unwritten_speech"
        for since, until in re.findall(r"from ([\d.]+) s to ([\d.]+) s", warning.message)
    ]
    return written >= 4 or sum(max(0.0, min(end, until) - max(start, since)) for since, until in named) >= 1.5


@pytest.mark.parametrize("language", [None, "en"])
@pytest.mark.parametrize("profile", list(EngineProfile))
@pytest.mark.parametrize("position", [0, 1, 2])
def test_speech_without_words_is_warned_about(
    engine: BatchingEngine,
    order: MakeShard,
    clips: list[Any],
    tmp_path: Path,
    position: int,
    profile: EngineProfile,
    language: str | None,
) -> None:
    by_name = {clip.path.name: clip.path for clip in clips}
    backwards = decode(by_name["fleurs-de-003.ogg"]).samples[: round(BACKWARDS_SECONDS * SAMPLE_RATE)][::-1]
    parts = [decode(by_name[name]).samples for name in ENGLISH]
    parts.insert(position, backwards)
    noise = np.random.default_rng(7).normal(0, 10 ** (-75 / 20), round(GAP_SECONDS * SAMPLE_RATE)).astype(np.float32)
    starts = np.cumsum([0, *((len(part) + len(noise)) / SAMPLE_RATE for part in parts)])[:-1].tolist()
    path = wav(tmp_path / "joined.wav", np.concatenate([np.append(part, noise) for part in parts]))

    result = engine.submit(order(profile=profile, language=language), path).result()

    spans = [(start, start + len(part) / SAMPLE_RATE) for start, part in zip(starts, parts, strict=True)]
    assert [span for span in spans if not is_written_or_warned_about(result, *span)] == [], result.warnings
    words = [word for segment in result.segments for word in segment.words]
    unless = next(word for word in words if word.text == "Unless")
    assert unless.start >= starts[0 if position else 1], unless


def test_clips_in_one_language_have_no_warning(fast_engine: BatchingEngine, order: MakeShard, clips: list[Any]) -> None:
    futures = [fast_engine.submit(order(index=index), clip.path) for index, clip in enumerate(clips)]

    assert [future.result().warnings for future in futures] == [[]] * len(clips)
