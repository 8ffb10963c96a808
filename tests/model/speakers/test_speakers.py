"""Speakers told apart in real speech: by the stream, and by the engine beside Whisper."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench.recordings.conversations import Condition, Conversation, Turn, converse, telephone
from bench.recordings.corpus import wav
from bench.scores.speaker_scoring import speaker_errors
from earshot_contract.documents.shard_results import ShardSpeakers
from earshot_contract.documents.shards import Shard, SpeakerOptions
from tests.fixtures.audio_files.decoded_audio import decode
from tests.paths import SPEECH
from transcriber.engine_protocol import Model
from transcriber.speakers.model import SpeakerModel
from transcriber.speakers.stream import SpeakerStream
from transcriber.whisper.engine import BatchingEngine


@pytest.fixture(scope="module")
def conversation() -> Conversation:
    """Two readers, twenty seconds."""
    names = {"german": ["fleurs-de-003.ogg"], "austen": ["austen-0920.flac", "austen-0890.flac"]}
    voices = {who: [decode(SPEECH / name).samples for name in files] for who, files in names.items()}
    return converse(voices, Condition(2, (2, 4)), 20, np.random.default_rng(7))


def tell_apart(model: SpeakerModel, samples: np.ndarray, **options: int) -> ShardSpeakers:
    stream = SpeakerStream(model, SpeakerOptions("speakers", **options))
    for start in range(0, len(samples), 160_000):
        stream.feed(samples[start : start + 160_000])
    return stream.finish()


def turns_of(result: ShardSpeakers) -> list[Turn]:
    return [Turn(turn.start, turn.end, str(turn.speaker)) for turn in result.sections[0].turns]


def test_two_speakers_are_two(speaker_model: SpeakerModel, conversation: Conversation) -> None:
    result = tell_apart(speaker_model, conversation.samples)

    errors = speaker_errors(conversation.turns, turns_of(result), 0.25)
    assert len(result.sections[0].speakers) == 2
    assert errors.wrong <= 0.01 * errors.speech
    assert errors.missed <= 0.1 * errors.speech


def test_two_speakers_on_the_telephone_are_two(speaker_model: SpeakerModel, conversation: Conversation) -> None:
    result = tell_apart(speaker_model, telephone(conversation.samples))

    errors = speaker_errors(conversation.turns, turns_of(result), 0.25)
    assert len(result.sections[0].speakers) == 2
    assert errors.wrong <= 0.02 * errors.speech


def test_one_speaker_never_becomes_two(speaker_model: SpeakerModel) -> None:
    samples = np.concatenate([decode(SPEECH / f"austen-0{n}.flac").samples for n in (880, 890, 920, 930)])

    assert len(tell_apart(speaker_model, samples).sections[0].speakers) == 1


def test_engine_returns_speakers_of_the_stream_it_decodes(
    engine: BatchingEngine, speaker_files: Model, speaker_model: SpeakerModel, make_shard: Callable[..., Shard],
    conversation: Conversation, tmp_path: Path,
) -> None:  # fmt: skip
    path = wav(tmp_path / "conversation.wav", conversation.samples)
    labelled = engine.submit(make_shard(language="en", speakers=SpeakerOptions("speakers")), path).result(200)
    plain = engine.submit(make_shard(language="en"), path).result(200)

    assert plain.speakers is None
    assert labelled.segments
    assert labelled.speakers is not None
    assert labelled.speakers.sha256 == speaker_files.sha256
    expected = tell_apart(speaker_model, decode(path).samples)
    assert [len(section.turns) for section in labelled.speakers.sections] == [len(expected.sections[0].turns)]


def test_plain_shard_does_not_wait_for_speakers(
    engine: BatchingEngine, make_shard: Callable[..., Shard], speech: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain_done = threading.Event()
    monkeypatch.setattr(SpeakerStream, "feed", lambda *_: plain_done.wait(200))
    speakers = SpeakerOptions("speakers")
    slow = [engine.submit(make_shard(language="en", interactive=n < 2, speakers=speakers), speech) for n in range(8)]

    plain = [engine.submit(make_shard(language="en", interactive=interactive), speech) for interactive in (True, False)]

    assert all(future.result(200).segments for future in plain)
    assert not any(future.done() for future in slow)
    plain_done.set()
