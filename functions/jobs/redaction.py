"""Query strings and URLs without the secrets they may hold, for API answers and events."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from earshot_contract.credentials.url_credentials import without_credentials
from functions.options.query_string import option_name


def without_secrets(query: str) -> str:
    """Return the query string with callback URLs reduced to scheme and host, and no URL with user and password.

    Path and query of a callback URL may hold secrets, too. A query string without a URL that has any is not changed.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    shown = [(key, _origin(value) if _is_callback(key, value) else without_credentials(value)) for key, value in pairs]
    return query if shown == pairs else urlencode(shown)


def _is_callback(key: str, value: str) -> bool:
    """Return whether option parsing reads this key as `callback`, or the caller probably meant it so."""
    name = option_name(key)
    return name == "callback" or ("://" in value and ("callback" in name or "hook" in name))


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0].rpartition('@')[2]}"
