"""Callers' URLs as people spell them: read as browsers read them, and checked by their looks before any connection.

Used for audio URLs, for the targets of redirects and for callbacks.
"""

from __future__ import annotations

import base64
import re
import socket
import unicodedata
from enum import Enum
from urllib.parse import SplitResult, quote, unquote, urlsplit

from functions.errors import remote_content_error
from functions.network.ip_address import is_public
from functions.settings import settings

MAX_URL = 4096  # characters
PORTS = (None, 80, 443, 8080, 8443)  # Deepgram's rule for callbacks; None: the URL names no port
_SCHEMES = ("http", "https")

# ASCII that a URL keeps as it stands. The percent sign is among it: what is escaped already is not escaped again.
_UNESCAPED = "%/:=&?~#+!$,;'@()*[]"
_AROUND = " \t\r\n\ufeff\u200b"  # around a pasted URL: browsers leave white space out; the others are invisible
_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # IDNA's four label separators
_PATH = re.compile(r"[a-zA-Z]:[\\/]|\\\\|[/~.]")
_PORT = re.compile(r"https?://[^/?#:\s]+:([^/?#@]+)(?:[/?#]|$)", re.IGNORECASE)
_DEVIATIONS = frozenset("ßς\u200c\u200d")  # letters that IDNA 2003 replaces and IDNA 2008 keeps


class UrlUse(Enum):
    """What a caller's URL is for: names of the URL and of its server in error messages, Deepgram's for downloads."""

    DOWNLOAD = ("URL for media download", "The remote server hosting the media")
    CALLBACK = ("URL for callback", "The server of the callback")

    def __init__(self, url: str, server: str) -> None:
        self.url = url
        self.server = server


def check_url(url: str, use: UrlUse = UrlUse.DOWNLOAD) -> SplitResult:
    """Split a URL, without resolving its host.

    Letters outside ASCII and spaces are escaped, a host name is written in punycode, escapes stay as they are.

    Args:
        url: As the caller sent it.
        use: Chooses the words of the error.

    Raises:
        ApiError: It is not an http(s) URL, different parsers would read it differently, its port is not one of `PORTS`,
            or its host is an IP address that is not public.
    """
    try:
        parts = _split(url)
    except ValueError:
        raise remote_content_error(f"Could not parse URL as a URI. {_reason(url.strip(_AROUND), use)}") from None
    if not parts.scheme or len(parts.scheme) == 1:
        raise remote_content_error(f"Could not parse URL as a URI. {_reason(url.strip(_AROUND), use)}")
    if parts.scheme not in _SCHEMES:
        raise remote_content_error(
            f"Could not parse URL as a URI. Its scheme is http or https, not {parts.scheme!r}: https://HOST/PATH."
        )
    if not settings().allow_private_urls:
        _check_address_and_port(parts, use)
    return parts


def request_target(parts: SplitResult) -> str:
    """Return the path and query of a checked URL, as a request line has them."""
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def basic_authorization(parts: SplitResult) -> dict[str, str]:
    """Return the header for user and password of a URL; {} if it has none."""
    if not parts.username:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _split(url: str) -> SplitResult:
    """Split a URL into ASCII parts; raise ValueError if that cannot be done without a guess."""
    url = url.strip(_AROUND)
    if len(url) > MAX_URL or "\\" in url or any(ord(letter) < 32 or ord(letter) == 127 for letter in url):
        raise ValueError("too long, or with characters that parsers read differently")
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES and parts.scheme:
        return parts
    user, at, _ = parts.netloc.rpartition("@")
    host, port = parts.hostname, parts.port
    if not host or port == 0:
        raise ValueError("no host, or no port that exists")
    name = f"[{host}]" if ":" in host else _punycode(host)
    if len(name) > 253 or re.search(r"[^a-z0-9._~\-:\[\]%]", name):
        raise ValueError("a host name with characters that no host has")
    return SplitResult(
        parts.scheme,
        f"{quote(user, safe=_UNESCAPED)}{at}{name}" + (f":{port}" if port is not None else ""),
        quote(parts.path, safe=_UNESCAPED),
        quote(parts.query, safe=_UNESCAPED),
        quote(parts.fragment, safe=_UNESCAPED),
    )


def _reason(url: str, use: UrlUse) -> str:
    """Return what is wrong with a URL that cannot be split."""
    if len(url) > MAX_URL:
        return f"It has {len(url)} characters; {MAX_URL} are accepted."
    if _PATH.match(url) and use is UrlUse.DOWNLOAD:
        return "It is the path of a file, which this server cannot read: send the file as the body, or an address, https://HOST/PATH."
    port = _PORT.match(url)
    if port and not (port[1].isdigit() and 0 < int(port[1][:6]) < 1 << 16):
        return "Its port is a number from 1 to 65535."
    return "It begins with http:// or https:// and names a host."


def _punycode(host: str) -> str:
    """Return a host name in ASCII, as browsers do: IDNA 2003's codec, with the letters that IDNA 2008 keeps kept."""
    if not _DEVIATIONS & set(host):
        return host.encode("idna").decode().lower()
    labels = _DOTS.split(unicodedata.normalize("NFC", host.lower()))
    return ".".join(
        "xn--" + label.encode("punycode").decode() if _DEVIATIONS & set(label) else label.encode("idna").decode()
        for label in labels
    )


def _check_address_and_port(parts: SplitResult, use: UrlUse) -> None:
    host = (parts.hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost") or _is_private_literal(host):
        raise remote_content_error(f"{use.url} must be publicly routable.")
    if parts.port not in PORTS:
        raise remote_content_error(f"The URL's port is one of {', '.join(map(str, PORTS[1:]))}.")


def _is_private_literal(host: str) -> bool:
    """Return whether a host is an IP address that is not public, in any of the spellings that resolvers take."""
    try:
        return not is_public(host)
    except ValueError:
        pass
    try:
        return not is_public(socket.inet_ntoa(socket.inet_aton(host)))  # 2130706433, 0x7f.1, 0177.0.0.1
    except OSError:
        return False
