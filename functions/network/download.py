"""Download of a caller's URL in chunks, with limits on size and time.

Each redirect target is checked like the first URL. A server that is busy or breaks the connection is asked again.
"""

from __future__ import annotations

import http.client
import itertools
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from urllib.parse import SplitResult

from functions.audio.file_size import MAX_AUDIO_BYTES
from functions.errors import ApiError, remote_content_error, too_large
from functions.network.content_encoding import BadContent, Decoder, decoder
from functions.network.http_response import FinalResponse, is_expired, is_whole_range, redirect_target, status_text
from functions.network.public_address import SocketDeadline, Unreachable, connect
from functions.network.retry_after import retry_after_seconds
from functions.network.url import UrlUse, basic_authorization, check_url, request_target

MAX_BYTES = MAX_AUDIO_BYTES  # of the bytes sent and of the bytes decoded
MAX_SECONDS = 600.0  # for the whole download, redirects and further tries included
READ_TIMEOUT_SECONDS = 20.0  # of silence between two chunks
MAX_REDIRECTS = 5
CHUNK_BYTES = 256 * 1024  # of one read
MAX_TRIES = 4  # requests for one file
FIRST_PAUSE_SECONDS = 0.5  # before the second try; each further pause is twice as long
MAX_PAUSE_SECONDS = 60.0  # a server whose Retry-After is longer is not asked again
# A server slower than this is dropped: no speech codec needs fewer bytes a second, so the audio would play faster.
MIN_BYTES_PER_SECOND = 500
# A server slower than this is slow: wideband speech without compression plays as fast (16 kHz, 16 bits).
SLOW_BYTES_PER_SECOND = 32_000
GRACE_SECONDS = 30.0  # from a response's headers, before its rate counts

# Statuses; from 520 to 524 are a content delivery network's, about the server behind it.
_RETRIED = (408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524)


_SERVER = UrlUse.DOWNLOAD.server


def download(
    url: str,
    max_bytes: int = MAX_BYTES,
    max_seconds: float = MAX_SECONDS,
    on_slow: Callable[[], None] = lambda: None,
) -> Iterator[bytes]:
    """Yield the bytes at `url` in chunks; the request is sent when the first chunk is read.

    After a broken connection the file is requested again, and what was yielded already is skipped if it is the same.

    Args:
        url: a URL of http or https.
        max_bytes: limit of the bytes that are sent, and of the decoded ones.
        max_seconds: limit of the whole download.
        on_slow: called once if the server is slow (`SLOW_BYTES_PER_SECOND`); what it raises ends the download.

    Raises:
        ApiError: While reading: the content cannot be downloaded completely.
    """
    yield from _Download(url, max_bytes, max_seconds, on_slow).chunks()


class _Transient(Exception):
    """A failure that the next try may not meet."""

    def __init__(self, error: ApiError, retry_after: float = 0.0) -> None:
        super().__init__(error)
        self.error = error
        self.retry_after = retry_after  # seconds


