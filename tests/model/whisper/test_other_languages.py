"""A short sentence in another language behind the first: written as it was spoken, or warned about; nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.corpus import wav
from earshot_contract.engine_profile import EngineProfile
from earshot_contract.shard_results import ShardResult
from earshot_contract.shards import Shard
from tests.fixtures.audio import decode
from transcriber.whisper.engine import BatchingEngine

MakeShard = Callable[..., Shard]
SAMPLE_RATE = 16_000

pytestmark = pytest.mark.timeout(900)

FIRST = {
    "en": ("austen-0890.flac", "rather selfish"),
    "de": ("fleurs-de-005.ogg", "dieses sediment"),
    "es": ("fleurs-es-003.ogg", "parece tener sentido"),
}
SECOND = {  # seconds: of a longer clip
    "en": ("1998-15444-0007.flac", None, "which is at hand"),
    "de": ("fleurs-de-004.ogg", 3.5, "die höhle befindet sich"),
    "es": ("fleurs-es-006.ogg", None, "los luchadores"),
}


def pause(seconds: float) -> np.ndarray:
    """Faint noise, as in a room."""
    return np.random.default_rng(7).normal(0, 10 ** (-75 / 20), round(seconds * SAMPLE_RATE)).astype(np.float32)


@pytest.fixture
def two_languages(clips: list[Any], tmp_path: Path) -> Callable[[str, str], Path]:
    """Joins the first sentence in one language and a short one in another."""

    def join(first: str, second: str) -> Path:
        samples = {clip.path.name: decode(clip.path).samples for clip in clips}
        name, seconds, _ = SECOND[second]
        short = samples[name] if seconds is None else samples[name][: round(seconds * SAMPLE_RATE)]
        parts = [samples[FIRST[first][0]], pause(0.6), short, pause(0.2)]
        return wav(tmp_path / f"{first}-{second}.wav", np.concatenate(parts))

    return join


def text_of(result: ShardResult) -> str:
    return " ".join(re.findall(r"\w+", " ".join(segment.text for segment in result.segments).lower()))


@pytest.mark.parametrize("profile", EngineProfile)
@pytest.mark.parametrize(
    ("first", "second"), [("en", "de"), ("en", "es"), ("de", "en"), ("de", "es"), ("es", "en"), ("es", "de")]
)
def test_short_sentence_is_written_in_its_language(
    engine: BatchingEngine,
    order: MakeShard,
    two_languages: Callable[[str, str], Path],
    first: str,
    second: str,
    profile: EngineProfile,
) -> None:
    result = engine.submit(order(profile=profile), two_languages(first, second)).result()

    assert FIRST[first][1] in text_of(result)
    assert SECOND[second][2] in text_of(result), text_of(result)
    assert {segment.language or result.language for segment in result.segments} == {first, second}
    assert result.warnings == []


@pytest.mark.parametrize(("first", "second"), [("en", "de"), ("de", "es")])
def test_another_language_than_the_requested_is_warned_about(
    engine: BatchingEngine, order: MakeShard, two_languages: Callable[[str, str], Path], first: str, second: str
) -> None:
    result = engine.submit(order(language=first), two_languages(first, second)).result()

    assert [(warning.parameter, warning.type) for warning in result.warnings] == [("language", "other_language")]
    assert f"sounds like language={second}," in result.warnings[0].message
    assert f"written as language={first};" in result.warnings[0].message


def test_file_in_other_than_requested_language_is_warned_about(
    engine: BatchingEngine, order: MakeShard, clips: list[Any]
) -> None:
    german = next(clip.path for clip in clips if clip.language == "de")

    result = engine.submit(order(language="en"), german).result()

    assert [warning.type for warning in result.warnings] == ["other_language"]


def test_requested_language_of_the_audio_is_not_warned_about(
    engine: BatchingEngine, order: MakeShard, clips: list[Any]
) -> None:
    futures = [engine.submit(order(index=i, language=clip.language), clip.path) for i, clip in enumerate(clips)]

    assert [future.result().warnings for future in futures] == [[]] * len(clips)
