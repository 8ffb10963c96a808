"""Probe: headers of every common container, and files that are not audio."""

from __future__ import annotations

import io
import struct
from functools import cache

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot_contract.documents.shards import RawAudio
from functions.audio.probe import Probe, probe
from functions.errors import ApiError
from tests.fixtures.audio_files.encoder_options import fastest
from tests.fixtures.audio_files.films import Track, film
from tests.paths import SAMPLES

SAMPLE = SAMPLES / "sample.flac"
FRAGMENTED = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "100000"}
SECONDS = 1.0  # of a file, unless its test says otherwise
LAYOUTS = {1: "mono", 2: "stereo", 4: "quad", 6: "5.1"}


@cache
def encoded(
    container: str,
    codec: str,
    channels: int,
    seconds: float = SECONDS,
    rate: int = 48000,
    fragmented: bool = False,
    amplitude: float = 0.3,
) -> bytes:
    """A tone, as FFmpeg writes it."""
    out = io.BytesIO()
    with av.open(out, "w", format=container, options=FRAGMENTED if fragmented else None) as file:
        # The length of ADTS is estimated from its first frames, and the fast encoder begins with longer ones.
        options = fastest(codec) if container != "adts" else {}
        stream = file.add_stream(codec, rate=rate, layout=LAYOUTS[channels], options=options)
        tone = np.sin(np.arange(int(seconds * rate)) * 0.05).astype(np.float32) * amplitude
        frame = av.AudioFrame.from_ndarray(np.repeat(tone[None], channels, 0), "fltp", stream.layout.name)
        frame.sample_rate = rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)
    return out.getvalue()


def probed(body: bytes, raw: RawAudio | None = None) -> Probe:
    return probe(io.BytesIO(body), len(body), raw)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("wav", "pcm_s16le"),
        ("flac", "flac"),
        ("mp3", "libmp3lame"),
        ("ogg", "libopus"),
        ("mp4", "aac"),
        ("ipod", "aac"),
        ("matroska", "aac"),
        ("matroska", "pcm_s16le"),
        ("aiff", "pcm_s16be"),
    ],
)
def test_header_gives_duration_and_channels(container: str, codec: str, channels: int) -> None:
    found = probed(encoded(container, codec, channels))
    assert found.channels == channels
    assert found.sample_rate == 48000
    # A stream that cannot be sought back has no length in its header; MP3 pads up to a few frames.
    assert found.duration == pytest.approx(SECONDS, abs=0.15) or container == "flac"


@pytest.mark.parametrize("container", ["matroska", "mp4", "mov"])
@pytest.mark.parametrize("layouts", [["mono", "stereo"], ["stereo", "mono"], ["stereo", "5.1"]])
@pytest.mark.parametrize("default", [0, 1])
def test_channels_are_those_of_default_track(container: str, layouts: list[str], default: int) -> None:
    found = probed(film(container, *(Track(440, layout) for layout in layouts), default=default, seconds=0.1))
    assert found.channels == {"mono": 1, "stereo": 2, "5.1": 6}[layouts[default]]
    assert found.sample_rate == 44100


@pytest.mark.parametrize("length", [0, 1000, 0x7FFFFFFF, 0xFFFFFFFF])
def test_untrue_wav_length_gives_duration_by_bytes(length: int) -> None:
    body = bytearray(encoded("wav", "pcm_s16le", 1))
    at = body.index(b"data") + 4
    body[at : at + 4] = length.to_bytes(4, "little")
    assert probed(bytes(body)).duration == pytest.approx(SECONDS, abs=0.01)


@pytest.mark.parametrize("raw", [RawAudio("linear16", 8000, 5), RawAudio("mulaw", 8000)])
@pytest.mark.parametrize(("container", "codec"), [("wav", "pcm_s16le"), ("mp3", "libmp3lame"), ("ogg", "libopus")])
def test_file_with_header_is_read_by_it(container: str, codec: str, raw: RawAudio) -> None:
    found = probed(encoded(container, codec, 2), raw)
    assert (found.channels, found.sample_rate) == (2, 48000)


def test_impossible_claims_of_header_are_left_out() -> None:
    body = bytearray(encoded("wav", "pcm_s16le", 1))
    at = body.index(b"fmt ") + 8
    body[at + 2 : at + 8] = b"\xff\xff" + (2**31 - 1).to_bytes(4, "little")
    found = probed(bytes(body))
    assert (found.channels, found.sample_rate) == (None, None)


class Counting(io.BytesIO):
    """Counts the bytes that are read: each 128 KB of an object in S3 are a request."""

    count = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.count += len(data)
        return data


