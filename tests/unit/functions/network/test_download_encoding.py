"""A caller's URL, fetched: Content-Encoding is decoded where header and bytes agree."""

from __future__ import annotations

import gzip
import zlib

import pytest

from functions.network.download import download
from tests.fixtures.servers.internet import (
    AUDIO,
    GZIPPED,
    error_of,
)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", GZIPPED),
        ("x-gzip", GZIPPED),
        ("GZIP", GZIPPED),
        ("aws-chunked,gzip", GZIPPED),
        ("gzip, aws-chunked", gzip.compress(AUDIO[:1000]) + gzip.compress(AUDIO[1000:]) + b"\0" * 512),
        ("deflate", zlib.compress(AUDIO)),
        ("gzip", AUDIO),  # stored at S3 with a header that is not true
        ("deflate", AUDIO),
        ("aws-chunked", AUDIO),
        ("none", AUDIO),
        ("identity", AUDIO),
        ("", AUDIO),
        ("utf-8", AUDIO),
        ("binary", AUDIO),
    ],
)
def test_content_encoding_is_decoded_where_bytes_agree(web, encoding, body):
    web.page("/a", body, Content_Encoding=encoding)

    assert b"".join(download("http://audio.example/a")) == AUDIO


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        ("br", AUDIO, "compressed the content with Brotli"),
        ("zstd", AUDIO, "compressed the content with Zstandard"),
        ("gzip", GZIPPED[:-2000], "failed to return valid data"),
        ("gzip", GZIPPED[:20] + b"\xff" * 200, "compressed content that is damaged"),
    ],
)
def test_undecodable_content_is_rejected(web, encoding, body, expected):
    web.page("/a", body, Content_Encoding=encoding)

    assert expected in error_of("http://audio.example/a")


def test_decoded_bytes_count_against_limit(web):
    web.page("/a", gzip.compress(b"\0" * 20_000_000, 1), Content_Encoding="gzip")

    assert error_of("http://audio.example/a", max_bytes=2_000_000).startswith("Payload size exceeds limit")
