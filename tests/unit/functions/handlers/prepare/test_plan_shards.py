"""How a job is split into shards, and which queue they take."""

from __future__ import annotations

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import Shard
from functions.audio.probe import Probe
from functions.errors import ApiError
from functions.handlers.prepare.plan_shards import expected_seconds, is_interactive, plan_shards
from functions.jobs.job import SourceKind
from functions.options.options import Options

AUDIO = S3Object("uploads", "a/b.wav", "v1")


def planned(query: str, probe: Probe) -> list[Shard]:
    return plan_shards("j1", AUDIO, Options.from_query(query), model="base", probe=probe, bucket="transcripts")


def test_job_is_one_shard_of_mixed_channels() -> None:
    (shard,) = planned("model=whisper&language=de&task=translate&temperature=0.2", Probe(10.0, 2, 16000))
    assert (shard.index, shard.count, shard.channel) == (0, 1, None)
    assert (shard.audio, shard.model, shard.language, shard.task) == (AUDIO, "base", "de", "translate")
    assert shard.temperature == 0.2
    assert shard.result == S3Object("transcripts", "work/j1/shards/00000.json")


def test_multichannel_makes_shard_for_each_channel() -> None:
    found = planned("multichannel=true", Probe(10.0, 3, 16000))
    assert [(s.index, s.count, s.channel) for s in found] == [(0, 3, 0), (1, 3, 1), (2, 3, 2)]
    assert len({s.result.key for s in found}) == 3


@pytest.mark.parametrize("channels", [None, 1])
def test_multichannel_with_unknown_channels_is_one_shard(channels: int | None) -> None:
    (shard,) = planned("multichannel=true", Probe(10.0, channels))
    assert shard.channel is None


def test_multichannel_above_twenty_channels_is_rejected() -> None:
    assert len(planned("multichannel=true", Probe(1.0, 20))) == 20
    with pytest.raises(ApiError, match="21 channels"):
        planned("multichannel=true", Probe(1.0, 21))
    assert len(planned("", Probe(1.0, 21))) == 1


@pytest.mark.parametrize(
    ("query", "tracks", "languages"),
    [
        ("language=de", 2, ["de", "deu", "ger"]),
        ("language=de", 1, None),
        ("", 2, None),
        ("detect_language=true", 2, None),
    ],
)
def test_track_is_preferred_where_there_is_a_choice(query: str, tracks: int, languages: list[str] | None) -> None:
    (shard,) = planned(query, Probe(1.0, tracks=tracks))
    assert (shard.track and sorted(shard.track.languages)) == languages
    assert planned("audio_track=de", Probe(1.0, tracks=tracks))[0].track is not None


def test_shard_has_raw_audio_format() -> None:
    (shard,) = planned("encoding=linear16&sample_rate=8000", Probe(1.0, 1, 8000))
    assert shard.raw
    assert (shard.raw.encoding, shard.raw.sample_rate, shard.raw.channels) == ("linear16", 8000, 1)


@pytest.mark.parametrize(
    ("kind", "query", "seconds", "fast"),
    [
        (SourceKind.BODY, "", 10.0, True),
        (SourceKind.URL, "", 599.0, True),
        (SourceKind.UPLOAD, "", 10.0, False),
        (SourceKind.OBJECT, "", 10.0, True),
        (SourceKind.URL, "", 7200.0, False),
    ],
)
def test_fast_queue_is_for_short_interactive_jobs(kind: SourceKind, query: str, seconds: float, fast: bool) -> None:
    assert is_interactive(kind, Options.from_query(query), seconds) is fast


def test_job_with_callback_is_not_interactive() -> None:
    options = Options(callback="https://example.com/done")
    assert not is_interactive(SourceKind.BODY, options, 10.0)


def test_unknown_duration_is_estimated_from_size() -> None:
    assert expected_seconds(Probe(12.0), 1) == 12.0
    assert expected_seconds(Probe(), 160_000) == 10.0
