"""The plain engine on real speech with the real base model."""

from __future__ import annotations

import re
import threading
import wave
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path

import numpy as np
import pytest

from events.shards import Shard, ShardError
from transcriber.engine import Unable
from transcriber.models import Model
from transcriber.stock import StockEngine

Order = Callable[..., Shard]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


@pytest.fixture
def silence(tmp_path: Path) -> Callable[[float, int], Path]:
    """A WAV of `seconds` with one click of `height` in its middle."""

    def write(seconds: float, height: int = 0) -> Path:
        samples = np.zeros(round(seconds * 16_000), "<i2")
        samples[len(samples) // 2] = height
        path = tmp_path / "silence.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16_000)
            file.writeframes(samples.tobytes())
        return path

    return write


def test_speech_becomes_its_words_with_times_and_probabilities(
    engine: StockEngine, model: Model, speech: Path, order: Order
) -> None:
    expected = words(speech.with_suffix(".txt").read_text())

    result = engine.submit(order(), speech).result()

    said = [word for segment in result.segments for word in segment.words]
    heard = [w for word in said for w in words(word.text)]
    assert len(set(expected) - set(heard)) <= 3  # base hears the product's name in its own way
    assert all(word.text == word.text.strip() and 0.0 < word.probability <= 1.0 for word in said)
    starts = [word.start for word in said]
    assert starts == sorted(starts)
    assert all(word.start <= word.end <= result.audio.duration for word in said)
    assert said[-1].end > 6.5
    assert (result.language, result.channel) == ("en", None)
    assert 0.5 < result.language_probability <= 1.0
    assert result.model.sha256 == model.sha256
    assert result.model.multilingual
    assert result.audio.codec == "flac"
    assert set(result.seconds) == {"decode", "model", "total"}
    assert result.engine["name"] == "faster-whisper"


def test_a_given_language_is_certain_and_words_are_optional(
    engine: StockEngine, speech: Path, order: Order
) -> None:
    result = engine.submit(order(language="en", word_timestamps=False, temperature=0.0), speech).result()

    assert (result.language, result.language_probability) == ("en", 1.0)
    assert result.segments
    assert all(segment.words == [] and segment.temperature == 0.0 for segment in result.segments)


def test_detection_stays_within_the_list(engine: StockEngine, speech: Path, order: Order) -> None:
    result = engine.submit(order(languages=["fr", "de"]), speech).result()

    assert result.language in ("fr", "de")
    assert result.language_probability < 0.5


def test_a_channel_of_its_own(engine: StockEngine, dialogue: Path, order: Order) -> None:
    left, right = (
        words(" ".join(s.text for s in engine.submit(order(language="en", channel=c), dialogue).result().segments))
        for c in (0, 1)
    )

    assert "meeting" in left
    assert "meeting" not in right
    assert "transcript" in right
    assert "transcript" not in left


def test_times_are_the_files_not_the_stretchs(engine: StockEngine, speech: Path, order: Order) -> None:
    whole = engine.submit(order(language="en"), speech).result()
    tail = engine.submit(order(language="en", start=4.0), speech).result()

    assert tail.segments[0].start >= 4.0
    assert tail.audio.duration == whole.audio.duration
    assert tail.segments[-1].words[-1].end == pytest.approx(whole.segments[-1].words[-1].end, abs=0.5)


def test_hotwords_and_prompt_reach_the_model(engine: StockEngine, speech: Path, order: Order) -> None:
    """The name is one that Whisper does not know; with a hint it writes it as asked."""
    hinted = [
        " ".join(s.text for s in engine.submit(order(language="en", **hint), speech).result().segments)
        for hint in ({}, {"hotwords": "EARSHOT"}, {"prompt": "About EARSHOT."})
    ]

    assert "EARSHOT" not in hinted[0]
    assert "EARSHOT" in hinted[1]
    assert "EARSHOT" in hinted[2]


@pytest.mark.parametrize(("seconds", "height"), [(3.0, 0), (0.1, 30_000), (0.001, 0)])
def test_where_nobody_speaks_nothing_is_said(
    engine: StockEngine, silence: Callable[[float, int], Path], order: Order, seconds: float, height: int
) -> None:
    result = engine.submit(order(), silence(seconds, height)).result()

    assert result.segments == []
    assert result.language_probability == 0.0
    assert result.audio.duration == pytest.approx(seconds, abs=0.01)


def test_a_stretch_beyond_the_end_says_nothing(engine: StockEngine, speech: Path, order: Order) -> None:
    assert engine.submit(order(start=60.0, end=70.0), speech).result().segments == []


def test_a_bad_file_fails_alone(engine: StockEngine, speech: Path, tmp_path: Path, order: Order) -> None:
    text = tmp_path / "a.mp3"
    text.write_text("this is no audio")

    bad, good = engine.submit(order(), text), engine.submit(order(language="en"), speech)

    failure = bad.exception()
    assert isinstance(failure, Unable)
    assert failure.error == ShardError.NOT_AUDIO
    assert good.result().segments


def test_a_language_the_model_does_not_know_is_refused(engine: StockEngine, speech: Path, order: Order) -> None:
    failure = engine.submit(order(language="tlh"), speech).exception()

    assert isinstance(failure, Unable)
    assert failure.error == ShardError.UNKNOWN_MODEL
    assert "does not know that language: tlh" in failure.sentence


def test_interactive_shards_go_first_and_waiting_ones_can_be_cancelled(
    model: Model, speech: Path, order: Order
) -> None:
    engine, done, ended = StockEngine(model), [], threading.Event()
    try:
        assert engine.room() == 1
        futures = {
            name: engine.submit(order(job_id=name, language="en", interactive=name == "hurry"), speech)
            for name in ("running", "bulk", "unwanted", "hurry")
        }
        assert engine.room() == 0
        for name, future in futures.items():
            future.add_done_callback(lambda _, name=name: done.append(name))
        assert futures["unwanted"].cancel()
        futures["bulk"].add_done_callback(lambda _: ended.set())
        assert ended.wait(120)
        assert [name for name in done if name != "unwanted"] in (
            ["running", "hurry", "bulk"],
            ["hurry", "running", "bulk"],  # all were there before the engine looked
        )
        assert engine.room() == 1
    finally:
        engine.close()


def test_closing_cancels_what_waits(model: Model, speech: Path, order: Order) -> None:
    engine = StockEngine(model)
    first, last = (engine.submit(order(language="en"), speech) for _ in range(2))
    over = threading.Event()
    last.add_done_callback(lambda _: over.set())

    engine.close()

    assert over.wait(60)
    assert last.cancelled()
    with pytest.raises(CancelledError):
        first.result(60)
