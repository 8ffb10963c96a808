"""Content types that describe headerless audio, as speech services and media frameworks write them."""

from __future__ import annotations

import pytest

from functions.options.audio_content_type import claims_of, with_content_type
from functions.options.options import Options
from tests.fixtures.rows import each_row

SAMPLES = bytes(range(1, 250)) * 9


@each_row(
    ("content_type", "claims"),
    [
        ("audio/L16;rate=16000;channels=2", ("linear16", "16000", "2")),
        ("Audio/L16; Rate=8000", ("linear16", "8000")),
        ("audio/l16;rate=22050;endianness=little-endian", ("linear16", "22050")),  # IBM
        ("audio/pcm;rate=24000", ("linear16", "24000")),  # Google
        ("audio/x-l16; sample-rate=16000; channel-count=1", ("linear16", "16000", "1")),  # Amazon Lex
        (
            "audio/lpcm; sample-rate=8000; sample-size-bits=16; channel-count=1; is-big-endian=false",
            ("linear16", "8000", "1"),
        ),
        ("audio/raw;encoding=signed-integer;bits=16;rate=16k;endian=little", ("linear16", "16000")),  # Wit.ai
        ("audio/raw;encoding=floating-point;bits=32;rate=48000", ("linear32", "48000")),
        ("audio/raw;encoding=mu-law;rate=8000", ("mulaw", "8000")),
        ("audio/raw;encoding=unsigned-integer;bits=8;rate=8000", ()),
        (
            "audio/x-raw, layout=(string)interleaved, rate=(int)16000, format=(string)S16LE, channels=(int)1",
            ("linear16", "16000", "1"),
        ),
        ("audio/x-raw,format=F32LE,rate=44100", ("linear32", "44100")),
        ("audio/x-raw,format=U8,rate=44100", ()),
        ("audio/x-raw,format=S24LE,rate=44100", ()),
        ('audio/pcm;rate="16000"', ("linear16", "16000")),
        ("audio/pcm;bits=24;rate=48000", ()),
        ("audio/pcm", ()),  # nothing says its rate
        ("audio/basic", ("mulaw",)),
        ("audio/PCMU", ("mulaw",)),
        ("audio/x-mulaw;rate=8000", ("mulaw", "8000")),
        ("audio/PCMA;rate=8000;channels=2", ("alaw", "8000", "2")),
        ("audio/wav; codecs=audio/pcm; samplerate=16000", ()),  # Azure; a WAV has a header
        ("audio/webm;codecs=pcm;rate=48000", ()),
        ("video/x-raw;rate=16000", ()),
        ("audio/mpeg", ()),
        ("application/octet-stream", ()),
        ("audio/l16;rate=", ()),
        ("audio/l16;rate=0", ()),  # what no option may say
        ("audio/l16;rate=999999999", ()),
        ("audio/l16;rate=16000;channels=40", ()),
        (";;,=", ()),
        ("", ()),
    ],
)
def test_content_type_gives_encoding_rate_and_channels(content_type: str, claims: tuple[str, ...]) -> None:
    assert tuple(claims_of(content_type).values()) == claims


def test_claims_are_options_that_the_query_does_not_name() -> None:
    query = with_content_type("sample_rate=8000&punctuate=true", "audio/l16;rate=16000;channels=2", SAMPLES)

    options = Options.from_query(query)

    assert options.punctuate
    assert (options.encoding, options.sample_rate, options.channels) == ("linear16", 8000, 2)
    assert options.warnings == []


def test_rate_of_the_query_completes_a_content_type() -> None:
    options = Options.from_query(with_content_type("sample_rate=16000", "audio/l16", SAMPLES))

    assert (options.encoding, options.sample_rate) == ("linear16", 16000)


@pytest.mark.parametrize(
    ("query", "audio"), [("encoding=alaw", SAMPLES), ("", b"RIFF\0\0\0\0WAVEfmt "), ("", b"OggS\0\2")]
)
def test_query_and_header_count_more(query: str, audio: bytes) -> None:
    assert with_content_type(query, "audio/l16;rate=16000", audio) == query
