"""WAV whose header names another encoding than the samples have is read as it is speech, with a warning."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.rows import each_row
from tests.unit.transcriber.audio.test_sample_encoding import EIGHT, raw_samples
from transcriber.audio.stream import AudioStream

TAGS = {"unsigned8": (1, 8), "linear16": (1, 16), "alaw": (6, 8), "mulaw": (7, 8)}
TRAILER = b"LIST" + struct.pack("<I", 4) + b"INFO"


def wav(header: str, samples: bytes, channels: int = 1, length: int | None = None) -> bytes:
    tag, bits = TAGS[header]
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, 16_000, 16_000 * frame, frame, bits)
    size = len(samples) if length is None else length
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", size) + samples + TRAILER
    return b"RIFF" + struct.pack("<I", len(body)) + body


def speech_samples(speech: Path, loudness: float) -> np.ndarray:
    return (decode(speech).samples * 32767 * loudness).astype(np.int16)


@pytest.mark.slow
@pytest.mark.parametrize("loudness", [1.0, 0.05])
@pytest.mark.parametrize("header", TAGS)
@pytest.mark.parametrize("true", ["linear16", "linear16be", "mulaw", "alaw", "unsigned8", "signed8"])
def test_wav_is_read_in_the_encoding_of_its_samples(
    speech: Path, tmp_path: Path, true: str, header: str, loudness: float
) -> None:
    if true in EIGHT:
        loudness = max(loudness, 0.3)  # of less, 8 bits leave little
    samples = speech_samples(speech, loudness)
    path = tmp_path / "a.wav"
    path.write_bytes(wav(header, raw_samples(samples, true)))

    audio = AudioStream(path)
    found = np.concatenate(list(audio))

    assert abs(len(found) - len(samples)) < 100
    assert np.corrcoef(found[: len(samples)], samples[: len(found)])[0, 1] > 0.95
    assert [warning.type for warning in audio.warnings] == ["contradicts_file"] * (true != header)
    assert all("the file's header says" in warning.message for warning in audio.warnings)


def test_encoding_is_found_in_a_wav_without_a_length(speech: Path, tmp_path: Path) -> None:
    samples = speech_samples(speech, 1.0)
    path = tmp_path / "a.wav"
    path.write_bytes(wav("linear16", raw_samples(samples, "linear16be"), length=0xFFFF_FFFF))

    audio = AudioStream(path)
    found = np.concatenate(list(audio))

    assert np.corrcoef(found[: len(samples)], samples[: len(found)])[0, 1] > 0.95
    assert [warning.type for warning in audio.warnings] == ["contradicts_file"]


@pytest.mark.slow
@each_row("channels", [1, 2])
def test_a_true_header_is_believed(tmp_path: Path, channels: int) -> None:
    """Noise, tones and silence, loud and faint; one of two channels is silent."""
    time, random = np.arange(64_000) / 16_000, np.random.default_rng(1)
    tones = [np.sin(2 * np.pi * pitch * time) for pitch in (440, 7000)]
    square = np.sign(tones[0])
    sounds = [*tones, square, random.normal(0, 0.3, len(time)), random.uniform(-1, 1, len(time)), 0 * time]
    path = tmp_path / "a.wav"
    for sound in sounds:
        for loudness in (1.0, 0.5, 0.1, 0.01, 0.001):
            samples = np.clip(sound * 32767 * loudness, -32768, 32767).astype(np.int16)
            if channels == 2:
                samples = np.stack([samples, np.zeros_like(samples)], axis=1).reshape(-1)
            for header in TAGS:
                path.write_bytes(wav(header, raw_samples(samples, header), channels))
                assert AudioStream(path).warnings == [], (header, loudness)
