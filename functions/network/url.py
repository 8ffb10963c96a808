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
from functions.missing_value import mistake_of_missing_value
from functions.network.ip_address import is_public
from functions.settings import settings

MAX_URL = 4096  # characters
PORTS = (None, 80, 443, 8080, 8443)  # Deepgram's rule for callbacks; None: the URL names no port
_SCHEMES = ("http", "https")
_MAX_SHOWN = 100  # characters of a URL in a message

# ASCII characters of a URL that are not escaped, the percent sign among them: nothing is escaped twice.
_UNESCAPED = "%/:=&?~#+!$,;'@()*[]"
# Characters that may surround a pasted URL: white space, which browsers remove, too, and invisible ones.
STRIPPED_CHARACTERS = " \t\r\n\v\f\xa0\u2028\u2029\u202f\u3000\ufeff\u200b"
_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # IDNA's four label separators
_PATH = re.compile(r"[a-zA-Z]:[\\/]|\\\\|[/~.]")
_WITHOUT_SCHEME = re.compile(r"(?:[\w-]+\.)+[a-zA-Z]{2,}(?::\d+)?(?:[/?#]|$)|localhost(?::\d+)?(?:[/?#]|$)")
_SLASHES_MISSING = re.compile(r"https?(?::/?|//)(?![:/])", re.IGNORECASE)
_SEVERAL_URLS = re.compile(r"(?:\s[\s,;|]*|[,;|]\s+)https?://", re.IGNORECASE)  # not in https://PROXY/https://HOST/PATH
_MEDIA = re.compile(
    r"\.(?:aac|aif[fc]?|amr|avi|caf|flac|m4[abv]|mkv|mov|mp[234]|mpe?g|oga|ogg|opus|wave?|web[am]|wma|wmv|3gp)$",
    re.IGNORECASE,
)
_QUOTED = ("'", '"', "<", "[", "(", "`", "\u201c", "\u2018", "\xab")
_S3 = ("s3", "s3a", "s3n", "arn")
_OTHER_STORES = ("gs", "az", "azure", "abfs", "abfss", "wasb", "wasbs", "r2", "b2", "oss", "gdrive", "dropbox", "hdfs")
_DEVIATIONS = frozenset("ßς\u200c\u200d")  # letters that IDNA 2003 replaces and IDNA 2008 keeps


class UrlUse(Enum):
    """Purpose of a caller's URL, with names of the URL and its server for error messages, Deepgram's for downloads."""

    DOWNLOAD = ("URL for media download", "The remote server hosting the media")
    CALLBACK = ("URL for callback", "The server of the callback")

    def __init__(self, url: str, server: str) -> None:
        self.url = url
        self.server = server


def check_url(url: str, use: UrlUse = UrlUse.DOWNLOAD) -> SplitResult:
    """Split a URL, without resolving its host.

    Letters outside ASCII and spaces are escaped, a host name is written in punycode, escapes stay as they are. The
    path has no segments of dots: `/a/./b/../c` is `/a/c`.

    Args:
        url: As the caller sent it.
        use: Chooses the words of the error.

    Raises:
        ApiError: It is not an http(s) URL, different parsers would read it differently, its port is not one of `PORTS`,
            or its host is an IP address that is not public.
    """
    url = url.strip(STRIPPED_CHARACTERS)
    try:
        parts = _split(url, use)
    except _Unreadable as error:
        raise remote_content_error(f"Could not parse URL as a URI. {error}") from None
    if not settings().allow_private_urls:
        _check_address_and_port(parts, use)
    return parts


def request_target(parts: SplitResult) -> str:
    """Return the path and query of a checked URL, as a request line has them."""
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def basic_authorization(parts: SplitResult) -> dict[str, str]:
    """Return the header for user and password of a URL; {} if it has none."""
    if not (parts.username or parts.password):
        return {}
    pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


class _Unreadable(Exception):
    """A URL whose meaning is ambiguous; the text is an error message."""


