"""A short sentence in another language behind the first: written as it was spoken, or warned about; nothing is lost."""

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
SAMPLE_RATE = 16_000

pytestmark = pytest.mark.timeout(900)

FAST, ACCURATE = EngineProfile.FAST, EngineProfile.ACCURATE

# Clips and how many seconds of them, up to a pause; None: all.
GERMAN_MEN, GERMAN_CAVE, SPANISH_DAY = (
    ("fleurs-de-003.ogg", 3.2),
    ("fleurs-de-004.ogg", 3.0),
    ("fleurs-es-005.ogg", 3.0),
)
GERMAN_MEN_ALL = ("fleurs-de-003.ogg", None)
ENGLISH_BEHOLD, ENGLISH_BOY = ("2414-128291-0009.flac", None), ("1688-142285-0004.flac", None)
ENGLISH_SELFISH, SPANISH_WRESTLERS = ("austen-0890.flac", None), ("fleurs-es-006.ogg", None)
Part = tuple[str, float | None]


def pause(seconds: float) -> np.ndarray:
    """Faint noise, as in a room."""
    return np.random.default_rng(7).normal(0, 10 ** (-75 / 20), round(seconds * SAMPLE_RATE)).astype(np.float32)


@pytest.fixture
def joined(clips: list[Any], tmp_path: Path) -> Callable[..., Path]:
    """Joins parts of clips, with pauses of `gap` seconds."""

    def samples_of(name: str, seconds: float | None) -> np.ndarray:
        samples = decode(next(clip.path for clip in clips if clip.path.name == name)).samples
        if seconds is None:
            return samples
        first, last = round((seconds - 0.8) * SAMPLE_RATE), round((seconds + 0.8) * SAMPLE_RATE)
        loudness = np.convolve(samples[first:last] ** 2, np.ones(SAMPLE_RATE // 10), "same")
        return samples[: first + int(np.argmin(loudness))]

    def join(first: Part, second: Part, gap: float) -> Path:
        parts = [samples_of(*first), pause(gap), samples_of(*second), pause(0.3)]
        return wav(tmp_path / "joined.wav", np.concatenate(parts))

    return join


def text_of(result: ShardResult) -> str:
    return " ".join(re.findall(r"\w+", " ".join(segment.text for segment in result.segments).lower()))


@pytest.mark.parametrize(
    ("profile", "first", "second", "gap", "languages", "words"),
    [
        # The first sentence was lost, in words of the second's language.
        (FAST, GERMAN_MEN, ENGLISH_BOY, 0.4, {"de", "en"}, ["es leben noch viele", "his statement"]),
        # The second one was written in words that sound alike: "Aber die Horde ist so."
        (FAST, GERMAN_CAVE, ENGLISH_BEHOLD, 0.9, {"de", "en"}, ["die höhle", "kind"]),
        (FAST, GERMAN_MEN, SPANISH_DAY, 0.9, {"de", "es"}, ["es leben noch viele", "las personas"]),
        (ACCURATE, ENGLISH_SELFISH, GERMAN_CAVE, 0.6, {"en", "de"}, ["rather selfish", "die höhle"]),
        (ACCURATE, GERMAN_CAVE, SPANISH_WRESTLERS, 0.6, {"de", "es"}, ["die höhle", "los luchadores"]),
        # The window was sure of its German, and the Spanish became "Euin der Lachbärtssoner Sicht."
        (ACCURATE, SPANISH_DAY, GERMAN_MEN_ALL, 0.6, {"es", "de"}, ["hoy en día las personas", "es leben noch viele"]),
    ],
)
def test_short_sentence_is_written_in_its_language(
    engine: BatchingEngine,
    order: MakeShard,
    joined: Callable[..., Path],
    profile: EngineProfile,
    first: Part,
    second: Part,
    gap: float,
    languages: set[str],
    words: list[str],
) -> None:
    result = engine.submit(order(profile=profile), joined(first, second, gap)).result()

    assert [part for part in words if part not in text_of(result)] == [], text_of(result)
    assert {segment.language or result.language for segment in result.segments} == languages
    assert result.warnings == []


@pytest.mark.parametrize(
    ("first", "second", "requested", "other"),
    [(ENGLISH_SELFISH, GERMAN_CAVE, "en", "de"), (GERMAN_CAVE, SPANISH_WRESTLERS, "de", "es")],
)
def test_another_language_than_the_requested_is_warned_about(
    engine: BatchingEngine,
    order: MakeShard,
    joined: Callable[..., Path],
    first: Part,
    second: Part,
    requested: str,
    other: str,
) -> None:
    result = engine.submit(order(language=requested), joined(first, second, 0.6)).result()

    # What is left out of the other language is warned about, too.
    (warning,) = [warning for warning in result.warnings if warning.type != "unwritten_speech"]
    assert (warning.parameter, warning.type) == ("language", "other_language")
    assert f"sounds like language={other}," in warning.message
    assert f"was taken for language={requested};" in warning.message


def test_file_in_other_than_requested_language_is_warned_about(
    engine: BatchingEngine, order: MakeShard, clips: list[Any]
) -> None:
    german = next(clip.path for clip in clips if clip.language == "de")

    result = engine.submit(order(language="en"), german).result()

    assert [warning.type for warning in result.warnings] == ["other_language"]


def test_english_with_german_requested_is_warned_about(
    engine: BatchingEngine, order: MakeShard, clips: list[Any]
) -> None:
    english = next(clip.path for clip in clips if clip.path.name == "1688-142285-0004.flac")

    result = engine.submit(order(language="de"), english).result()

    assert [warning.type for warning in result.warnings] == ["other_language"]


@pytest.mark.parametrize("profile", [FAST, ACCURATE])
@pytest.mark.parametrize(("allowed", "warned"), [(("fr",), True), (("fr", "de"), True), (("fr", "es"), False)])
def test_language_that_was_not_allowed_is_warned_about(
    engine: BatchingEngine,
    order: MakeShard,
    clips: list[Any],
    profile: EngineProfile,
    allowed: tuple[str, ...],
    *,
    warned: bool,
) -> None:
    spanish = next(clip.path for clip in clips if clip.path.name == "fleurs-es-006.ogg")

    result = engine.submit(order(profile=profile, languages=allowed), spanish).result()

    assert ["other_language"] * warned == [warning.type for warning in result.warnings]
    assert all("sounds like language=es," in warning.message for warning in result.warnings)


def test_requested_language_of_the_audio_is_not_warned_about(
    engine: BatchingEngine, order: MakeShard, clips: list[Any]
) -> None:
    futures = [engine.submit(order(index=i, language=clip.language), clip.path) for i, clip in enumerate(clips)]

    assert [future.result().warnings for future in futures] == [[]] * len(clips)
