"""Speech is written as often as it was said and in its language; nothing else is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.recordings.corpus import wav
from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import Shard
from tests.fixtures.audio_files.decoded_audio import decode
from transcriber.whisper.engine import BatchingEngine

MakeShard = Callable[..., Shard]
SAMPLE_RATE = 16_000

pytestmark = pytest.mark.timeout(900)


def languages_of(result: ShardResult) -> set[str]:
    return {segment.language or result.language for segment in result.segments}


def text_of(result: ShardResult) -> str:
    return " ".join(re.findall(r"\w+", " ".join(segment.text for segment in result.segments).lower()))


def samples_of(clips: list[Any], name: str) -> np.ndarray:
    return decode(next(clip.path for clip in clips if clip.path.name == name)).samples


def pause(seconds: float) -> np.ndarray:
    """Faint noise, as in a room."""
    return np.random.default_rng(7).normal(0, 10 ** (-75 / 20), round(seconds * SAMPLE_RATE)).astype(np.float32)


@pytest.mark.parametrize(("times", "gap"), [(2, 0.4), (2, 0.8), (3, 0.5)])
def test_repeated_sentence_is_written_as_often(
    engine: BatchingEngine, order: MakeShard, clips: list[Any], tmp_path: Path, times: int, gap: float
) -> None:
    sentence = samples_of(clips, "1688-142285-0004.flac")
    path = wav(tmp_path / "repeated.wav", np.concatenate([sentence, pause(gap)] * times))

    result = engine.submit(order(language="en"), path).result()

    assert text_of(result).count("statement of having been") == times, text_of(result)


@pytest.mark.parametrize(("start", "seconds"), [(0.625, 0.1), (1.25, 0.08), (2.0, 0.12)])
def test_cut_off_voice_is_no_word(
    engine: BatchingEngine, order: MakeShard, clips: list[Any], tmp_path: Path, start: float, seconds: float
) -> None:
    speech = samples_of(clips, "1688-142285-0004.flac")
    first = round(start * SAMPLE_RATE)
    path = wav(tmp_path / "cut.wav", speech[first : first + round(seconds * SAMPLE_RATE)])

    assert engine.submit(order(), path).result().segments == []


def test_each_stretch_is_written_in_its_language(
    engine: BatchingEngine, order: MakeShard, clips: list[Any], tmp_path: Path
) -> None:
    english, german = samples_of(clips, "2414-128291-0000.flac"), samples_of(clips, "fleurs-de-005.ogg")
    path = wav(tmp_path / "two.wav", np.concatenate([german, pause(0.8), english]))

    result = engine.submit(order(), path).result()

    assert "sediment" in text_of(result)
    assert languages_of(result) == {"de", "en"}


def test_file_in_one_language_has_one_language(
    engine: BatchingEngine, order: MakeShard, clips: list[Any], tmp_path: Path
) -> None:
    for language in ("en", "de", "es"):
        clips_in_language = [decode(clip.path).samples for clip in clips if clip.language == language][:3]
        path = wav(
            tmp_path / f"{language}.wav", np.concatenate([np.append(part, pause(0.5)) for part in clips_in_language])
        )

        result = engine.submit(order(), path).result()

        assert (result.language, languages_of(result)) == (language, {language})


def test_no_word_has_no_length(engine: BatchingEngine, order: MakeShard, clips: list[Any], tmp_path: Path) -> None:
    speech = samples_of(clips, "2033-164914-0005.flac")
    hiss = np.random.default_rng(3).normal(0, 10 ** (-46 / 20), len(speech) + 8 * SAMPLE_RATE).astype(np.float32)
    path = wav(tmp_path / "hiss.wav", np.concatenate([pause(4), speech, pause(4)])[: len(hiss)] + hiss)

    words = [word for segment in engine.submit(order(), path).result().segments for word in segment.words]

    assert words
    assert all(word.end - word.start >= 0.02 for word in words), words
