"""The audio stream: blocks, time ranges, channels, damaged files, limits, memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import av
import numpy as np
import pytest

from bench.recordings.corpus import wav
from earshot_contract.documents.shards import RawAudio, ShardError
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream
from transcriber.engine_protocol import ShardFailed


def tones(seconds: float, *heights: int, rate: int = SAMPLE_RATE) -> np.ndarray:
    wave_ = np.sin(np.arange(round(seconds * rate)) * 0.05)
    return np.stack([wave_ * height for height in heights], axis=1).astype(np.int16)


def encoded(source: Path, target: Path, codec: str, **options: str) -> Path:
    with av.open(str(source)) as old, av.open(str(target), "w", options=options) as new:
        stream = new.add_stream(codec, rate=48_000 if codec == "libopus" else SAMPLE_RATE)
        stream.layout = old.streams.audio[0].layout
        resampler = av.AudioResampler(stream.codec_context.format, stream.layout, stream.rate)
        for frame in [*old.decode(audio=0), None]:
            for resampled in resampler.resample(frame):
                new.mux(stream.encode(resampled))
        new.mux(stream.encode(None))
    return target


def samples(audio: AudioStream) -> np.ndarray:
    return np.concatenate(list(audio))


def test_blocks_join_to_all_samples_of_file(tmp_path: Path) -> None:
    heights = np.random.default_rng(0).integers(-20_000, 20_000, (SAMPLE_RATE * 25 + 7, 1))
    audio = AudioStream(wav(tmp_path / "noise.wav", heights))

    blocks = list(audio)

    assert len(blocks) > 1
    assert np.array_equal(np.concatenate(blocks), heights[:, 0].astype(np.float32) / 32768)
    assert (audio.info.duration, audio.info.codec, audio.info.truncated) == (25.0, "pcm_s16le", False)


def test_stereo_channels_are_separated_and_mixed(tmp_path: Path) -> None:
    path = wav(tmp_path / "two.wav", tones(2.0, 8000, 0))

    left, right, mixed = (samples(AudioStream(path, channel=channel)) for channel in (0, 1, None))

    assert np.abs(right).max() == 0
    assert np.abs(left).max() > 0.2
    assert np.abs(mixed).max() == pytest.approx(np.abs(left).max() / 2, rel=0.02)


def test_seek_to_late_range_equals_full_decode(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(-3000, 3000, (SAMPLE_RATE * 45, 1))
    source = wav(tmp_path / "noise.wav", noise)
    for path in (source, encoded(source, tmp_path / "noise.flac", "flac")):
        whole = samples(AudioStream(path))
        audio = AudioStream(path, start=35.5, end=40.25)
        part = samples(audio)

        assert np.array_equal(part, whole[round(35.5 * SAMPLE_RATE) : round(40.25 * SAMPLE_RATE)])
        assert audio.info.duration == 45.0
        assert not audio.info.truncated


def test_raw_stereo_is_decoded_by_raw_format(tmp_path: Path) -> None:
    sound = tones(1.0, 8000, 100, rate=8000)
    path = tmp_path / "raw"
    path.write_bytes(sound.astype("<i2").tobytes())

    audio = AudioStream(path, channel=0, raw=RawAudio("linear16", 8000, 2))

    assert len(samples(audio)) == pytest.approx(SAMPLE_RATE, abs=50)
    assert audio.info.channels == 2


def test_flac_cut_in_half_is_reported_truncated(tmp_path: Path) -> None:
    source = wav(tmp_path / "long.wav", np.random.default_rng(1).integers(-3000, 3000, (SAMPLE_RATE * 20, 1)))
    flac = encoded(source, tmp_path / "long.flac", "flac")
    flac.write_bytes(flac.read_bytes()[: flac.stat().st_size // 2])

    audio = AudioStream(flac)

    assert 8 < len(samples(audio)) / SAMPLE_RATE < 12
    assert audio.info.truncated


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"", ShardError.EMPTY), (b"%PDF-1.4 ...", ShardError.NOT_AUDIO), (b"\0" * 5000, ShardError.NOT_AUDIO)],
)
def test_file_without_audio_raises_shard_failed(tmp_path: Path, content: bytes, error: ShardError) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    with pytest.raises(ShardFailed) as raised:
        samples(AudioStream(path))
    assert raised.value.error is error


def test_limits_raise_their_errors(tmp_path: Path) -> None:
    path = wav(tmp_path / "three.wav", tones(30.0, 1000, 1000, 1000))

    for error, limits in (
        (ShardError.TOO_LONG, {"max_seconds": 20.0}),
        (ShardError.NOT_AUDIO, {"max_channels": 2}),
    ):
        with pytest.raises(ShardFailed) as raised:
            samples(AudioStream(path, **limits))  # type: ignore[arg-type]
        assert raised.value.error is error


@pytest.mark.slow
def test_peak_memory_is_independent_of_duration(tmp_path: Path) -> None:
    peaks = []
    for seconds in (25, 100):
        path = wav(tmp_path / f"{seconds}.wav", np.zeros((SAMPLE_RATE * seconds, 1)))
        tracemalloc.start()
        for _ in AudioStream(path):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]
