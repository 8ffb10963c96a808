"""Rules for callback URLs, applied when the option `callback` is parsed."""

from __future__ import annotations

from functions.errors import ApiError, bad_query
from functions.network.public_address import check_url
from functions.settings import settings

PORTS = (None, 80, 443, 8080, 8443)  # Deepgram's rule; None: the URL names no port


def check_callback_url(url: str) -> None:
    """Check scheme, host and port of a callback URL; its addresses are checked at each delivery.

    A deployment that allows private URLs (`ALLOW_PRIVATE_URLS`) accepts every port.

    Raises:
        ApiError: The URL cannot be parsed, or its port is not one of `PORTS`.
    """
    try:
        parts = check_url(url)
    except ApiError:
        raise bad_query(
            "Invalid callback url. It cannot be parsed: it begins with http:// or https:// and names a host."
        ) from None
    if parts.port not in PORTS and not settings().allow_private_urls:
        raise bad_query(f"Invalid callback url. Its port is one of {', '.join(map(str, PORTS[1:]))}.")
