"""Probe of how many channels a file has: by its header, which may be untrue, and as the decoder finds them."""

from __future__ import annotations

import io
import struct

import av
import pytest

from earshot_contract.shards import RawAudio
from functions.audio.probe import Probe, probe
from tests.fixtures.films import Track, film
from tests.fixtures.tones import LAYOUTS, encoded


def probed(body: bytes, raw: RawAudio | None = None) -> Probe:
    return probe(io.BytesIO(body), len(body), raw)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("mpegts", "aac"),
        ("mpegts", "mp2"),
        ("mpegts", "ac3"),
        ("vob", "ac3"),
        ("mpeg", "mp2"),
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
    assert found.duration is None or found.duration == pytest.approx(2.0, abs=0.15)


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


@pytest.mark.parametrize("container", ["matroska", "mp4", "mov"])
@pytest.mark.parametrize("layouts", [["mono", "stereo"], ["stereo", "mono"], ["stereo", "5.1"]])
@pytest.mark.parametrize("default", [0, 1])
def test_channels_are_those_of_default_track(container: str, layouts: list[str], default: int) -> None:
    found = probed(film(container, *(Track(440, layout) for layout in layouts), default=default, seconds=0.1))
    assert found.channels == {"mono": 1, "stereo": 2, "5.1": 6}[layouts[default]]
    assert found.sample_rate == 44100
