"""Which bytes and which sound: WAV lengths, claims, tracks, channels that cancel out, hostile headers."""

from __future__ import annotations

import io
import resource
import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from bench.corpus import wav
from earshot_contract.shards import RawAudio, ShardError
from tests.fixtures.audio import decode
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream
from transcriber.engine_protocol import ShardFailed


def noise(seconds: float, seed: int = 1, level: float = 0.2, rate: int = SAMPLE_RATE) -> np.ndarray:
    return (np.random.default_rng(seed).normal(0, level, round(seconds * rate))).clip(-1, 1).astype(np.float32)


def read(path: Path, **options: Any) -> tuple[np.ndarray, list[str]]:
    """All samples, and the types of the warnings."""
    audio = AudioStream(path, **options)
    samples = np.concatenate(list(audio))
    return samples, [warning.type for warning in audio.warnings]


def level(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def matroska(path: Path, *tracks: np.ndarray, default: int | None = None) -> Path:
    """Write tracks of shape (channels, n), each as 16-bit samples; six channels are 5.1, in FLAC, which says so."""
    with av.open(str(path), "w") as file:
        forms = [("flac", "5.1") if len(track) == 6 else ("pcm_s16le", f"{len(track)}c") for track in tracks]
        streams = [file.add_stream(codec, rate=SAMPLE_RATE, layout=layout) for codec, layout in forms]
        for n, stream in enumerate(streams):
            stream.disposition = av.stream.Disposition.default if n == default else 0
        packets = []
        for stream, sound in zip(streams, tracks, strict=True):
            whole = (np.clip(sound, -1, 1) * 32767).astype(np.int16)
            for at in range(0, whole.shape[1], 1024):
                packed = np.ascontiguousarray(whole[:, at : at + 1024].T).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(packed, "s16", stream.layout.name)
                frame.sample_rate, frame.pts = SAMPLE_RATE, at
                packets += stream.encode(frame)
            packets += stream.encode(None)
        for packet in sorted(packets, key=lambda packet: float(packet.dts * packet.time_base)):
            file.mux(packet)
    return path


@pytest.mark.parametrize(
    ("riff", "data"),
    [
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0, 0),
        (0x7FFFFFFF, 0x7FFFFFDB),
        (0x7FFFF024, 0x7FFFF000),
        (None, 1000),
        (None, 1001),
        (100, None),
        (None, 0),
    ],
)
@pytest.mark.parametrize("extensible", [False, True])
def test_untrue_wav_length_loses_no_sample(
    tmp_path: Path, riff: int | None, data: int | None, extensible: bool
) -> None:
    sound = noise(2.0)
    path = wav(tmp_path / "a.wav", sound)
    content = bytearray(path.read_bytes())
    if extensible:  # a chunk before the samples, as FFmpeg and Audacity write
        content[36:36] = b"LIST" + struct.pack("<I", 10) + b"INFOabcdef"
    for at, size in ((4, riff), (content.index(b"data") + 4, data)):
        if size is not None:
            struct.pack_into("<I", content, at, size)
    path.write_bytes(content)

    audio = decode(path)

    assert len(audio.samples) == len(sound)
    assert np.allclose(audio.samples, sound, atol=1e-3)
    assert not audio.info.truncated


def test_chunks_behind_wav_samples_are_no_sound(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", noise(1.0))
    path.write_bytes(path.read_bytes() + b"LIST" + struct.pack("<I", 2000) + b"\x55" * 2000)

    assert decode(path).seconds == pytest.approx(1.0, abs=0.001)


def encoded(container: str, codec: str, rate: int = SAMPLE_RATE) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, layout="mono")
        if codec.startswith("wma"):
            stream.bit_rate = 64_000
        frame = av.AudioFrame.from_ndarray(noise(1.0, rate=rate)[None], "fltp", "mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(
            stream.codec_context.format, "mono", rate, frame_size=stream.codec_context.frame_size or None
        )
        for resampled in [*resampler.resample(frame), *resampler.resample(None), None]:
            file.mux(stream.encode(resampled))
    return out.getvalue()


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("wav", "pcm_s16le", 16_000),
        ("flac", "flac", 16_000),
        ("mp3", "libmp3lame", 16_000),
        ("mp3", "libmp3lame", 44_100),
        ("ogg", "libopus", 48_000),
        ("webm", "libopus", 48_000),
        ("mp4", "aac", 44_100),
        ("adts", "aac", 44_100),
        ("mpegts", "aac", 44_100),
        ("aiff", "pcm_s16be", 16_000),
        ("caf", "pcm_s16be", 16_000),
        ("au", "pcm_s16be", 16_000),
        ("w64", "pcm_s16le", 16_000),
        ("avi", "pcm_s16le", 16_000),
        ("asf", "wmav2", 44_100),
        ("flv", "libmp3lame", 44_100),
        ("amr", "libopencore_amrnb", 8_000),
    ],
)
@pytest.mark.parametrize("raw", [RawAudio("linear16", 8_000), RawAudio("mulaw", 8_000, 2), RawAudio("g729", 8_000)])
def test_file_with_header_wins_over_claims(
    tmp_path: Path, container: str, codec: str, rate: int, raw: RawAudio
) -> None:
    path = tmp_path / "a"
    try:
        path.write_bytes(encoded(container, codec, rate))
    except av.codec.codec.UnknownCodecError:
        pytest.skip(f"this FFmpeg has no encoder {codec}")

    samples, warnings = read(path, raw=raw)

    assert len(samples) / SAMPLE_RATE == pytest.approx(1.0, abs=0.15)
    assert warnings == ["contradicts_file"]


