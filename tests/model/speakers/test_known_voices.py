"""Known speakers by the real model: samples from elsewhere name the right speakers, and bad ones say why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench.recordings.conversations import Condition, converse, telephone
from bench.recordings.corpus import wav
from earshot_contract.documents.known_speakers import KnownSpeaker, KnownSpeakers
from earshot_contract.documents.shard_results import KnownVoice
from earshot_contract.documents.shards import Shard, ShardError, SpeakerOptions
from functions.transcripts.known_speakers import recognise
from functions.transcripts.speaker_joining import join_speakers
from functions.transcripts.transcript import SpeakerName
from tests.fixtures.audio_files.decoded_audio import decode
from tests.paths import SPEECH
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.engine_protocol import ShardFailed
from transcriber.speakers.known_voices import known_voices, read_samples, voice_centres
from transcriber.speakers.model import SpeakerModel
from transcriber.speakers.stream import SpeakerStream
from transcriber.whisper.engine import BatchingEngine


def speech(name: str, start: float = 0.0, end: float = 60.0) -> np.ndarray:
    return decode(SPEECH / name).samples[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]


# Other clips than those of the samples.
VOICES = {"Greta": [speech("fleurs-de-003.ogg", 6)], "Jane": [speech("austen-0920.flac"), speech("austen-0890.flac")]}
SAMPLES = {"Jane": speech("austen-0880.flac", 0, 5), "Greta": speech("fleurs-de-003.ogg", 0, 5)}


def known_file(folder: Path, samples: dict[str, bytes]) -> Path:
    path = folder / "known"
    path.write_text(KnownSpeakers([KnownSpeaker(*pair) for pair in samples.items()]).to_json())
    return path


def test_engine_returns_known_voices_that_name_the_speakers(
    engine: BatchingEngine, make_shard: Callable[..., Shard], tmp_path: Path
) -> None:
    conversation = converse(VOICES, Condition(2, (2, 4)), 20, np.random.default_rng(7))
    path = wav(tmp_path / "conversation.wav", conversation.samples)
    known = known_file(tmp_path, {who: wav(tmp_path / "s", sample).read_bytes() for who, sample in SAMPLES.items()})
    shard = make_shard(language="en", speakers=SpeakerOptions("speakers"))
    found = engine.submit(shard, path, known).result(200).speakers

    assert found is not None
    assert [voice.name for voice in found.known] == ["Jane", "Greta"]
    joined = join_speakers([found])
    first = conversation.turns[0].speaker
    expected = [first, *(who for who in VOICES if who != first)]
    assert [each.name for each in recognise(0, joined, found.known)] == expected


def test_telephone_voice_is_recognised_by_a_sample_of_full_band(speaker_model: SpeakerModel) -> None:
    stream = SpeakerStream(speaker_model, SpeakerOptions("speakers"))
    stream.feed(telephone(np.concatenate(VOICES["Jane"])))

    voices = [KnownVoice(who, voice_centres(sample, speaker_model)) for who, sample in SAMPLES.items()]

    assert recognise(0, join_speakers([stream.finish()]), voices) == [SpeakerName(0, 0, "Jane")]
    assert [len(voice.centres) for voice in voices] == [2, 2]
    assert len(voice_centres(telephone(SAMPLES["Jane"]), speaker_model)) == 1


@pytest.mark.parametrize(
    ("sample", "why"),
    [
        (b"%PDF-1.4 ...", "not audio"),
        (b"", "0 bytes"),
        (speech("austen-0880.flac", 0, 1), "It has 1.0 seconds; 2 to 10 seconds are needed"),
        (np.tile(speech("austen-0880.flac"), 4), "It has more than 10 seconds"),
        (np.zeros(4 * SAMPLE_RATE, np.float32), "Nobody speaks in it"),
    ],
)
def test_bad_sample_fails_with_name_and_reason(
    speaker_model: SpeakerModel, tmp_path: Path, sample: bytes | np.ndarray, why: str
) -> None:
    body = sample if isinstance(sample, bytes) else wav(tmp_path / "sample.wav", sample).read_bytes()

    with pytest.raises(ShardFailed, match=f"The reference of 'Jane' cannot be used.*{why}") as refused:
        known_voices(read_samples(known_file(tmp_path, {"Jane": body})), speaker_model)

    assert refused.value.error is ShardError.BAD_REFERENCE
