"""Bodies with Content-Encoding: the audio is what they hold, and one that cannot be decoded is refused."""

from __future__ import annotations

import gzip
import zlib

import pytest

from functions.aws import s3
from functions.aws.table import job_table

AUDIO = b"\xff\xfb\x90\x00 not really audio \x00\x01"


def gzipped(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=1, mtime=0)


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("gzip", gzipped(AUDIO)),
        ("X-GZIP", gzipped(AUDIO[:9]) + gzipped(AUDIO[9:])),
        ("deflate", zlib.compress(AUDIO)),
        ("gzip", AUDIO),  # the bytes count, not what is said of them
        ("identity", AUDIO),
        ("aws-chunked", AUDIO),
    ],
)
def test_compressed_body_is_the_audio(api, encoding, sent):
    made = api.post("/listen", sent, Content_Encoding=encoding)

    assert s3.get(job_table.find(made.json["request_id"]).source.audio) == AUDIO


def test_encoding_that_is_not_decoded_is_not_believed_of_audio(api):
    ogg = b"OggS\x00" + AUDIO

    made = api.post("/listen", ogg, Content_Encoding="br")

    assert s3.get(job_table.find(made.json["request_id"]).source.audio) == ogg


@pytest.mark.parametrize("path", ["/listen", "/audio/transcriptions"])
@pytest.mark.parametrize(
    ("encoding", "sent", "status", "named"),
    [
        ("gzip", gzipped(AUDIO * 99)[:-12], 400, "cut off"),
        ("gzip", b"\x1f\x8b" + AUDIO, 415, "damaged"),
        ("br", b"\x0b\x02\x80audio\x03", 415, "Brotli"),
        ("gzip", gzipped(bytes(65 * 1024**2)), 413, "more than 64 MiB without its compression. POST /v1/uploads"),
    ],
)
def test_body_that_cannot_be_decompressed_is_refused(api, path, encoding, sent, status, named):
    answer = api.post(path, sent, Content_Encoding=encoding)

    assert answer.status == status
    assert named in answer.json["err_msg"]
    assert answer.json["error"]["message"] == answer.json["err_msg"]
