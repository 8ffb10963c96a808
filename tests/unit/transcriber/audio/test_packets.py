"""Ranges from packet to packet: laid end to end they are the whole file, sample by sample, in every container."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.encoded_audio import Encoding, write_audio
from earshot_contract.shards import PacketPosition
from transcriber.audio.packets import PacketClock
from transcriber.audio.recordings import recordings
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream

SECONDS = 4
FORMATS = {
    "a.wav": Encoding("pcm_s16le", 16_000),
    "a.flac": Encoding("flac", 16_000),
    "cbr.mp3": Encoding("libmp3lame", 16_000, encoder={"b": "48000"}),
    "vbr.mp3": Encoding("libmp3lame", 16_000, muxer={"write_xing": "0"}, encoder={"q": "4"}),
    "a.m4a": Encoding("aac", 16_000),
    "a.aac": Encoding("aac", 16_000),
    "a.ts": Encoding("aac", 16_000),
    "a.ogg": Encoding("libopus", 48_000),
    "a.webm": Encoding("libopus", 48_000),
    "live.webm": Encoding("libopus", 48_000, muxer={"live": "1"}),
}


def noise(rate: int) -> np.ndarray:
    """Noise whose loudness changes: no two stretches of it are alike."""
    times = np.arange(SECONDS * rate) / rate
    return (np.random.default_rng(0).normal(0, 3000, len(times)) * (1.2 + np.sin(times * 3))).astype(np.int16)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("formats")
    for name, encoding in FORMATS.items():
        write_audio(folder / name, noise(encoding.rate), encoding.rate, encoding)
    (folder / "chain.ogg").write_bytes((folder / "a.ogg").read_bytes() * 2)
    (folder / "chain.wav").write_bytes((folder / "a.wav").read_bytes() * 2)
    return {path.name: path for path in folder.iterdir()}


@cache
def whole_file(path: Path) -> np.ndarray:
    return np.concatenate(list(AudioStream(path)))


@cache
def positions(path: Path) -> list[PacketPosition]:
    """All packets of a file but the last, which is the end of the stream."""
    found, start = [], 0.0
    for number, part in recordings(path):
        clock = PacketClock(part, start)
        for count, packet in enumerate(part.container.demux(part.stream)):
            if packet.size:
                found.append(PacketPosition(clock.start_of(packet), count, number, packet.pts))
        start = clock.seconds
    return found


def ranges(path: Path, cuts: Sequence[PacketPosition]) -> list[tuple[PacketPosition | None, np.ndarray]]:
    bounds = [None, *cuts, None]
    return [
        (first, np.concatenate(list(AudioStream(path, first=first, until=until))))
        for first, until in itertools.pairwise(bounds)
    ]


NAMES = [*FORMATS, "chain.ogg", "chain.wav"]


@given(data=st.data(), name=st.sampled_from(NAMES))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_ranges_laid_end_to_end_are_the_whole_file(files: dict[str, Path], data: st.DataObject, name: str) -> None:
    whole, packets = whole_file(files[name]), positions(files[name])
    # The first packets of some codecs hold no sample that is heard.
    numbers = data.draw(st.lists(st.integers(4, len(packets) - 1), min_size=1, max_size=3, unique=True))
    found = ranges(files[name], [packets[n] for n in sorted(numbers)])

    joined = np.concatenate([samples for _, samples in found])
    at = 0
    for first, samples in found:
        if first is not None:
            assert first.seconds == pytest.approx(at / SAMPLE_RATE, abs=0.01)
        at += len(samples)

    assert abs(len(joined) - len(whole)) <= 2 * len(found)  # a resampler rounds at its end
    if FORMATS[name.replace("chain", "a")].rate == SAMPLE_RATE:
        assert np.abs(joined - whole).max() < 1e-4  # nothing lost, doubled or shifted by a sample


def test_range_knows_length_of_whole_file(files: dict[str, Path]) -> None:
    packets = positions(files["vbr.mp3"])
    middle = packets[len(packets) // 2]

    head = AudioStream(files["vbr.mp3"], until=middle, file_seconds=4.1)
    tail = AudioStream(files["vbr.mp3"], first=middle, file_seconds=4.1)
    for audio in (head, tail):
        list(audio)

    assert head.info.duration == 4.1
    assert not head.info.truncated
    assert not tail.info.truncated


def test_other_packets_than_the_planned_ones_are_refused(files: dict[str, Path]) -> None:
    position = positions(files["a.flac"])[3]
    moved = PacketPosition(position.seconds, position.packet + 1, 0, position.stamp)

    with pytest.raises(RuntimeError, match="time stamp"):
        list(AudioStream(files["a.flac"], first=moved))
