"""Context of a range: the samples right before and behind it, as the whole file has them, and none beyond a gap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.recordings.encoded_audio import write_audio
from earshot_contract.documents.shards import PacketPosition
from tests.unit.transcriber.audio.decoding.test_packets import FORMATS, positions, whole_file, write_with_hole
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream

NAMES = ["a.wav", "a.flac", "vbr.mp3", "a.m4a", "a.aac", "a.ts", "a.ogg", "live.webm", "chain.ogg"]
SECONDS, CONTEXT = 14, 3.0


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("context")
    for name in {*NAMES, "a.mkv"} - {"chain.ogg"}:
        rate = FORMATS[name].rate
        times = np.arange(SECONDS * rate) / rate
        noise = np.random.default_rng(0).normal(0, 3000, len(times)) * (1.2 + np.sin(times * 3))
        write_audio(folder / name, noise.astype(np.int16), rate, FORMATS[name])
    (folder / "chain.ogg").write_bytes((folder / "a.ogg").read_bytes() * 2)
    write_with_hole(folder / "a.mkv", folder / "hole.mkv")
    return {path.name: path for path in folder.iterdir()}


def read(path: Path, first: PacketPosition | None, until: PacketPosition | None) -> tuple[AudioStream, np.ndarray]:
    stream = AudioStream(path, first=first, until=until, context_seconds=CONTEXT)
    return stream, np.concatenate(list(stream))


def at(packets: list[PacketPosition], seconds: float) -> PacketPosition:
    return min(packets, key=lambda position: abs(position.seconds - seconds))


@pytest.mark.parametrize("name", NAMES)
def test_context_is_what_the_whole_has_around_the_range(files: dict[str, Path], name: str) -> None:
    whole, packets = whole_file(files[name]), positions(files[name])
    first, until = at(packets, 6.0), at(packets, 9.0)
    stream, samples = read(files[name], first, until)
    begin, end = (round(cut.seconds * SAMPLE_RATE) for cut in (first, until))

    for part, start in ((stream.before, begin - len(stream.before)), (stream.behind, begin + len(samples))):
        assert CONTEXT <= len(part) / SAMPLE_RATE < CONTEXT + 0.3
        inside = slice(800, len(part) - 800)  # a resampler begins and ends softly
        difference = part[inside] - whole[start : start + len(part)][inside]
        assert float(np.abs(difference).mean()) < 0.1 * float(np.abs(part).mean())
    assert abs(begin + len(samples) - end) <= 2
    plain = np.concatenate(list(AudioStream(files[name], first=first, until=until)))
    np.testing.assert_array_equal(samples, plain)


def test_context_ends_at_a_gap_and_at_the_end(files: dict[str, Path]) -> None:
    packets = positions(files["hole.mkv"])
    before, after = at(packets, 0.9), at(packets, 4.5)
    stream, _ = read(files["hole.mkv"], after, None)
    assert 1.5 < len(stream.before) / SAMPLE_RATE < 2.1
    assert not len(stream.behind)
    stream, _ = read(files["hole.mkv"], None, before)
    assert len(stream.behind) / SAMPLE_RATE < 0.2
    assert not len(stream.before)


def test_context_is_of_the_same_recording(files: dict[str, Path]) -> None:
    packets = positions(files["chain.ogg"])
    stream, _ = read(files["chain.ogg"], at(packets, SECONDS + 2.5), None)
    assert len(stream.before) / SAMPLE_RATE < 2.5