@pytest.mark.slow
@pytest.mark.parametrize("silent", [0.0, 5.0, 10.0])
def test_length_of_aac_that_begins_with_silence_is_about_right(silent: float) -> None:
    """Frames of silence have some bytes, and those of sound a hundred and more."""
    body = encoded("adts", "aac", 1, 30.0, 44100)
    if silent:
        body = encoded("adts", "aac", 1, silent, 44100, amplitude=0.0) + body
    assert probed(body).duration == pytest.approx(30 + silent, rel=0.5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [("ogg", "libopus", 48000), ("adts", "aac", 44100), ("mp4", "aac", 44100)],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_header_of_long_file_is_read_and_no_more(container: str, codec: str, rate: int, channels: int) -> None:
    body = encoded(container, codec, channels, 4.0, rate, fragmented=container == "mp4")
    start = body.index(b"moof") - 4 if container == "mp4" else 0
    file = Counting(body + body[start:] * 300)
    found = probe(file, len(file.getvalue()))
    assert (found.channels, found.sample_rate) == (channels, rate)
    assert file.count < 400_000 < len(file.getvalue())


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (b"\x01vorbis" + struct.pack("<IBI", 0, 2, 44100), Probe(1.0, 2, 44100)),
        (b"Speex   " + bytes(28) + struct.pack("<IIII", 8000, 4, 4, 1), Probe(5.5125, 1, 8000)),
        (
            b"\x7fFLAC\1\0\0\1fLaC\0\0\0\x22" + bytes(10) + (16000 << 44 | 15 << 36).to_bytes(8, "big"),
            Probe(2.75625, 1, 16000),
        ),
        (b"\x80theora" + bytes(30), Probe()),
        (b"\x01vorbis", Probe()),
    ],
)
def test_ogg_streams_are_known_by_their_first_packet(packet: bytes, expected: Probe) -> None:
    def page(position: int, body: bytes) -> bytes:
        return b"OggS\0\2" + struct.pack("<QIII", position, 7, 0, 0) + bytes([1, len(body)]) + body

    assert probed(page(0, packet) + page(44100, b"sound")) == expected


def test_radio_dump_lasts_as_long_as_it_is() -> None:
    """Its clock began long before the file."""
    body = bytearray(encoded("ogg", "libopus", 2, 12.0))
    at = body.find(b"OggS")
    while at >= 0:
        position = int.from_bytes(body[at + 6 : at + 14], "little")
        body[at + 6 : at + 14] = (position and position + 10**10).to_bytes(8, "little")
        at = body.find(b"OggS", at + 1)
    assert probed(bytes(body)).duration == pytest.approx(12, abs=1.5)


def test_sample_file_gives_duration() -> None:
    found = probed(SAMPLE.read_bytes())
    assert found.channels == 1
    assert found.duration
    assert found.duration > 3


def test_browser_recording_has_channels_but_no_duration() -> None:
    class Pipe(io.RawIOBase):
        """Written but never sought, as MediaRecorder does."""

        def __init__(self) -> None:
            self.body = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.body += bytes(data)  # type: ignore[call-overload]
            return len(bytes(data))  # type: ignore[call-overload]

    pipe = Pipe()
    with av.open(pipe, "w", format="webm") as file:
        stream = file.add_stream("libopus", rate=48000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 48000), np.float32), "fltp", "stereo")
        frame.sample_rate = 48000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)
    assert probed(bytes(pipe.body)) == Probe(None, 2, 48000)


def test_headerless_audio_is_measured_by_its_raw_format() -> None:
    assert probed(bytes(64000), RawAudio("linear16", 16000, 2)) == Probe(1.0, 2, 16000)
    assert probed(bytes(8000), RawAudio("mulaw", 8000)) == Probe(1.0, 1, 8000)
    assert probed(b"%PD", RawAudio("g729", 8000)).duration is None


@given(
    st.sampled_from(
        [("wav", "pcm_s16le"), ("mp3", "libmp3lame"), ("ogg", "libopus"), ("mp4", "aac"), ("matroska", "aac")]
    ),
    st.data(),
)
def test_damaged_header_never_raises_another_error(kind: tuple[str, str], data: st.DataObject) -> None:
    body = bytearray(encoded(*kind, channels=1, seconds=0.1))
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(0, min(len(body), 400) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(body[: data.draw(st.integers(1, len(body)))])
    try:
        found = probed(cut)
    except ApiError:
        return
    assert found.duration is None or found.duration > 0


def test_wav_headers_in_wav_headers_are_read_in_constant_depth() -> None:
    def wrapped(samples: bytes) -> bytes:
        header = struct.pack(
            "<4sI4s4sIHHIIHH4sI", b"RIFF", 0, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", 0
        )
        return header + samples

    body = SAMPLE.read_bytes()
    assert probed(wrapped(b"ID3\4" + bytes(6) + wrapped(body))) == probed(body)
    for _ in range(2000):
        body = wrapped(body)
    assert probed(body).channels == 1
