"""Probe: the channels that a header names are those that the decoder finds, in every common container."""

from __future__ import annotations

import io
import struct
import time
from contextlib import suppress

import av
import numpy as np
import pytest

from functions.audio import mpeg_stream
from functions.errors import ApiError
from tests.unit.functions.audio.test_probe import LAYOUTS, SECONDS, encoded, probed


@pytest.mark.slow
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("mpegts", "aac"),
        ("mpegts", "mp2"),
        ("mpegts", "ac3"),
        ("vob", "ac3"),
        ("mpeg", "mp2"),
        ("vob", "pcm_dvd"),
        ("dvd", "mp2"),
        ("flv", "aac"),
        ("flv", "libmp3lame"),
        ("avi", "aac"),
        ("avi", "pcm_s16le"),
        ("au", "pcm_mulaw"),
        ("caf", "pcm_s16be"),
        ("w64", "pcm_s16le"),
        ("adts", "aac"),
        ("ac3", "ac3"),
        ("eac3", "eac3"),
        ("tta", "tta"),
        ("wv", "wavpack"),
    ],
)
def test_header_gives_channels_that_decoder_finds(container: str, codec: str, channels: int) -> None:
    rate = 44100 if container == "flv" else 48000
    body = encoded(container, codec, channels, rate=rate)
    found = probed(body)
    with av.open(io.BytesIO(body)) as file:
        assert found.channels == file.streams.audio[0].codec_context.channels == channels
    assert found.sample_rate in (rate, None)
    assert found.duration is None or found.duration == pytest.approx(SECONDS, abs=0.15)


@pytest.mark.parametrize("container", ["mp4", "mov", "ipod"])
@pytest.mark.parametrize("channels", [1, 2])
def test_claimed_channels_of_mp4_are_those_of_decoder(container: str, channels: int) -> None:
    body = bytearray(encoded(container, "aac", channels))
    claim = body.index(b"mp4a", body.index(b"stsd")) + 20
    body[claim : claim + 2] = struct.pack(">H", 3 - channels)
    assert probed(bytes(body)).channels == channels


@pytest.mark.parametrize("channels", LAYOUTS)
@pytest.mark.parametrize(("container", "codec"), [("ac3", "ac3"), ("eac3", "eac3"), ("mpegts", "ac3"), ("mp4", "aac")])
def test_channels_of_surround_sound_are_counted(container: str, codec: str, channels: int) -> None:
    assert probed(encoded(container, codec, channels, 0.5)).channels == channels


@pytest.mark.slow
@pytest.mark.parametrize("container", ["mpegts", "avi", "flv", "caf", "au", "w64", "tta", "wv", "vob", "ac3"])
def test_damaged_header_is_no_error(container: str) -> None:
    codec = {"mpegts": "aac", "flv": "aac", "caf": "pcm_s16be", "au": "pcm_mulaw", "tta": "tta", "wv": "wavpack"}
    body = encoded(
        container, codec.get(container, "ac3" if container in ("vob", "ac3") else "pcm_s16le"), 2, 0.2, 44100
    )
    random = np.random.default_rng(1)
    for size in [*range(8, 200), *range(200, len(body), 997)]:
        with suppress(ApiError):  # so little of it that it may be text
            probed(body[:size])
    for _ in range(300):
        damaged = bytearray(body)
        for at in random.integers(12, min(len(body), 1000), 6):
            damaged[at] = random.choice([0, 1, 0x7F, 0xFF])
        probed(bytes(damaged))


@pytest.mark.slow
@pytest.mark.parametrize("pattern", [b"\xff\xfb" * 2, b"\xff\xfb" * 30, b"\x0b\x77" * 4, b"\xff\xf1" * 500])
@pytest.mark.parametrize("number", [b"\xc0", b"\xbd"])
def test_packet_every_few_bytes_takes_time_of_the_length(pattern: bytes, number: bytes) -> None:
    seconds = []
    for length in (1 << 15, 1 << 18):
        packet = b"\0\0\x01" + number + pattern
        body = b"\0\0\x01\xba" + packet * (length // len(packet))
        start = time.process_time()
        mpeg_stream.read(io.BytesIO(body))
        seconds.append(time.process_time() - start)
    assert seconds[1] < 8 * seconds[0] + 0.2


@pytest.mark.parametrize("lost", [97, 188, 300])
@pytest.mark.parametrize("packet", [188, 192, 204])
def test_stream_from_inside_a_packet_has_its_channels(lost: int, packet: int) -> None:
    stream = encoded("mpegts", "aac", 1, rate=48_000)
    parts = [stream[at : at + 188] for at in range(0, len(stream), 188)]
    form = b"".join(bytes(4) + part if packet == 192 else part + bytes(packet - 188) for part in parts)

    assert probed(form[lost:]).channels == 1


@pytest.mark.parametrize(("container", "codec"), [("flac", "flac"), ("ogg", "libopus"), ("mpegts", "libopus")])
def test_file_without_its_beginning_has_no_channels_by_chance(container: str, codec: str) -> None:
    body = encoded(container, codec, 1, rate=48_000)
    assert {probed(body[at:]).channels for at in range(500, min(len(body) - 500, 20_000), 97)} <= {None, 1}
