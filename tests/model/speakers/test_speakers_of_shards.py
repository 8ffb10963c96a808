"""Speakers of a file that is really cut: each keeps a number from shard to shard, as Assemble joins them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from bench.recordings.conversations import Condition, Turn, converse
from bench.recordings.corpus import wav
from bench.scores.speaker_scoring import speaker_errors
from earshot_contract.documents.shard_results import ShardSpeakers
from earshot_contract.documents.shards import PlanRequest, SpeakerOptions
from functions.transcripts.speaker_joining import join_speakers
from tests.fixtures.audio_files.decoded_audio import decode
from tests.paths import SPEECH
from transcriber.audio.stream import AudioStream
from transcriber.planning.shard_plan import find_cuts
from transcriber.speakers.model import SpeakerModel
from transcriber.speakers.stream import SpeakerStream

SECONDS, SHARDS = 90, 3


def speakers_of(model: SpeakerModel, audio: AudioStream, start: float) -> ShardSpeakers:
    """Return the speakers that a worker finds in a shard that begins at `start`."""
    stream = SpeakerStream(model, SpeakerOptions("speakers"), start, whole=False)
    for block in audio:
        stream.feed(block)
    return stream.finish()


def test_speakers_keep_their_numbers_across_shards(speaker_model: SpeakerModel, tmp_path: Path) -> None:
    names = {"german": ["fleurs-de-003.ogg"], "austen": ["austen-0920.flac", "austen-0890.flac"]}
    voices = {who: [decode(SPEECH / name).samples for name in files * 4] for who, files in names.items()}
    conversation = converse(voices, Condition(2, (2, 4)), SECONDS, np.random.default_rng(7))
    path = wav(tmp_path / "long.wav", conversation.samples)
    plan = find_cuts(path, PlanRequest(SECONDS / SHARDS, SHARDS))
    assert len(plan.cuts) == SHARDS - 1

    shards = [
        speakers_of(speaker_model, AudioStream(path, first=first, until=until), first.seconds if first else 0.0)
        for first, until in pairwise([None, *plan.cuts, None])
    ]
    joined = join_speakers(shards).turns

    assert [len(section.speakers) for shard in shards for section in shard.sections] == [2] * SHARDS
    assert {turn.speaker for turn in joined} == {0, 1}
    found = [Turn(turn.start, turn.end, str(turn.speaker)) for turn in joined]
    errors = speaker_errors(conversation.turns, found, 0.25)
    assert errors.wrong <= 0.02 * errors.speech
    # A number that changes at the first cut would be seen.
    swapped = [Turn(t.start, t.end, str((t.speaker + (t.start >= plan.cuts[0].seconds)) % 2)) for t in joined]
    assert speaker_errors(conversation.turns, swapped, 0.25).wrong > 0.1 * errors.speech