def test_claims_serve_audio_without_header(tmp_path: Path) -> None:
    for seed in range(30):
        path = tmp_path / "a"
        path.write_bytes(np.random.default_rng(seed).bytes(16_000))

        samples, warnings = read(path, raw=RawAudio("linear16", 8_000))

        assert (len(samples), warnings) == (SAMPLE_RATE, [])


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


def test_silent_default_track_yields_to_audible_one(tmp_path: Path) -> None:
    silent, sound = noise(2.0, level=1e-4)[None], noise(2.0)[None]

    samples, warnings = read(matroska(tmp_path / "a.mka", silent, sound, default=0))

    assert level(samples) > 0.1
    assert warnings == ["silent_track"]


@pytest.mark.parametrize("default", [None, 0, 1])
def test_default_track_is_kept_if_audible(tmp_path: Path, default: int | None) -> None:
    tracks = noise(1.0, level=0.01)[None], np.stack([noise(1.0), noise(1.0, 2)])
    path = matroska(tmp_path / "a.mka", *tracks, default=default)

    audio = AudioStream(path)
    assert list(audio)

    assert audio.channels == (2 if default == 1 else 1)
    assert audio.warnings == []


def test_all_silent_tracks_keep_the_default(tmp_path: Path) -> None:
    tracks = [noise(1.0, level=1e-4)[None]] * 2

    assert read(matroska(tmp_path / "a.mka", *tracks))[1] == []


def test_requested_channel_of_silent_track_is_audible(tmp_path: Path) -> None:
    silent, sound = np.zeros((2, SAMPLE_RATE), np.float32), noise(1.0)[None]
    path = matroska(tmp_path / "a.mka", silent, sound, default=0)

    assert level(read(path, channel=0)[0]) > 0.1
    assert level(read(path, channel=1)[0]) == 0


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


def wav_header(channels: int, rate: int, bits: int, codec: int = 1) -> bytes:
    """A WAV file of 8,000 bytes whose header claims what it is told to."""
    width = (channels * bits // 8) & 0xFFFF
    header = struct.pack("<HHIIHH", codec, channels, rate, rate * width & 0xFFFFFFFF, width, bits)
    return b"RIFF" + struct.pack("<I", 8036) + b"WAVEfmt \x10\0\0\0" + header + b"data\x40\x1f\0\0" + b"\x11\x22" * 4000


def flac_header(rate: int) -> bytes:
    """FLAC of two frames with 65,535 equal samples each, in a few bytes."""

    def crc(data: bytes, polynomial: int, bits: int) -> int:
        value = 0
        for byte in data:
            value ^= byte << (bits - 8)
            for _ in range(8):
                value = (value << 1 ^ (polynomial if value >> (bits - 1) else 0)) & ((1 << bits) - 1)
        return value

    content = b"fLaC\x80\0\0\x22" + struct.pack(">HH", 65535, 65535) + bytes(6)
    content += (rate << 44 | 15 << 36).to_bytes(8, "big") + bytes(16)
    for number in range(2):
        head = b"\xff\xf8\x70\x08" + bytes([number]) + struct.pack(">H", 65534)
        body = head + bytes([crc(head, 0x07, 8)]) + b"\0\x12\x34"
        content += body + struct.pack(">H", crc(body, 0x8005, 16))
    return content


HOSTILE = {
    "65 channels": wav_header(65, 16_000, 16),
    "65535 channels": wav_header(65_535, 16_000, 16),
    "0 channels": wav_header(0, 16_000, 16),
    "rate 2^31-1": wav_header(1, 2**31 - 1, 16),
    "rate 2^32-1": wav_header(1, 2**32 - 1, 16),
    "rate 0": wav_header(1, 0, 16),
    "rate 8": wav_header(1, 8, 16),
    "bits 0": wav_header(1, 16_000, 0),
    "bits 65535": wav_header(1, 16_000, 65_535),
    "codec 0x7777": wav_header(1, 16_000, 16, 0x7777),
    "FLAC of 8 Hz": flac_header(8),
    "FLAC of 0 Hz": flac_header(0),
    "AMR without a frame": b"#!AMR\n",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_impossible_header_is_the_callers_mistake(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(ShardFailed) as raised:
        decode(path)

    assert raised.value.error in (ShardError.NOT_AUDIO, ShardError.EMPTY)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


def test_lowest_sample_rate_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    path.write_bytes(flac_header(1000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    seconds = sum(len(block) for block in AudioStream(path)) / SAMPLE_RATE

    assert seconds == pytest.approx(131.07, abs=0.01)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


@pytest.mark.parametrize(
    "raw", [RawAudio("linear16", 2**31 - 1), RawAudio("linear16", 8), RawAudio("linear16", 8000, 65)]
)
def test_impossible_claim_is_the_callers_mistake(tmp_path: Path, raw: RawAudio) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(range(256)) * 100)

    with pytest.raises(ShardFailed):
        decode(path, raw=raw)


@pytest.mark.parametrize(
    "magic",
    [
        b"#!AMR\n",
        b"#!AMR-WB\n",
        b"fLaC\0\0\0\x22",
        b"OggS\0\2" + bytes(8),
        b"ID3\4\0\0\0\0\0\0",
        b"RIFF\0\0\0\0WAVEfmt ",
    ],
)
def test_random_bytes_raise_nothing_but_shard_failed(tmp_path: Path, magic: bytes) -> None:
    for seed in range(15):
        path = tmp_path / "a"
        path.write_bytes(magic + np.random.default_rng(seed).bytes(2000))
        try:
            decode(path)
        except ShardFailed:
            continue
