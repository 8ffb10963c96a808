"""Into how many shards a long file is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.workers.shard_length import MAX_SHARDS, shard_length
from tests.fixtures.rows import each_row

HOUR = 3600.0
GPU, CPU = (60.0, 300.0, 4), (4.0, 300.0, 4)  # speed, drain seconds, workers at most


@each_row(
    ("seconds", "channels", "deployment", "shards"),
    [
        (0.6 * 3 * HOUR, 1, GPU, 1),  # one worker is done before another one has started
        (5 * HOUR, 1, GPU, 1),  # one worker is enough
        (10 * HOUR, 1, GPU, 4),  # two workers
        (24 * HOUR, 1, GPU, 8),
        (600.0, 1, CPU, 1),
        (HOUR, 1, CPU, 6),
        (24 * HOUR, 1, CPU, 8),
        (24 * HOUR, 2, CPU, 6),  # a channel: none takes a worker longer than an hour
        (24 * HOUR, 1, (4.0, 300.0, 40), 80),
        (30 * 60.0, 1, (4.0, 10.0, 40), 10),  # three minutes at least
        (7 * 24 * HOUR, 1, (4.0, 300.0, 1000), MAX_SHARDS),
    ],
)
def test_long_audio_gets_as_many_shards_as_pay(
    seconds: float, channels: int, deployment: tuple[float, float, int], shards: int
) -> None:
    length = shard_length(seconds, channels, *deployment)

    assert round(seconds / (length or seconds)) == shards


@given(st.floats(1, 7 * 24 * HOUR), st.integers(1, 20), st.floats(0.5, 500), st.integers(1, 100))
def test_shards_are_neither_short_nor_too_many(seconds: float, channels: int, speed: float, workers: int) -> None:
    length = shard_length(seconds, channels, speed, 300.0, workers)

    assert length is None or (length >= 180 and round(seconds / length) * channels <= MAX_SHARDS)
