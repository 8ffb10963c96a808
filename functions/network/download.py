"""Download of a caller's URL in chunks, with limits on size and time.

Each redirect target is checked like the first URL.
"""

from __future__ import annotations

import base64
import http.client
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, quote, unquote, urljoin

from functions.errors import ApiError, remote_content_error, too_large
from functions.network.public_address import SocketDeadline, check_url, connect

MAX_BYTES = 2 * 1024**3  # Deepgram's limit
MAX_SECONDS = 600.0  # for the whole download, redirects included
READ_TIMEOUT_SECONDS = 20.0  # of silence between two chunks
MAX_REDIRECTS = 5
CHUNK_BYTES = 256 * 1024  # of one read

_SERVER = "The remote server hosting the media"
_UNESCAPED = "%/:=&?~#+!$,;'@()*[]"


def download(url: str, max_bytes: int = MAX_BYTES, max_seconds: float = MAX_SECONDS) -> Iterator[bytes]:
    """Yield the bytes at `url` in chunks; the request is sent when the first chunk is read.

    Raises:
        ApiError: While reading: the content cannot be downloaded completely.
    """
    with _Download(url, max_bytes, max_seconds) as chunks:
        yield from chunks


class _Download:
    def __init__(self, url: str, max_bytes: int, max_seconds: float) -> None:
        self._url, self._max_bytes, self._max_seconds = url, max_bytes, max_seconds
        self._connection: http.client.HTTPConnection | None = None
        self._socket_deadline: SocketDeadline | None = None
        self._response: http.client.HTTPResponse | None = None
        self._size = 0  # bytes read so far

    def __enter__(self) -> Self:
        self._deadline = time.monotonic() + self._max_seconds
        try:
            self._content_length = self._checked_length(self._follow_redirects())
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._close()

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self._read_chunk():
            self._size += len(chunk)
            if self._size > self._max_bytes:
                raise self._too_large()
            yield chunk
        if self._size == 0 or (self._content_length is not None and self._size < self._content_length):
            raise self._failure()

    def _follow_redirects(self) -> http.client.HTTPResponse:
        url = self._url
        for _ in range(MAX_REDIRECTS + 1):
            response = self._request(check_url(url))
            location = response.headers.get("location")
            if response.status not in (301, 302, 303, 307, 308) or not location:
                return _check_response(response)
            self._close()
            url = urljoin(url, location.strip())
        raise remote_content_error(f"{_SERVER} sent too many redirects.")

    def _request(self, parts: SplitResult) -> http.client.HTTPResponse:
        self._connection = connect(parts, READ_TIMEOUT_SECONDS)
        self._socket_deadline = SocketDeadline(self._connection.sock, self._deadline - time.monotonic())
        target = quote(parts._replace(scheme="", netloc="", fragment="").geturl() or "/", safe=_UNESCAPED)
        headers = {"User-Agent": "Earshot", "Accept": "*/*", "Accept-Encoding": "identity"}
        if parts.username:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        try:
            self._connection.request("GET", target if target.startswith("/") else f"/{target}", headers=headers)
            self._response = self._connection.getresponse()
            return self._response
        except (OSError, http.client.HTTPException, ValueError):
            raise self._failure() from None

    def _read_chunk(self) -> bytes:
        try:
            assert self._response is not None, "The download is read inside its `with` block."
            chunk = self._response.read1(CHUNK_BYTES)
        except (OSError, http.client.HTTPException, ValueError):
            raise self._failure() from None
        if not chunk and time.monotonic() >= self._deadline:
            raise self._failure()
        return chunk

    def _checked_length(self, response: http.client.HTTPResponse) -> int | None:
        header = response.headers.get("content-length", "")
        length = int(header) if header.isdecimal() and response.length is not None else None
        if length is not None and length > self._max_bytes:
            raise self._too_large()
        return length

    def _too_large(self) -> ApiError:
        return too_large(f"Payload size exceeds limit of {self._max_bytes} bytes.")

    def _failure(self) -> ApiError:
        if time.monotonic() >= self._deadline:
            return remote_content_error(f"{_SERVER} took longer than {self._max_seconds:.0f} seconds.")
        return remote_content_error(f"{_SERVER} failed to return valid data.")

    def _close(self) -> None:
        if self._socket_deadline:
            self._socket_deadline.cancel()
        if self._response:
            self._response.close()  # it keeps the socket open: closing the connection is not enough
        if self._connection:
            self._connection.close()
        self._socket_deadline = self._connection = self._response = None


def _check_response(response: http.client.HTTPResponse) -> http.client.HTTPResponse:
    status = f"[{response.status} {response.reason}]"
    if response.status >= 500:
        raise remote_content_error(f"{_SERVER} returned a server error: {status}.")
    if response.status >= 400:
        raise remote_content_error(f"{_SERVER} returned a client error: {status}.")
    if response.status != 200:
        raise remote_content_error(f"{_SERVER} failed to return valid data: {status}.")
    if response.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        raise remote_content_error(f"{_SERVER} compressed the content although that was not requested.")
    return response
