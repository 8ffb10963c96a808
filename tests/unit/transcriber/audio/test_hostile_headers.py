"""Hostile headers and claims: they cost little, and are the caller's mistake."""

from __future__ import annotations

import resource
import struct
from pathlib import Path

import numpy as np
import pytest

from earshot_contract.documents.shards import RawAudio, ShardError
from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.audio_files.encodings import encoded
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream
from transcriber.engine_protocol import ShardFailed


def wav_header(channels: int, rate: int, bits: int, codec: int = 1) -> bytes:
    """A WAV file of 8,000 bytes whose header makes the given claims."""
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


@pytest.mark.slow
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


def adx_header(at: int, value: int) -> bytes:
    """An ADX whose header has one other byte."""
    content = bytearray(encoded("adx", "adpcm_adx"))
    content[at] = value
    return bytes(content)


@pytest.mark.parametrize(("at", "value"), [(4, 2), (5, 17), (6, 8), (7, 0), (7, 17), (8, 1), (8, 255)])
def test_adx_at_which_ffmpeg_ends_the_process_is_refused(tmp_path: Path, at: int, value: int) -> None:
    path = tmp_path / "a.adx"
    path.write_bytes(adx_header(at, value))
    with pytest.raises(ShardFailed) as raised:
        decode(path)

    path.write_bytes(encoded("adx", "adpcm_adx"))
    assert decode(path).seconds == pytest.approx(1.0, abs=0.05)
    assert raised.value.error == ShardError.NOT_AUDIO
