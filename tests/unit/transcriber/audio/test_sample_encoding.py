"""Raw samples of another encoding than the caller says, or behind a stray byte, are read as they are speech."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import pytest

from earshot_contract.documents.shards import RawAudio
from tests.fixtures.audio_files.decoded_audio import SAMPLE_SECONDS, decode
from transcriber.audio.sample_encoding import sample_encoding
from transcriber.audio.stream import AudioStream

RAW = RawAudio("linear16", 16_000)
# (true, claimed): 32 bits called something shorter, and anything called 32 bits, are not told from other mistakes, but
# for floats called 16 bits and integers called floats.
UNDECIDED = {
    *((true, "linear32") for true in ("linear16", "linear16be", "mulaw", "alaw", "unsigned8", "signed8")),
    *((true, claimed) for true in ("linear32", "linear32int", "linear32be") for claimed in ("mulaw", "alaw")),
    ("linear32int", "linear16"),
    ("linear32be", "linear16"),
}


def samples_of(path: Path) -> np.ndarray:
    return np.round(decode(path).samples * 32767).astype(np.int16)


@pytest.mark.slow
@pytest.mark.parametrize("loudness", [1.0, 0.2])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("order", "stray", "says"),
    [
        ("<i2", b"", None),
        (">i2", b"", "big-endian"),
        ("<i2", b"\n", "behind 1 byte"),
        (">i2", b"\n", None),
    ],
)
def test_samples_in_another_order_are_read_with_a_warning(
    speech: Path, tmp_path: Path, order: str, stray: bytes, says: str | None, channels: int, loudness: float
) -> None:
    samples = (samples_of(speech) * loudness).astype(np.int16)
    path = tmp_path / "a.raw"
    path.write_bytes(stray + np.repeat(samples, channels).astype(order).tobytes())
    raw = RawAudio("linear16", 16_000, channels)
    audio = AudioStream(path, raw=raw)

    found = np.concatenate(list(audio))

    assert len(found) / 16_000 == pytest.approx(SAMPLE_SECONDS, abs=0.01)
    assert np.corrcoef(found[: len(samples)], samples[: len(found)])[0, 1] > 0.95
    assert [warning.type for warning in audio.warnings] == ["contradicts_file"] * (says is not None)
    assert all(str(says) in warning.message for warning in audio.warnings)


def test_order_of_noise_and_of_silence_is_that_of_linear16(tmp_path: Path) -> None:
    path = tmp_path / "a.raw"
    high_tone = 300 * np.sin(2 * np.pi * 0.45 * np.arange(80_000))  # far from zero and from its neighbours, as noise is
    for samples in (np.random.default_rng(1).normal(0, 3000, 80_000), high_tone, np.zeros(80_000), np.ones(40)):
        path.write_bytes(samples.astype("<i2").tobytes())
        audio = AudioStream(path, raw=RAW)
        list(audio)
        assert audio.warnings == []


EIGHT = ("unsigned8", "signed8")
ENCODINGS = ("linear16", "linear16be", "linear32", "linear32int", "linear32be", "mulaw", "alaw", *EIGHT)
NAMED = {"linear16be": "big-endian", "linear32int": "32-bit integers", "linear32be": "big-endian"}
NAMED |= {"unsigned8": "without a sign", "signed8": "with a sign"}  # of those that `encoding` cannot name


def raw_samples(samples: np.ndarray, encoding: str) -> bytes:
    if encoding in ("mulaw", "alaw"):
        return encoded_samples(samples, encoding)
    if encoding == "unsigned8":
        return ((samples >> 8) + 128).astype(np.uint8).tobytes()
    scale, dtype = {
        "linear16": (1, "<i2"),
        "linear16be": (1, ">i2"),
        "linear32": (1 / 32768, "<f4"),
        "linear32int": (1 << 16, "<i4"),
        "linear32be": (1 / 32768, ">f4"),
        "signed8": (1 / 256, "i1"),
    }[encoding]
    return (samples.astype(np.float64) * scale).astype(dtype).tobytes()


def encoded_samples(samples: np.ndarray, encoding: str) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=encoding) as file:
        stream = file.add_stream(f"pcm_{encoding}", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
        frame.sample_rate = 16_000
        for sent in (frame, None):
            file.mux(stream.encode(sent))
    return out.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("loudness", [1.0, 0.05])
@pytest.mark.parametrize("claimed", ["linear16", "linear32", "mulaw", "alaw"])
@pytest.mark.parametrize("true", ENCODINGS)
def test_samples_are_read_as_what_their_bytes_are(
    speech: Path, tmp_path: Path, true: str, claimed: str, loudness: float
) -> None:
    if true in EIGHT:
        loudness = max(loudness, 0.3)  # of less, 8 bits leave little
    samples = (samples_of(speech) * loudness).astype(np.int16)
    path = tmp_path / "a.raw"
    path.write_bytes(raw_samples(samples, true))

    audio = AudioStream(path, raw=RawAudio(claimed, 16_000))
    found = np.concatenate(list(audio))

    if true != claimed and (true, claimed) in UNDECIDED:
        return
    assert np.corrcoef(found[: len(samples)], samples[: len(found)])[0, 1] > 0.95
    messages = [warning.message for warning in audio.warnings]
    assert len(messages) == (true != claimed)
    assert all(NAMED.get(true, f"({true})") in message for message in messages)


@pytest.mark.slow
@pytest.mark.parametrize("law", ["mulaw", "alaw"])
@pytest.mark.parametrize("loudness", [700, 1000, 1500, 2000])
def test_steady_noise_and_tone_stay_of_the_law_they_claim(tmp_path: Path, law: str, loudness: int) -> None:
    """Their codes are those that are small ones of the other law: a fan, an engine, music while a caller is on hold."""
    path = tmp_path / "a.raw"
    noise = np.random.default_rng(1).normal(0, loudness, 200_000)
    for samples in (noise, loudness * np.sin(2 * np.pi * 0.055 * np.arange(200_000))):
        path.write_bytes(raw_samples(samples.astype(np.int16), law))
        assert sample_encoding(path, law, 1).name == law


def test_silence_around_minus_one_is_no_mulaw(tmp_path: Path) -> None:
    """Read so, an hour of it would be two, and the speech in it noise."""
    path = tmp_path / "a.raw"
    dither = np.floor(np.random.default_rng(1).normal(-0.3, 0.3, 200_000))
    for samples in (np.full(200_000, -1), dither):
        path.write_bytes(samples.astype("<i2").tobytes())
        assert sample_encoding(path, "linear16", 1).name == "linear16"


def two_channels(speech: Path, second: str) -> np.ndarray:
    first = samples_of(speech)
    silent = np.zeros_like(first)
    noise = np.random.default_rng(1).normal(0, 6, len(first)).astype(np.int16)
    others = {"voice": first[::-1] // 2, "same": first, "silent": silent, "noise": noise}
    return np.stack([first, others[second.removesuffix(" first")]], axis=1)[:, :: -1 if "first" in second else 1]


@pytest.mark.slow
@pytest.mark.parametrize("loudness", [1.0, 0.05])
@pytest.mark.parametrize("claimed", ["mulaw", "alaw"])
@pytest.mark.parametrize("second", ["voice", "same", "silent", "noise", "silent first", "noise first"])
def test_two_channels_are_read_as_what_they_are(
    speech: Path, tmp_path: Path, second: str, claimed: str, loudness: float
) -> None:
    samples = (two_channels(speech, second) * loudness).astype(np.int16)
    path, found = tmp_path / "a.raw", {}
    for true in ("linear16", "linear16be", claimed):
        path.write_bytes(raw_samples(samples.reshape(-1), true))
        found[true] = sample_encoding(path, claimed, 2).name

    assert found == {true: true for true in found}
