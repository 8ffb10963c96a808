"""SSRF guard: connections to callers' URLs go to public addresses only, over http or https.

Every address a host name resolves to must be public, and the connection goes to a checked address: a second look-up
could return another one ("DNS rebinding"). See OWASP's "Server Side Request Forgery Prevention".
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from functools import cache
from urllib.parse import SplitResult

from functions.errors import ApiError, remote_content_error
from functions.network.ip_address import is_public
from functions.network.url import UrlUse
from functions.settings import settings

CONNECT_SECONDS = 5.0  # for each address of the host
HANDSHAKE_SECONDS = 10.0  # for TLS
_PORTS = {"http": 80, "https": 443}


class Unreachable(ApiError):
    """No address of the host accepted the connection; it may accept the next one."""


def connect(parts: SplitResult, timeout: float, use: UrlUse = UrlUse.DOWNLOAD) -> http.client.HTTPConnection:
    """Open a connection to a checked URL's host, with TLS for https.

    Args:
        parts: What `check_url` returned.
        timeout: Seconds of silence after which a read or write on the open connection fails; and the most that
            opening it takes, with all addresses of the host.
        use: Chooses the words of the errors.

    Raises:
        Unreachable: No address of the host accepts the connection.
        ApiError: An address of the host is not public, or the TLS handshake fails.
    """
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    connection.sock = _open(host, port, parts.scheme == "https", use, time.monotonic() + timeout)
    connection.sock.settimeout(timeout)
    if parts.port is None:
        connection.default_port = port  # Host: without ":443"
    return connection


class SocketDeadline:
    """Shuts a socket down at a deadline.

    A socket's own timeout restarts with every byte, so a slow sender could keep the connection open for ever.
    """

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self._sock = sock.dup()  # wrapping a socket in TLS detaches the original
        self._timer = threading.Timer(max(0.0, seconds), self._shut_down)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Stop the timer; the connection stays open."""
        self._timer.cancel()
        self._sock.close()

    def _shut_down(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)


def _open(host: str, port: int, tls: bool, use: UrlUse, deadline: float) -> socket.socket:
    for address in _resolve(host, port, use):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            plain = socket.create_connection((address, port), timeout=min(CONNECT_SECONDS, left))
        except OSError:
            continue
        try:
            return _start_tls(plain, host, min(HANDSHAKE_SECONDS, deadline - time.monotonic())) if tls else plain
        except (OSError, ValueError) as error:
            plain.close()
            reason = getattr(error, "verify_message", "") or getattr(error, "reason", "") or "the connection ended"
            raise remote_content_error(f"The TLS handshake with {host} failed: {reason}.") from None
    raise Unreachable(remote_content_error(f"{use.server} could not be reached: {host}, port {port}.").failure)


def _start_tls(plain: socket.socket, host: str, seconds: float) -> socket.socket:
    deadline = SocketDeadline(plain, seconds)
    try:
        return _tls_context().wrap_socket(plain, server_hostname=host)
    finally:
        deadline.cancel()


def _resolve(host: str, port: int, use: UrlUse) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise remote_content_error(
            f"Could not determine if {use.url} is publicly routable. {host} has no address."
        ) from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not settings().allow_private_urls and not all(map(is_public, addresses)):
        raise remote_content_error(f"{use.url} must be publicly routable.")
    return addresses


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()
