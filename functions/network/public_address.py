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
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from functions.errors import remote_content_error
from functions.settings import settings

MAX_URL = 4096  # characters
CONNECT_SECONDS = 5.0  # for each address of the host
HANDSHAKE_SECONDS = 10.0  # for TLS
_PORTS = {"http": 80, "https": 443}
_NAT64 = IPv6Network("64:ff9b::/96")  # the last 32 bits are an IPv4 address


def check_url(url: str) -> SplitResult:
    """Split a URL and check its form, without resolving its host.

    Raises:
        ApiError: It is not an http(s) URL, or different parsers would read it differently.
    """
    ambiguous = len(url) > MAX_URL or "\\" in url or any(ord(letter) <= 32 or ord(letter) == 127 for letter in url)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")
    except ValueError:
        raise remote_content_error("Could not parse URL as a URI.") from None
    if ambiguous or not host or port == 0:
        raise remote_content_error("Could not parse URL as a URI.")
    if parts.scheme not in _PORTS:
        raise remote_content_error(f"Could not parse URL as a URI. Its scheme is http or https, not {parts.scheme!r}.")
    return parts


def connect(parts: SplitResult, timeout: float) -> http.client.HTTPConnection:
    """Open a connection to a checked URL's host, with TLS for https.

    Args:
        parts: What `check_url` returned.
        timeout: Seconds of silence after which a read or write on the open connection fails.

    Raises:
        ApiError: An address of the host is not public, or none of them accepts the connection.
    """
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    connection.sock = _open(host, port, parts.scheme == "https")
    connection.sock.settimeout(timeout)
    if parts.port is None:
        connection.default_port = port  # Host: without ":443"
    return connection


def is_public(address: str) -> bool:
    """Return whether an IP address is publicly routable, also when it is an IPv4 address embedded in IPv6."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and (embedded := _embedded_ipv4(ip)):
        ip = embedded
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


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


def _embedded_ipv4(ip: IPv6Address) -> IPv4Address | None:
    if ip.ipv4_mapped or ip.sixtofour:
        return ip.ipv4_mapped or ip.sixtofour
    if ip.teredo:
        return ip.teredo[1]
    # NAT64, and the long outdated "IPv4-compatible" ::a.b.c.d
    return IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 or int(ip) < 2**32 else None


def _open(host: str, port: int, tls: bool) -> socket.socket:
    for address in _resolve(host, port):
        try:
            plain = socket.create_connection((address, port), timeout=CONNECT_SECONDS)
        except OSError:
            continue
        try:
            return _start_tls(plain, host) if tls else plain
        except (OSError, ValueError) as error:
            plain.close()
            reason = getattr(error, "verify_message", "") or getattr(error, "reason", "") or "the connection ended"
            raise remote_content_error(f"The TLS handshake with {host} failed: {reason}.") from None
    raise remote_content_error(f"The remote server hosting the media could not be reached: {host}, port {port}.")


def _start_tls(plain: socket.socket, host: str) -> socket.socket:
    deadline = SocketDeadline(plain, HANDSHAKE_SECONDS)
    try:
        return _tls_context().wrap_socket(plain, server_hostname=host)
    finally:
        deadline.cancel()


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise remote_content_error(
            f"Could not determine if URL for media download is publicly routable. {host} has no address."
        ) from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not settings().allow_private_urls and not all(map(is_public, addresses)):
        raise remote_content_error("URL for media download must be publicly routable.")
    return addresses


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()