def _split(url: str, use: UrlUse) -> SplitResult:
    """Split a URL into ASCII parts."""
    if len(url) > MAX_URL:
        raise _Unreadable(f"It has {len(url)} characters; {MAX_URL} are accepted.")
    if _SEVERAL_URLS.search(url):
        raise _Unreadable("There are several: send one address, https://HOST/PATH.")
    if any(ord(letter) < 32 or ord(letter) == 127 or "\ud800" <= letter <= "\udfff" for letter in url):
        raise _Unreadable("It has a line break or another control character, or half a letter.")
    if reason := _mistake(url, use):
        raise _Unreadable(reason)
    if "\\" in url:
        raise _Unreadable("It has a backslash, which programs read differently: write / or %5C.")
    try:
        parts = urlsplit(url)
    except ValueError:
        reason = "The brackets of its host hold no IPv6 address."
        raise _Unreadable(reason if set("[]") & set(url) else "Its host has a letter that no host can have.") from None
    if parts.scheme not in _SCHEMES:
        found = "" if "@" in url else f", not {parts.scheme!r}"  # of USER:PASSWORD@HOST the scheme is the user
        raise _Unreadable(f"Its scheme is http or https{found}: https://HOST/PATH.")
    user, at, _ = parts.netloc.rpartition("@")
    name = _host_name(parts)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise _Unreadable("Its port is a number from 1 to 65535.")
    return SplitResult(
        parts.scheme,
        f"{quote(user, safe=_UNESCAPED)}{at}{name}" + (f":{port}" if port is not None else ""),
        quote(_without_dots(parts.path), safe=_UNESCAPED),
        quote(parts.query, safe=_UNESCAPED),
        quote(parts.fragment, safe=_UNESCAPED),
    )


def _without_dots(path: str) -> str:
    """Return a path without its segments `.` and `..` (RFC 3986, section 5.2.4); empty segments stay."""
    kept: list[str] = []
    first, *segments = path.split("/")  # the path is empty or begins with a slash
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    is_folder = segments[-1:] in (["."], [".."])
    return "/".join([first, *kept, *([""] if is_folder else [])])


def _mistake(url: str, use: UrlUse) -> str | None:
    """Return an error message about the usual mistakes that show at the beginning of a URL."""
    scheme = url.partition(":")[0].lower()
    download = use is UrlUse.DOWNLOAD
    # A query may hold a secret, and so may what stands before an @.
    shown = "HOST/PATH" if "@" in url else url.removeprefix("//").partition("?")[0][:_MAX_SHOWN]
    if missing := mistake_of_missing_value(url):
        return f"{missing} It is written like https://HOST/PATH."
    if url.startswith("//"):
        return f"Its scheme is missing: https://{shown}"
    if _SLASHES_MISSING.match(url):
        return "A colon and two slashes follow its scheme: https://HOST/PATH."
    if download and (_PATH.match(url) or scheme == "file" or _is_file_name(url)):
        return (
            "It is the path of a file, which this server cannot read: send the file as the body, or an address, "
            "https://HOST/PATH."
        )
    if _WITHOUT_SCHEME.match(url):
        return f"Its scheme is missing: https://{shown}"
    if url.startswith(_QUOTED):
        return "It stands in quotes or brackets: send the address alone, https://HOST/PATH."
    if scheme in _S3 and download:
        return "An object in a bucket of this deployment is written s3://BUCKET/KEY."
    if scheme in _OTHER_STORES and download:
        return f"An object in another store is sent by its signed address: https://HOST/PATH, not {scheme}://."
    if scheme == "blob":
        return "Only the browser that made a blob: address can read it: send the bytes as the body."
    if scheme == "data" and download:
        return "It is a data: URI: send the bytes that its base64 stands for as the body."
    if not re.match(r"[a-z][a-z0-9+.-]*:", url, re.IGNORECASE):
        return "It is written like https://HOST/PATH."
    return None


def _is_file_name(url: str) -> bool:
    """Return whether a text is `talk.wav` or `calls/talk.wav`, and not `HOST.TLD/talk.wav` or `localhost/talk.wav`."""
    first, slash, _ = url.partition("/")
    is_host = bool(slash) and ("." in first or first.lower() == "localhost")
    return ":" not in url and _MEDIA.search(url) is not None and not is_host


def _host_name(parts: SplitResult) -> str:
    """Return the host in ASCII, an IPv6 address in brackets."""
    host = parts.hostname
    if not host:
        raise _Unreadable("It names no host: https://HOST/PATH.")
    if ":" in host:
        return f"[{host}]"
    if host in _SCHEMES:
        raise _Unreadable("Its scheme stands there twice: https://HOST/PATH.")
    try:
        name = _punycode(unquote(host, errors="strict"))
    except ValueError:
        name = ""
    labels = name.removesuffix(".").split(".")
    if len(name) > 253 or not all(re.fullmatch(r"[a-z0-9_~-]{1,63}", label) for label in labels):
        raise _Unreadable(f"{host[:_MAX_SHOWN]} is no name that a host can have: https://HOST/PATH.")
    return name


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
