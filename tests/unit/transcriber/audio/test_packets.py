"""Ranges from packet to packet: laid end to end they are the whole file, sample by sample, in every container."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.resampler import AudioResampler
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earshot_contract.shards import PacketPosition
from transcriber.audio.packets import PacketClock
from transcriber.audio.recordings import recordings
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream

SECONDS = 4
# name, codec, sample rate, options of the muxer and of the encoder
FORMATS: dict[str, tuple[str, int, dict[str, str], dict[str, str]]] = {
    "a.wav": ("pcm_s16le", 16_000, {}, {}),
    "a.flac": ("flac", 16_000, {}, {}),
    "cbr.mp3": ("libmp3lame", 16_000, {}, {"b": "48000"}),
    "vbr.mp3": ("libmp3lame", 16_000, {"write_xing": "0"}, {"q": "4"}),
    "a.m4a": ("aac", 16_000, {}, {}),
    "a.aac": ("aac", 16_000, {}, {}),
    "a.ts": ("aac", 16_000, {}, {}),
    "a.ogg": ("libopus", 48_000, {}, {}),
    "a.webm": ("libopus", 48_000, {}, {}),
    "live.webm": ("libopus", 48_000, {"live": "1"}, {}),
}


def encode(target: Path, codec: str, rate: int, muxer: dict[str, str], encoder: dict[str, str]) -> None:
    """Noise whose loudness changes: no two stretches of it are alike."""
    times = np.arange(SECONDS * rate) / rate
    noise = np.random.default_rng(0).normal(0, 3000, len(times)) * (1.2 + np.sin(times * 3))
    with av.open(str(target), "w", options=muxer) as file:
        stream = file.add_stream(codec, rate=rate, options=encoder)
        stream.layout = "mono"
        resampler = AudioResampler(stream.codec_context.format, "mono", rate)
        frame = av.AudioFrame.from_ndarray(noise.astype(np.int16)[None], "s16", "mono")
        frame.sample_rate = rate
        for resampled in [*resampler.resample(frame), *resampler.resample(None)]:
            file.mux(stream.encode(resampled))
        file.mux(stream.encode(None))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("formats")
    for name, form in FORMATS.items():
        encode(folder / name, *form)
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
    if FORMATS[name.replace("chain", "a")][1] == SAMPLE_RATE:
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
