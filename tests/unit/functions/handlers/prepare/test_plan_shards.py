"""How a job is cut, and which lane it takes."""

from __future__ import annotations

import pytest

from earshot_contract.shards import S3Object, Shard
from functions.audio.probe import Probe
from functions.errors import ApiError
from functions.handlers.prepare import plan_shards
from functions.jobs.job import SourceKind
from functions.options.options import Options

AUDIO = S3Object("uploads", "a/b.wav", "v1")


def cut(query: str, probe: Probe) -> list[Shard]:
    return plan_shards.cut("j1", AUDIO, Options.parse(query), "base", probe, "transcripts")


def test_a_job_is_one_shard_with_all_channels_mixed() -> None:
    (shard,) = cut("model=whisper&language=de&task=translate&temperature=0.2", Probe(10.0, 2, 16000))
    assert (shard.index, shard.count, shard.channel) == (0, 1, None)
    assert (shard.audio, shard.model, shard.language, shard.task) == (AUDIO, "base", "de", "translate")
    assert shard.temperature == 0.2
    assert shard.result == S3Object("transcripts", "work/j1/shards/00000.json")


def test_multichannel_is_a_shard_a_channel() -> None:
    found = cut("multichannel=true", Probe(10.0, 3, 16000))
    assert [(s.index, s.count, s.channel) for s in found] == [(0, 3, 0), (1, 3, 1), (2, 3, 2)]
    assert len({s.result.key for s in found}) == 3


@pytest.mark.parametrize("channels", [None, 1])
def test_multichannel_of_one_or_unknown_channels_is_one_shard(channels: int | None) -> None:
    (shard,) = cut("multichannel=true", Probe(10.0, channels))
    assert shard.channel is None


def test_more_channels_than_twenty_are_refused_and_not_without_multichannel() -> None:
    assert len(cut("multichannel=true", Probe(1.0, 20))) == 20
    with pytest.raises(ApiError, match="21 channels"):
        cut("multichannel=true", Probe(1.0, 21))
    assert len(cut("", Probe(1.0, 21))) == 1


def test_headerless_audio_takes_its_description_along() -> None:
    (shard,) = cut("encoding=linear16&sample_rate=8000", Probe(1.0, 1, 8000))
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
def test_the_fast_lane_is_for_those_who_wait(kind: SourceKind, query: str, seconds: float, fast: bool) -> None:
    assert plan_shards.is_interactive(kind, Options.parse(query), seconds) is fast


def test_nobody_waits_when_the_answer_goes_to_a_callback() -> None:
    options = Options(callback="https://example.com/done")
    assert not plan_shards.is_interactive(SourceKind.BODY, options, 10.0)


def test_a_header_that_says_no_length_is_guessed_from_the_bytes() -> None:
    assert plan_shards.expected_seconds(Probe(12.0), 1) == 12.0
    assert plan_shards.expected_seconds(Probe(), 160_000) == 10.0
