"""Where a caller's URL may lead: to public addresses over http(s), and to the very one that was checked.

Every address a name resolves to must be public, and the connection goes to a checked address: a second look-up
could answer otherwise ("DNS rebinding"). See OWASP's "Server Side Request Forgery Prevention".
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
CONNECT_SECONDS = 5.0  # to one address
HANDSHAKE_SECONDS = 10.0
_PORTS = {"http": 80, "https": 443}
_NAT64 = IPv6Network("64:ff9b::/96")  # an IPv4 address stands in its last 32 bits


def check_url(url: str) -> SplitResult:
    """The URL's parts, when it could be fetched at all; nothing is looked up.

    Raises:
        ApiError: it is no http(s) URL, or holds what different parsers read differently.
    """
    odd = len(url) > MAX_URL or "\\" in url or any(ord(letter) <= 32 or ord(letter) == 127 for letter in url)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")
    except ValueError:
        raise remote_content_error("Could not parse URL as a URI.") from None
    if odd or not host or port == 0:
        raise remote_content_error("Could not parse URL as a URI.")
    if parts.scheme not in _PORTS:
        raise remote_content_error(f"Could not parse URL as a URI. Its scheme is http or https, not {parts.scheme!r}.")
    return parts


def connect(parts: SplitResult, seconds: float) -> http.client.HTTPConnection:
    """An open connection to a checked URL's host, TLS and all; `seconds` is its timeout from then on.

    Raises:
        ApiError: an address is not public, or none answers.
    """
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    connection.sock = _open(host, port, parts.scheme == "https")
    connection.sock.settimeout(seconds)
    if parts.port is None:
        connection.default_port = port  # type: ignore[attr-defined]  # Host: without ":443"
    return connection


def public(address: str) -> bool:
    """Whether an IP address is one anybody may reach, however it is wrapped."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and (inner := _inner(ip)):
        ip = inner
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class Cut:
    """Ends a connection after so many seconds, whatever comes over it until then.

    A socket's own timeout starts anew with every byte: a server that drips would hold us for ever.
    """

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self._sock = sock.dup()  # TLS takes the socket it is given apart
        self._timer = threading.Timer(max(0.0, seconds), self._cut)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        self._timer.cancel()
        self._sock.close()

    def _cut(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)


def _inner(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for."""
    if ip.ipv4_mapped or ip.sixtofour:
        return ip.ipv4_mapped or ip.sixtofour
    if ip.teredo:
        return ip.teredo[1]
    # NAT64, and the long outdated "IPv4-compatible" ::a.b.c.d
    return IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 or int(ip) < 2**32 else None


def _open(host: str, port: int, tls: bool) -> socket.socket:
    for address in _addresses(host, port):
        try:
            plain = socket.create_connection((address, port), timeout=CONNECT_SECONDS)
        except OSError:
            continue
        try:
            return _secured(plain, host) if tls else plain
        except (OSError, ValueError) as error:
            plain.close()
            reason = getattr(error, "verify_message", "") or getattr(error, "reason", "") or "it broke off"
            raise remote_content_error(f"The TLS handshake with {host} failed: {reason}.") from None
    raise remote_content_error(f"The remote server hosting the media could not be reached: {host}, port {port}.")


def _secured(plain: socket.socket, host: str) -> socket.socket:
    watch = Cut(plain, HANDSHAKE_SECONDS)
    try:
        return _tls().wrap_socket(plain, server_hostname=host)
    finally:
        watch.cancel()


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise remote_content_error(
            f"Could not determine if URL for media download is publicly routable. {host} has no address."
        ) from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not settings().allow_private_urls and not all(map(public, addresses)):
        raise remote_content_error("URL for media download must be publicly routable.")
    return addresses


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