class _Download:
    def __init__(self, url: str, max_bytes: int, max_seconds: float, on_slow: Callable[[], None]) -> None:
        self._url, self._max_bytes, self._max_seconds = url, max_bytes, max_seconds
        self._on_slow: Callable[[], None] | None = on_slow  # None once it was called
        self._connection: http.client.HTTPConnection | None = None
        self._socket_deadline: SocketDeadline | None = None
        self._response: http.client.HTTPResponse | None = None
        self._size = 0  # bytes as sent that have been passed on, in all tries
        self._digest = sha256()  # of these
        self._decoder: Decoder | None = None
        self._decoded_size = 0  # bytes yielded

    def chunks(self) -> Iterator[bytes]:
        self._deadline = time.monotonic() + self._max_seconds
        for tries in itertools.count(1):
            try:
                yield from self._read_once()
                return
            except _Transient as failure:
                self._close()
                self._pause(failure, tries)
            finally:
                self._close()

    def _pause(self, failure: _Transient, tries: int) -> None:
        """Sleep before the next try; raise the failure's error if there is none."""
        pause = max(failure.retry_after, FIRST_PAUSE_SECONDS * 2 ** (tries - 1))
        if tries == MAX_TRIES or pause > min(MAX_PAUSE_SECONDS, self._deadline - time.monotonic()):
            raise failure.error from None
        time.sleep(pause)

    def _read_once(self) -> Iterator[bytes]:
        response = self._follow_redirects()
        length, received, skipped = self._checked_length(response), 0, sha256()
        started, skip = time.monotonic(), self._size
        while chunk := self._read_chunk():
            already = chunk[: max(0, skip - received)]
            received += len(chunk)
            if received > self._max_bytes:
                raise self._too_large()
            self._check_rate(received, time.monotonic() - started)
            skipped.update(already)
            if already and received >= skip and skipped.digest() != self._digest.digest():
                raise self._changed()
            if new := chunk[len(already) :]:
                self._size += len(new)
                self._digest.update(new)
                yield from self._decode(new, response)
        if length is not None and received < length:
            raise _Transient(self._failure(f"it closed the connection after {received} of {length} bytes"))
        if received == 0:
            raise self._failure("the file is empty")
        if received < skip:
            raise self._changed()
        if self._decoder and not self._decoder.complete:
            raise self._failure("its compressed content is cut off")

    def _decode(self, chunk: bytes, response: http.client.HTTPResponse) -> Iterator[bytes]:
        try:
            if self._decoder is None:
                self._decoder = decoder(response.headers.get("content-encoding", ""), chunk)
            for decoded in self._decoder.decode(chunk, CHUNK_BYTES):
                self._decoded_size += len(decoded)
                if self._decoded_size > self._max_bytes:
                    raise self._too_large()
                if time.monotonic() >= self._deadline:
                    raise self._failure()
                yield decoded
        except BadContent as error:
            raise remote_content_error(f"{_SERVER} {error}.") from None

    def _follow_redirects(self) -> http.client.HTTPResponse:
        url = self._url
        for _ in range(MAX_REDIRECTS + 1):
            response = self._request(check_url(url))
            location = response.headers.get("location", "")
            if response.status not in (301, 302, 303, 307, 308):
                return self._check_status(response, url)
            self._close()
            try:
                url = redirect_target(url, location)
            except ValueError:
                raise remote_content_error(f"{_SERVER} sent a redirect to no address.") from None
        raise remote_content_error(f"{_SERVER} sent too many redirects.")

    def _request(self, parts: SplitResult) -> http.client.HTTPResponse:
        headers = {"User-Agent": "Earshot", "Accept": "*/*", "Accept-Encoding": "identity"}
        try:
            self._connection = connect(parts, READ_TIMEOUT_SECONDS)
            self._socket_deadline = SocketDeadline(self._connection.sock, self._deadline - time.monotonic())
            self._connection.response_class = FinalResponse
            self._connection.request("GET", request_target(parts), headers=headers | basic_authorization(parts))
            self._response = self._connection.getresponse()
            return self._response
        except Unreachable as error:
            raise _Transient(ApiError(error.failure)) from None
        except (http.client.RemoteDisconnected, ConnectionError):
            raise _Transient(self._failure("it closed the connection without an answer")) from None
        except http.client.HTTPException:
            raise _Transient(self._failure("its answer is no HTTP, or has too many headers")) from None
        except TimeoutError:
            raise _Transient(self._failure(f"no answer came within {READ_TIMEOUT_SECONDS:.0f} seconds")) from None
        except (OSError, ValueError):
            raise _Transient(self._failure("the connection broke before its answer")) from None

    def _read_chunk(self) -> bytes:
        try:
            assert self._response is not None, "A download is read after its request."
            chunk = self._response.read1(CHUNK_BYTES)
        except TimeoutError:
            raise _Transient(self._failure(f"nothing more came within {READ_TIMEOUT_SECONDS:.0f} seconds")) from None
        except (OSError, http.client.HTTPException, ValueError):
            raise _Transient(self._failure("the connection ended before the file did")) from None
        if not chunk and time.monotonic() >= self._deadline:
            raise self._failure()
        return chunk

    def _check_status(self, response: http.client.HTTPResponse, url: str) -> http.client.HTTPResponse:
        status = f"[{status_text(response)}]"
        if response.status == 200 or is_whole_range(response):
            return response
        kind = "a server error" if response.status >= 500 else "a client error"
        expired = " The address is presigned: it has perhaps expired." if is_expired(response, url) else ""
        error = remote_content_error(
            f"{_SERVER} returned {kind}: {status}.{expired}"
            if response.status >= 400
            else f"{_SERVER} failed to return valid data: {status}."
        )
        if response.status in _RETRIED:
            raise _Transient(error, retry_after_seconds(response.headers.get("retry-after", "")))
        raise error

    def _check_rate(self, received: int, seconds: float) -> None:
        if seconds <= GRACE_SECONDS:
            return
        if received < MIN_BYTES_PER_SECOND * seconds:
            raise remote_content_error(f"{_SERVER} sent fewer than {MIN_BYTES_PER_SECOND} bytes a second.")
        if self._on_slow and received < SLOW_BYTES_PER_SECOND * seconds:
            self._on_slow()
            self._on_slow = None

    def _checked_length(self, response: http.client.HTTPResponse) -> int | None:
        header = response.headers.get("content-length", "")
        length = int(header) if header.isdecimal() and response.length is not None else None
        if length is not None and length > self._max_bytes:
            raise self._too_large()
        return length

    def _too_large(self) -> ApiError:
        return too_large(f"Payload size exceeds limit of {self._max_bytes:,} bytes.")

    def _changed(self) -> ApiError:
        return remote_content_error(f"{_SERVER} broke the connection, and then sent other content. Send it again.")

    def _failure(self, reason: str = "") -> ApiError:
        if time.monotonic() >= self._deadline:
            return remote_content_error(f"{_SERVER} took longer than {self._max_seconds:.0f} seconds.")
        return remote_content_error(f"{_SERVER} failed to return valid data{': ' + reason if reason else ''}.")

    def _close(self) -> None:
        if self._socket_deadline:
            self._socket_deadline.cancel()
        if self._response:
            self._response.close()  # it keeps the socket open: closing the connection is not enough
        if self._connection:
            self._connection.close()
        self._socket_deadline = self._connection = self._response = None
