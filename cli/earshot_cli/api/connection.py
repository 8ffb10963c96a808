"""Connection to a deployment: its address and key, requests with retries, and messages of network errors."""

from __future__ import annotations

import asyncio
import re
from copy import copy
from types import TracebackType
from typing import Any, Self

import httpx

from earshot_cli.api.answers import error_from_response
from earshot_cli.api.http_client import http_client
from earshot_cli.api.retries import BUSY_SECONDS, OnBusy, Retries, no_busy_sign
from earshot_cli.errors import CliError, Status

# The part of a copied address that is not the deployment's own: of the page (`/v1/#/jobs`), or of a request.
# A path of a proxy (`/v1/earshot`) is part of the deployment's address.
_ROUTES = "listen|requests|audio|uploads|models|workers|page|shared|docs|openapi.json"
_ROUTE = re.compile(rf"/v1(/({_ROUTES})\b.*|/?([?#].*)?)$")
_HTTP_TIMEOUT = httpx.Timeout(60, connect=10)  # seconds; API Gateway ends a request after 29 s


class ApiConnection:
    """One connection pool to one deployment."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = _ROUTE.sub("", url.strip()).rstrip("/")
        key = key.strip() if key else None  # a pasted one ends in a space or a line break
        _check_connection(self.url, key)
        self._answered = asyncio.Event()  # set at the first answer to any client of this connection pool
        self._busy_limit = 0.0
        self._on_busy: OnBusy = no_busy_sign
        self._http = http_client(
            base_url=self.url,
            headers={"Authorization": f"Token {key}"} if key else {},
            timeout=_HTTP_TIMEOUT,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._http.aclose()

    def patient(self, on_busy: OnBusy, seconds: float = BUSY_SECONDS) -> Self:
        """Return a client of the same connection pool that waits for a busy deployment.

        Args:
            on_busy: called with the seconds until the next attempt, and with 0.0 when it goes on.
            seconds: how long one request waits.
        """
        client = copy(self)
        client._busy_limit, client._on_busy = seconds, on_busy
        return client

    async def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Send a request and return a success or a redirect.

        Retries are safe for every route: POST /v1/listen returns the job of an earlier identical request.
        """
        retries = Retries(self._busy_limit, self._on_busy)
        while True:
            try:
                response = await self._http.request(method, path, **arguments)
            except UnicodeEncodeError:
                raise CliError("What is sent has to be UTF-8: an option, name or id is not.", Status.USAGE) from None
            except httpx.HTTPError as error:
                # An address that never answered is wrong. One that answered before has lost its network for a moment.
                is_wrong = isinstance(error, httpx.ConnectError) and not self._answered.is_set()
                pause = None if is_wrong else retries.after_error()
                if pause is None:
                    raise CliError(
                        f"{self.url} does not answer ({network_error(error)}). Is the address right (--url or "
                        "EARSHOT_URL)? `earshot up` starts a local deployment.",
                        Status.UNREACHABLE,
                    ) from None
            else:
                self._answered.set()
                pause = retries.after(response)
                if pause is None:
                    break
            await asyncio.sleep(pause)
        if response.is_error:
            raise error_from_response(response)
        return response


def _check_connection(url: str, key: str | None) -> None:
    """Raise CliError for an address that is no URL, or a key that no header can carry. Messages never show the key."""
    try:
        address = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        address = httpx.URL()
    if address.scheme not in ("http", "https") or not address.host:
        raise CliError(
            f"{url!r} is not the address of a deployment: write https://… (--url or EARSHOT_URL).", Status.USAGE
        )
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise CliError(
            "The key has characters that no API key has: copy it again (--key or EARSHOT_KEY).", Status.USAGE
        )


def network_error(error: httpx.HTTPError) -> str:
    """Return the message of a network error, or its type: some errors of httpx have no message."""
    return str(error) or type(error).__name__
