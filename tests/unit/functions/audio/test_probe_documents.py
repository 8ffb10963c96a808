"""Probe of what is no audio: documents are rejected with their kind, and what may be audio is not."""

from __future__ import annotations

import io

import numpy as np
import pytest

from earshot_contract.documents.shards import RawAudio
from functions.audio.probe import Probe, probe
from functions.errors import ApiError
from tests.fixtures.rows import each_row
from tests.paths import SAMPLES

SAMPLE = SAMPLES / "sample.flac"


def probed(body: bytes, raw: RawAudio | None = None) -> Probe:
    return probe(io.BytesIO(body), len(body), raw)


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><html><body>Sign in</body></html>" * 9,
        b'{"error": "not found", "detail": "there is no such recording on this server"}',
        b"%PDF-1.7\n" + bytes(999),
        b"\x89PNG\r\n\x1a\n" + bytes(999),
        b"PK\3\4" + bytes(999),
    ],
)
def test_encoding_makes_no_audio_of_a_document(body: bytes) -> None:
    with pytest.raises(ApiError, match="not audio"):
        probed(body, RawAudio("linear16", 16000))


@pytest.mark.parametrize("start", [b"\x1f\x8b", b"BM", b"\xff\xd8\xff", b"\0\0\1\0\x08\0", b"MM\0", b"\xff\xfe\1\0"])
def test_samples_may_begin_like_a_document(start: bytes) -> None:
    samples = start + np.random.default_rng(1).bytes(8000)
    assert probed(samples, RawAudio("mulaw", 8000)).duration == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG"),
        (b"PK\x03\x04\x14\0", "ZIP"),
        (b"<!doctype html><html>", "a web page"),
        ("Grüße, dies ist kein Ton. ".encode() * 400, "text"),
        (b'{"url": "https://example.com/a.wav"}', "text"),
    ],
)
def test_non_audio_file_is_rejected_with_its_kind(body: bytes, kind: str) -> None:
    with pytest.raises(ApiError) as raised:
        probed(body)
    assert kind in raised.value.failure.err_msg
    assert raised.value.failure.err_msg.startswith("Bad Request: failed to process audio: ")


@each_row(
    "body",
    [
        b"RIFF\0\0\0\0WAVE",
        b"\xff\xfb",
        b"OggS\0\2",
        b"\x1aE\xdf\xa3",
        b"fLaC\0",
        b"NIST_1A\n   1024\n",
        b"#!AMR\n",
        b"\0\1\2\3" * 99,
        SAMPLE.read_bytes()[:5000],
    ],
)
def test_possible_audio_is_left_to_the_worker(body: bytes) -> None:
    assert isinstance(probed(body), Probe)
