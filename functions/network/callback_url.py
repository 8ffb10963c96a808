"""Rules for callback URLs, applied when the option `callback` is parsed."""

from __future__ import annotations

from functions.errors import ApiError, bad_query
from functions.network.url import UrlUse, check_url


def check_callback_url(url: str) -> None:
    """Check a callback URL by its looks: scheme, host, port; the addresses of its host are checked at each delivery.

    A deployment that allows private URLs (`ALLOW_PRIVATE_URLS`) accepts every host and port.

    Raises:
        ApiError: The URL cannot be parsed, its port is not one of `PORTS`, or its IP address is not public.
    """
    try:
        check_url(url, UrlUse.CALLBACK)
    except ApiError as error:
        raise bad_query(f"Invalid callback url. {error.failure.err_msg}") from None
