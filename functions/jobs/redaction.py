"""Query strings and URLs without the secrets they may hold, for API answers and events."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit


def without_secrets(query: str) -> str:
    """Return the query string with callback URLs reduced to scheme and host.

    Path, query and password of a callback URL may hold secrets. A query string without a callback is not changed.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(_is_callback(key) for key, _ in pairs):
        return query
    return urlencode([(key, _origin(value) if _is_callback(key) else value) for key, value in pairs])


def without_credentials(url: str) -> str:
    """Return the URL without user and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _is_callback(key: str) -> bool:
    """Return whether option parsing reads this key as `callback`."""
    return key.strip().lower().removesuffix("[]") == "callback"


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0].rpartition('@')[2]}"
