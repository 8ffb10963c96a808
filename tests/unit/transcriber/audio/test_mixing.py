"""Channels mixed to one: none hides the others, and none cancels them out."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from bench.recordings.corpus import wav
from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.audio_files.encoder_options import fastest
from tests.fixtures.audio_files.noise_files import (
    level,
    matroska,
    noise,
    read,
)
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream


@pytest.mark.parametrize("gain", [-1.0, -0.9])
@pytest.mark.parametrize("rate", [SAMPLE_RATE, 44_100])
def test_channels_that_cancel_out_are_audible(tmp_path: Path, gain: float, rate: int) -> None:
    sound = noise(3.0, rate=rate)
    path = wav(tmp_path / "a.wav", np.stack([sound, gain * sound], axis=1), rate)

    samples, warnings = read(path)

    assert level(samples) > 0.5 * level(sound)
    assert warnings == ["channels_cancel_out"]


@pytest.mark.parametrize(("gains", "named"), [((1.0, -0.9), "channel 0 "), ((-0.9, 1.0), "channel 1 ")])
def test_warning_names_the_channel_that_was_taken(tmp_path: Path, gains: tuple[float, float], named: str) -> None:
    sound = noise(2.0)
    audio = AudioStream(wav(tmp_path / "a.wav", np.stack([gain * sound for gain in gains], axis=1)))
    list(audio)

    assert [named in warning.message for warning in audio.warnings] == [True]


@pytest.mark.parametrize(
    "channels",
    [
        [noise(2.0), noise(2.0, 2)],
        [noise(2.0), np.zeros(2 * SAMPLE_RATE, np.float32)],
        [np.zeros(2 * SAMPLE_RATE, np.float32), noise(2.0)],
        [noise(2.0), noise(2.0)],
        [noise(2.0), noise(2.0) + 0.3],  # with a constant part
    ],
)
def test_channels_that_do_not_cancel_are_mixed(tmp_path: Path, channels: list[np.ndarray]) -> None:
    samples, warnings = read(wav(tmp_path / "a.wav", np.stack(channels, axis=1)))

    assert level(samples) > 0.07
    assert warnings == []


CHANNELS_OF_5_1 = ("front left", "front right", "centre", "low frequencies", "back left", "back right")


@pytest.mark.parametrize("speaking", [n for n, name in enumerate(CHANNELS_OF_5_1) if name != "low frequencies"])
def test_speech_in_any_channel_of_5_1_is_audible(tmp_path: Path, speaking: int) -> None:
    channels = np.stack([noise(2.0, seed, level=1e-4) for seed in range(6)])
    channels[speaking] = noise(2.0, 9)

    samples, warnings = read(matroska(tmp_path / "a.mka", channels))

    assert np.corrcoef(samples, channels[speaking])[0, 1] > 0.99
    assert level(samples) > 0.02
    assert warnings == []


def test_low_frequencies_of_5_1_are_not_mixed(tmp_path: Path) -> None:
    channels = np.zeros((6, 2 * SAMPLE_RATE), np.float32)
    channels[2], channels[3] = noise(2.0, 1, level=0.05), noise(2.0, 2, level=0.3)

    samples, _ = read(matroska(tmp_path / "a.mka", channels))

    assert np.corrcoef(samples, channels[2])[0, 1] > 0.99


def test_surround_that_cancels_out_is_audible(tmp_path: Path) -> None:
    sound = noise(2.0)
    channels = np.zeros((6, len(sound)), np.float32)
    channels[0], channels[1] = sound, -sound

    samples, warnings = read(matroska(tmp_path / "a.mka", channels))

    assert level(samples) > 0.5 * level(sound)
    assert warnings == ["channels_cancel_out"]


@pytest.mark.parametrize("dead", [0, 1])
@pytest.mark.parametrize("value", [0.0, 0.5])
def test_dead_channel_does_not_hide_the_other(tmp_path: Path, dead: int, value: float) -> None:
    """Silent, or stuck at a constant value as a broken input is."""
    channels = np.stack([noise(2.0), noise(2.0)])
    channels[dead] = value

    samples, warnings = read(wav(tmp_path / "a.wav", channels.T))

    assert np.corrcoef(samples, channels[1 - dead])[0, 1] > 0.99
    assert float(np.std(samples)) > 0.4 * level(channels[1 - dead])
    assert warnings == []


def test_only_live_channel_of_many_is_audible(tmp_path: Path) -> None:
    channels = np.zeros((SAMPLE_RATE, 32), np.float32)
    channels[:, 17] = noise(1.0)

    assert level(read(wav(tmp_path / "a.wav", channels))[0]) > 0.1


def test_float_samples_beyond_full_scale_are_scaled(tmp_path: Path) -> None:
    sound = noise(2.0)
    path = tmp_path / "a.wav"
    body = (sound * 32768).astype("<f4").tobytes()
    header = struct.pack("<HHIIHH", 3, 1, SAMPLE_RATE, SAMPLE_RATE * 4, 4, 32)
    riff = b"WAVEfmt " + struct.pack("<I", 16) + header + b"data" + struct.pack("<I", len(body)) + body
    path.write_bytes(b"RIFF" + struct.pack("<I", len(riff)) + riff)

    samples = decode(path).samples

    assert np.abs(samples).max() <= 1
    assert np.corrcoef(samples, sound)[0, 1] > 0.99


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "codec", "layout"),
    [("a.m4a", "aac", "7.1"), ("a.wv", "wavpack", "7.1"), ("b.wv", "wavpack", "hexadecagonal")],
)
def test_eight_channels_and_more_are_read_apart(tmp_path: Path, name: str, codec: str, layout: str) -> None:
    """PyAV's own conversion kills the process where each of them is a plane."""
    path, channels = tmp_path / name, av.AudioLayout(layout).nb_channels
    hz = 300 + 100 * np.arange(channels)[:, None]
    hz[3] = 100  # the channel of a 7.1 that has low frequencies only
    tones = (0.3 * np.sin(2 * np.pi * hz * np.arange(SAMPLE_RATE) / SAMPLE_RATE)).astype(np.float32)
    with av.open(str(path), "w") as file:
        stream: Any = file.add_stream(codec, rate=SAMPLE_RATE, layout=layout, options=fastest(codec))
        stream.bit_rate = 64_000 * channels
        frame = av.AudioFrame.from_ndarray(tones.T.reshape(1, -1).copy(), "flt", layout)
        frame.sample_rate, frame.pts = SAMPLE_RATE, 0
        size = stream.codec_context.frame_size or 1024
        resampler = av.AudioResampler(stream.codec_context.format, layout, SAMPLE_RATE, frame_size=size)
        for part in [*resampler.resample(frame), *resampler.resample(None), None]:
            file.mux(stream.encode(part))

    found = [np.concatenate(list(AudioStream(path, channel=channel)))[4000:12000] for channel in range(channels)]

    loudest = [int(np.abs(np.fft.rfft(samples)).argmax()) * SAMPLE_RATE // 8000 for samples in found]
    assert sorted(loudest)[1:] == sorted(hz[:, 0].tolist())[1:]
    assert 0 < min(loudest) <= 100
