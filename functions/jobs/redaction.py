"""Query strings and URLs without the secrets they may hold, for API answers, events, and rows.

Path and query of a callback's URL may hold secrets, too: answers and rows have only its scheme and host. The whole URL
is in an item of its own (functions/aws/table/withheld_urls.py).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from earshot_contract.credentials.url_credentials import HIDDEN, without_credentials
from functions.options.query_string import option_name, raw_options

if TYPE_CHECKING:
    from functions.options.options import Options

_HOST = re.compile(r"(?:\[[0-9a-fA-F:.]*\]|[^:\[\]\s]*)(?::\d*)?")


def without_secrets(query: str) -> str:
    """Return the query string with callback URLs reduced to scheme and host, and no URL with user and password.

    A query string without a URL that has any is not changed.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    shown = [(key, value if _is_callback(key, value) else without_credentials(value)) for key, value in pairs]
    return with_shown_callback(query if shown == pairs else urlencode(shown))


def with_shown_callback(query: str) -> str:
    """Return the query string with callback URLs reduced to scheme and host; without one it is not changed."""
    pairs = parse_qsl(query, keep_blank_values=True)
    shown = [(key, _origin(value) if _is_callback(key, value) else value) for key, value in pairs]
    return query if shown == pairs else urlencode(shown)


def with_callback(query: str, url: str) -> str:
    """Return the query string of `with_shown_callback` with the whole URL again."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(key, url if option_name(key) == "callback" else value) for key, value in pairs])


def callback_of(query: str) -> str | None:
    """Return the callback's URL as a query string has it, if `with_shown_callback` would shorten it, else None."""
    return withheld_callback(next(reversed(raw_options(query).get("callback", [])), None))


def withheld_callback(url: str | None) -> str | None:
    """Return a callback's URL if there is more of it than is shown, else None."""
    return url if url and _origin(url) != url else None


def stored_options(options: Options) -> dict[str, Any]:
    """Return the options as the row has them: `Options.to_stored` with scheme and host of the callback's URL."""
    stored = options.to_stored()
    if options.callback:
        stored["values"]["callback"] = _origin(options.callback)
    return stored


def _is_callback(key: str, value: str) -> bool:
    """Return whether option parsing reads this key as `callback`, or the caller probably meant that option."""
    name = option_name(key)
    return name == "callback" or ("://" in value and ("callback" in name or "hook" in name))


def _origin(url: str) -> str:
    """Return scheme and host; where they cannot be told from a password, no host."""
    scheme, separator, rest = url.partition("://")
    host = re.split(r"[/?#\\]", rest if separator else url, maxsplit=1)[0].rpartition("@")[2]
    shown = host if _HOST.fullmatch(host) else HIDDEN
    return f"{scheme}://{shown}" if separator else shown
