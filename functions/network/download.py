"""A caller's URL, fetched piece by piece, within limits of size and time, and never led astray by a redirect."""

from __future__ import annotations

import base64
import http.client
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, quote, unquote, urljoin

from functions.errors import ApiError, remote_content_error, too_large
from functions.network.public_address import Cut, check_url, connect

MAX_BYTES = 2 * 1024**3  # Deepgram's limit
MAX_SECONDS = 600.0  # the whole fetch, redirects included
SILENT_SECONDS = 20.0  # between two pieces
MAX_REDIRECTS = 5
PIECE_BYTES = 256 * 1024

_SERVER = "The remote server hosting the media"
_UNESCAPED = "%/:=&?~#+!$,;'@()*[]"


def fetch(url: str, max_bytes: int = MAX_BYTES, max_seconds: float = MAX_SECONDS) -> Iterator[bytes]:
    """The bytes at `url`, piece by piece; nothing is asked for before the first is.

    Raises:
        ApiError: while reading, whatever keeps the whole of it from being fetched.
    """
    with _Fetch(url, max_bytes, max_seconds) as pieces:
        yield from pieces


class _Fetch:
    def __init__(self, url: str, max_bytes: int, max_seconds: float) -> None:
        self._url, self._max_bytes, self._seconds = url, max_bytes, max_seconds
        self._connection: http.client.HTTPConnection | None = None
        self._watch: Cut | None = None
        self._size = 0  # bytes read so far

    def __enter__(self) -> Self:
        self._deadline = time.monotonic() + self._seconds
        try:
            self._response = self._follow()
            self._announced = self._checked_length(self._response)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._close()

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._piece():
            self._size += len(piece)
            if self._size > self._max_bytes:
                raise self._too_large()
            yield piece
        if self._size == 0 or (self._announced is not None and self._size < self._announced):
            raise self._broken()

    def _follow(self) -> http.client.HTTPResponse:
        url = self._url
        for _ in range(MAX_REDIRECTS + 1):
            response = self._ask(check_url(url))
            location = response.headers.get("location")
            if response.status not in (301, 302, 303, 307, 308) or not location:
                return _accepted(response)
            self._close()
            url = urljoin(url, location.strip())
        raise remote_content_error(f"{_SERVER} sent too many redirects.")

    def _ask(self, parts: SplitResult) -> http.client.HTTPResponse:
        self._connection = connect(parts, SILENT_SECONDS)
        self._watch = Cut(self._connection.sock, self._deadline - time.monotonic())
        target = quote(parts._replace(scheme="", netloc="", fragment="").geturl() or "/", safe=_UNESCAPED)
        headers = {"User-Agent": "Earshot", "Accept": "*/*", "Accept-Encoding": "identity"}
        if parts.username:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        try:
            self._connection.request("GET", target if target.startswith("/") else f"/{target}", headers=headers)
            return self._connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError):
            raise self._broken() from None

    def _piece(self) -> bytes:
        try:
            piece = self._response.read1(PIECE_BYTES)
        except (OSError, http.client.HTTPException, ValueError):
            raise self._broken() from None
        if not piece and time.monotonic() >= self._deadline:
            raise self._broken()
        return piece

    def _checked_length(self, response: http.client.HTTPResponse) -> int | None:
        length = response.headers.get("content-length", "")
        announced = int(length) if length.isdecimal() and response.length is not None else None
        if announced is not None and announced > self._max_bytes:
            raise self._too_large()
        return announced

    def _too_large(self) -> ApiError:
        return too_large(f"Payload size exceeds limit of {self._max_bytes} bytes.")

    def _broken(self) -> ApiError:
        if time.monotonic() >= self._deadline:
            return remote_content_error(f"{_SERVER} took longer than {self._seconds:.0f} seconds.")
        return remote_content_error(f"{_SERVER} failed to return valid data.")

    def _close(self) -> None:
        if self._watch:
            self._watch.cancel()
        if self._connection:
            self._connection.close()
        self._watch = self._connection = None


def _accepted(response: http.client.HTTPResponse) -> http.client.HTTPResponse:
    status = f"[{response.status} {response.reason}]"
    if response.status >= 500:
        raise remote_content_error(f"{_SERVER} returned a server error: {status}.")
    if response.status >= 400:
        raise remote_content_error(f"{_SERVER} returned a client error: {status}.")
    if response.status != 200:
        raise remote_content_error(f"{_SERVER} failed to return valid data: {status}.")
    if response.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        raise remote_content_error(f"{_SERVER} compressed it without being asked to. Audio is taken as it is.")
    return response
