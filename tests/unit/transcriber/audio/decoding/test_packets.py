"""Ranges from packet to packet: laid end to end they are the whole file, sample by sample, in every container."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.recordings.encoded_audio import Encoding, write_audio
from earshot_contract.documents.shards import PacketPosition
from tests.fixtures.audio_files.edit_lists import with_edits
from transcriber.audio.decoding.packets import PacketClock
from transcriber.audio.decoding.timeline import Timeline
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
    "a.mkv": Encoding("libmp3lame", 16_000),
    # Milliseconds, and a length of frames that only the decoder knows.
    "short.webm": Encoding("libopus", 48_000, encoder={"frame_duration": "2.5"}),
    "ac3.mkv": Encoding("ac3", 44_100),
    "a.ac3": Encoding("ac3", 44_100),
}
BATCH = 16  # packets placed at once
HOLE = 1500  # ms, in the clock of a file after its first second


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
    write_changing(folder / "changing.mkv")
    write_with_hole(folder / "a.mkv", folder / "hole.mkv")
    write_with_hole(folder / "a.mkv", folder / "hole.avi")
    return {path.name: path for path in folder.iterdir()}


def write_changing(target: Path) -> None:
    """Write packets of changing length, as Vorbis has, in a container of milliseconds."""
    samples, random = noise(44_100), np.random.default_rng(1)
    with av.open(str(target), "w") as new:
        stream = new.add_stream("pcm_s16le", rate=44_100)
        stream.layout = "mono"
        at = 0
        while at < len(samples):
            frame = av.AudioFrame.from_ndarray(samples[None, at : at + int(random.integers(100, 600))], "s16", "mono")
            frame.sample_rate, frame.pts = 44_100, at
            at += frame.samples
            new.mux(stream.encode(frame))
        new.mux(stream.encode(None))


def write_with_hole(source: Path, target: Path) -> None:
    """Write the packets of a file again, as a recorder that was paused would."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        stream = new.add_stream_from_template(old.streams.audio[0])
        for packet in old.demux(audio=0):
            if packet.pts is not None:
                packet.pts = packet.dts = packet.pts + (HOLE if packet.pts > 1000 else 0)
                packet.stream = stream
                new.mux(packet)


@cache
def whole_file(path: Path) -> np.ndarray:
    return np.concatenate(list(AudioStream(path)))


@cache
def positions(path: Path) -> list[PacketPosition]:
    """All packets of a file but the last, which is the end of the stream."""
    found, start = [], 0.0
    for number, part in recordings(path):
        clock = PacketClock(part, start)
        packets = [packet for packet in part.packets() if packet.size]
        batches = [clock.times_of(packets[n : n + BATCH]) for n in range(0, len(packets), BATCH)]
        starts = np.concatenate(batches)[:, 0].tolist()
        found += [PacketPosition(starts[n], n, number, packet.pts) for n, packet in enumerate(packets)]
        start = clock.seconds
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FORMATS, "changing.mkv"])
def test_packets_are_where_the_whole_has_their_samples(files: dict[str, Path], name: str) -> None:
    """Positions are exact to the sample; where time stamps in milliseconds alone give a length, to 1.5 ms."""
    whole, packets = whole_file(files[name]), positions(files[name])
    for position in packets[len(packets) // 4 : len(packets) * 3 // 4 : max(1, len(packets) // 16)]:
        part = np.concatenate(list(AudioStream(files[name], first=position)))[800:4800]
        at = round(position.seconds * SAMPLE_RATE) + 800
        around = whole[max(0, at - 200) : at + 200 + len(part)]
        near = np.lib.stride_tricks.sliding_window_view(around, len(part))
        lag = int(((near - part) ** 2).sum(axis=1).argmin()) - min(at, 200)
        assert abs(lag) <= (24 if name == "changing.mkv" else 0), f"packet {position.packet}"


def ranges(path: Path, cuts: Sequence[PacketPosition]) -> list[tuple[PacketPosition | None, np.ndarray]]:
    bounds = [None, *cuts, None]
    return [
        (first, np.concatenate(list(AudioStream(path, first=first, until=until))))
        for first, until in itertools.pairwise(bounds)
    ]


NAMES = [*FORMATS, "chain.ogg", "chain.wav"]


@pytest.mark.slow
@given(data=st.data(), name=st.sampled_from(NAMES))
@settings(
    max_examples=min(40, settings.default.max_examples),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
def test_ranges_laid_end_to_end_are_the_whole_file(files: dict[str, Path], data: st.DataObject, name: str) -> None:
    whole, packets = whole_file(files[name]), positions(files[name])
    # The first packets of some codecs hold no audible sample.
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


@pytest.mark.parametrize("name", [*NAMES, "hole.mkv"])
def test_packets_placed_at_once_are_where_each_alone_is(
    files: dict[str, Path], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = positions.__wrapped__(files[name])
    monkeypatch.setattr(Timeline, "continue_run", lambda *_: False)

    assert at_once == positions.__wrapped__(files[name])


EDITS = {
    # Lengths in ms, first samples at 16 kHz; an AAC encoder puts 1,024 before the audio.
    "beginning left out": [(2000, 1024 + 24_000)],
    "middle left out": [(1000, 1024), (1500, 1024 + 40_000)],
    "pause inserted": [(1000, 1024), (1500, -1), (2000, 1024 + 30_000)],
    "a part twice": [(2000, 1024), (2000, 1024 + 8_000)],
}


@pytest.mark.parametrize("edits", EDITS.values(), ids=EDITS)
def test_what_an_edit_list_leaves_out_takes_no_time(
    files: dict[str, Path], edits: list[tuple[int, int]], tmp_path: Path
) -> None:
    """FFmpeg gives such packets to the decoder and drops their frames; a player's clock does not run meanwhile.

    It reads a second of them before each edit. The packet in which an edit begins is heard in part: this much may
    differ.
    """
    packet_seconds = 1024 / SAMPLE_RATE
    path = tmp_path / "edited.m4a"
    path.write_bytes(with_edits(files["a.m4a"].read_bytes(), edits))
    whole, packets = whole_file(path), positions(path)

    at = 0
    cuts = [a for a, b in itertools.pairwise(packets) if a.seconds > 0.3 and a.seconds < b.seconds][8::8]
    for first, samples in ranges(path, cuts):
        if first is not None:
            assert first.seconds == pytest.approx(at / SAMPLE_RATE, abs=packet_seconds)
        at += len(samples)

    assert len(cuts) > 2
    assert abs(at - len(whole)) <= 2 * (len(cuts) + 1)


def test_hole_in_the_clock_is_a_hole_between_packets(files: dict[str, Path]) -> None:
    packets = positions(files["hole.mkv"])

    longest = max(b.seconds - a.seconds for a, b in itertools.pairwise(packets))
    assert longest == pytest.approx(HOLE / 1000, abs=0.1)  # and the packet before it


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
