"""Content-Encoding of a download: decoded if the header names it and the bytes agree, otherwise left as they are.

Requests never ask for compression. Some objects have the header nevertheless: SDKs leave `aws-chunked` at S3, and
programs write `none`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW, _ZLIB_WINDOW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS  # zlib's numbers for the two wrappers
_NOT_DECODED = {"br": "Brotli", "zstd": "Zstandard", "compress": "compress", "x-compress": "compress"}


class BadContent(Exception):
    """Content that cannot be decoded; its text continues "The remote server …"."""


class Decoder:
    """Decoder of the identity encoding, and the base of the others."""

    complete = True  # the content may end here

    def decode(self, chunk: bytes, max_bytes: int) -> Iterator[bytes]:
        """Yield the decoded bytes of a chunk, at most `max_bytes` at once.

        Raises:
            BadContent: The chunk cannot be decoded.
        """
        yield chunk


class _Inflate(Decoder):
    """Decoder of gzip, of one member or several, and of zlib."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._inflate = zlib.decompressobj(window)
        self._started = False

    @property
    def complete(self) -> bool:  # type: ignore[override]
        return self._inflate.eof or not self._started

    def decode(self, chunk: bytes, max_bytes: int) -> Iterator[bytes]:
        while chunk:
            if self._inflate.eof:
                chunk = chunk.lstrip(b"\0")  # padding between members
                if not chunk:
                    return
                self._inflate = zlib.decompressobj(self._window)
            self._started = True
            try:
                decoded = self._inflate.decompress(chunk, max_bytes)
            except zlib.error:
                raise BadContent("sent compressed content that is damaged") from None
            chunk = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
            if decoded:
                yield decoded


def decoder(header: str, start: bytes) -> Decoder:
    """Return the decoder for a response.

    Args:
        header: its Content-Encoding, "" without one.
        start: its first bytes; a header that they contradict is ignored.

    Raises:
        BadContent: It is compressed in a way that is not decoded.
    """
    codings = [coding.strip().lower() for coding in header.split(",")]
    if unknown := next((coding for coding in codings if coding in _NOT_DECODED), None):
        raise BadContent(f"compressed the content with {_NOT_DECODED[unknown]}, which is not decoded here")
    if {"gzip", "x-gzip"} & set(codings) and GZIP_MAGIC.startswith(start[:2]):
        return _Inflate(_GZIP_WINDOW)
    if "deflate" in codings and start[0] & 0x0F == zlib.DEFLATED:
        return _Inflate(_ZLIB_WINDOW)
    return Decoder()
