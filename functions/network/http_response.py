"""Responses of servers on the web: status lines, interim responses (1xx), and the targets of redirects."""

from __future__ import annotations

import http.client
import re
from urllib.parse import SplitResult, parse_qsl, quote, urljoin, urlsplit

_INTERIM_STATUSES = range(102, 200)  # such as 103 Early Hints; http.client skips 100 alone
_CONTENT_RANGE = re.compile(r"bytes 0-(\d{1,18})/(\d{1,18})", re.IGNORECASE | re.ASCII)  # from the first byte on
_MAX_REASON = 100  # characters of a status line in a message
# Query parameters of presigned URLs: S3's, also in its older form, Google's, and that of Azure.
_SIGNATURES = frozenset({"x-amz-signature", "signature", "x-goog-signature", "sig"})
_RAW_URL = "%/:=&?~#+!$,;'@()*[] \\"  # what stays of a Location whose bytes are not UTF-8


class FinalResponse(http.client.HTTPResponse):
    """Response that skips interim responses before the final one."""

    def _read_status(self) -> tuple[str, int, str]:  # the one place where http.client reads a status line
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status not in _INTERIM_STATUSES:
                return version, status, reason
            http.client.parse_headers(self.fp)


def status_text(response: http.client.HTTPResponse) -> str:
    """Return status and reason: printable, and short."""
    reason = "".join(letter for letter in response.reason if letter.isprintable())
    return f"{response.status} {reason[:_MAX_REASON]}".strip()


def is_whole_range(response: http.client.HTTPResponse) -> bool:
    """Return whether a 206 holds all bytes of the file: some servers answer every request with a range."""
    match = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", "").strip())
    return response.status == 206 and match is not None and int(match[1]) + 1 == int(match[2])


def is_expired(response: http.client.HTTPResponse, url: str) -> bool:
    """Return whether a presigned URL of S3, Google Cloud Storage or Azure was refused: most often it has expired."""
    names = {name.lower() for name, _ in parse_qsl(urlsplit(url).query)}
    return response.status in (400, 401, 403) and not names.isdisjoint(_SIGNATURES)


def redirect_target(url: str, location: str) -> str:
    """Return the URL that a redirect leads to.

    Args:
        url: the URL that was answered with the redirect.
        location: the header's value, as http.client gives it.

    Raises:
        ValueError: It is no URL, or empty.
    """
    if not location.strip():
        raise ValueError("A redirect needs an address.")
    return _with_user_of(url, urljoin(url, _as_sent(location)))


def _with_user_of(url: str, target: str) -> str:
    """Return a redirect's target; on the same host with the user and password of the URL before it, as curl does."""
    try:
        before, after = urlsplit(url), urlsplit(target)
        same = _origin(before) == _origin(after)
    except ValueError:
        return target
    user, at, _ = before.netloc.rpartition("@")
    if not (same and at) or "@" in after.netloc:
        return target
    return after._replace(netloc=f"{user}@{after.netloc}").geturl()


def _as_sent(location: str) -> str:
    """Return a Location's text: http.client decodes its bytes as Latin-1, servers send UTF-8 or escapes."""
    raw = location.encode("latin-1", "replace").strip(b" \t")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return quote(raw, safe=_RAW_URL)


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
