"""HTTP client for a deployment's API, with retries and errors in words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from copy import copy
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from earshot_cli.api_answers import error_from_response, job_id_of
from earshot_cli.console import as_unicode
from earshot_cli.errors import CliError, Status
from earshot_cli.retries import BUSY_SECONDS, OnBusy, Retries, no_busy_sign

QueryParams = list[tuple[str, str]]  # options of /v1/listen, in order, names may repeat
OnBytesSent = Callable[[int], None]  # is called with the number of bytes sent since the last call

LISTEN_PATH = "/v1/listen"
# Bytes; larger files go to the bucket: a Lambda event (6 MB, base64) leaves about 4.4 MB of audio.
MAX_BODY_BYTES = 4_000_000

_CHUNK_BYTES = 64 * 1024
_HTTP_TIMEOUT = httpx.Timeout(60, connect=10)  # seconds; API Gateway ends a request after 29 s
_UNTIL_HEADER = "earshot-partial-until"
_ID = re.compile(r"[0-9A-Za-z_-]+")
_PAGE_SIZE = 100  # the API's upper limit for `limit`


class ApiClient:
    """One connection pool to one deployment. Every method raises CliError."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = url.strip().rstrip("/").removesuffix("/v1")
        key = key.strip() if key else None  # a pasted one ends in a space or a line break
        _check_connection(self.url, key)
        self._answered = asyncio.Event()  # ever; of every client of this connection pool
        self._busy_limit = 0.0
        self._on_busy: OnBusy = no_busy_sign
        self._http = httpx.AsyncClient(
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
            on_busy: is called with the seconds until the next attempt, and with 0.0 when it goes on.
            seconds: how long one request waits.
        """
        client = copy(self)
        client._busy_limit, client._on_busy = seconds, on_busy
        return client

    async def submit(
        self, source: Path | str, options: QueryParams, on_bytes_sent: OnBytesSent, *, name: str | None = None
    ) -> str:
        """Submit a file, or a URL that the deployment fetches itself.

        Args:
            source: the file or the URL.
            options: query of /v1/listen.
            on_bytes_sent: is called while a file is sent.
            name: of the job; None: that of the URL, or none.

        Returns:
            The id of the job.
        """
        if isinstance(source, Path) and source.stat().st_size > MAX_BODY_BYTES:
            source = await self.upload(source, on_bytes_sent)
        # Do not hold the connection until the job ends: polling shows its progress.
        headers = {"Prefer": "wait=0", **name_header(name)}
        if not isinstance(source, Path):
            body = {"url": source}
            return job_id_of(await self._request("POST", LISTEN_PATH, params=options, headers=headers, json=body))
        audio = source.read_bytes()
        headers["Content-Type"] = "application/octet-stream"
        response = await self._request("POST", LISTEN_PATH, params=options, headers=headers, content=audio)
        on_bytes_sent(len(audio))
        return job_id_of(response)

    async def upload(self, path: Path, on_bytes_sent: OnBytesSent) -> str:
        """Upload a file of any size straight into the deployment's bucket.

        Returns:
            Its s3:// URL, which `submit` accepts.
        """
        upload = (await self._request("POST", "/v1/uploads", json={})).json()
        headers = {"Content-Length": str(path.stat().st_size), **upload.get("headers", {})}
        try:
            # A client of its own: S3 rejects a presigned request that carries an Authorization header.
            async with httpx.AsyncClient(timeout=60) as bucket:
                response = await bucket.put(upload["put"], content=_chunks(path, on_bytes_sent), headers=headers)
        except httpx.HTTPError as error:
            raise CliError(f"The upload to the bucket broke off ({_reason(error)}). Try again.") from None
        if not response.is_success:  # a redirect, too: the file is not there
            raise CliError(f"The bucket rejected the file: status {response.status_code}. {response.text[:200]}")
        return str(upload["url"])

    async def job(self, job_id: str) -> dict[str, Any]:
        """Return a job as `GET /v1/requests/{id}` describes it."""
        job: dict[str, Any] = (await self._request("GET", _job_path(job_id))).json()
        return job

    async def result(self, job_id: str, format: str) -> str:
        """Return the result of a completed job; a large one is fetched from the bucket.

        Args:
            job_id: of a completed job.
            format: the API's name (`Format.api_name`).
        """
        path = _job_path(job_id, "/result")
        return (await self._request("GET", path, params=[("format", format)], follow_redirects=True)).text

    async def partial_result(self, job_id: str, format: str) -> tuple[str, float | None]:
        """Return what there is of a result, and the second of the recording that it reaches; None: it is whole.

        Raises:
            CliError: nothing is there yet, or the job's text is redacted.
        """
        query = [("format", format), ("partial", "true")]
        response = await self._request("GET", _job_path(job_id, "/result"), params=query, follow_redirects=True)
        answers = [*response.history, response]  # of a large body the redirect to it has the header
        until = next((a.headers[_UNTIL_HEADER] for a in answers if _UNTIL_HEADER in a.headers), None)
        return response.text, float(until) if until else None

    async def jobs(self, limit: int, filters: QueryParams | None = None) -> list[dict[str, Any]]:
        """Return at most `limit` jobs, the newest first; `filters` are those of GET /v1/requests.

        Raises:
            CliError: there is no key, and the deployment lists nothing without one.
        """
        jobs: list[dict[str, Any]] = []
        next_page: QueryParams = []
        while len(jobs) < limit:
            params = [("limit", str(min(limit, _PAGE_SIZE))), *(filters or []), *next_page]
            page = (await self._request("GET", "/v1/requests", params=params)).json()
            if page.get("anonymous"):
                raise CliError("Without a key no jobs are listed: name one with --key or EARSHOT_KEY.")
            jobs += page["requests"]
            if not page.get("next"):
                break
            next_page = [("next", page["next"])]
        return jobs[:limit]

    async def delete_job(self, job_id: str) -> None:
        """Cancel a running job; delete a finished one with its results."""
        await self._request("DELETE", _job_path(job_id))

    async def retry_job(self, job_id: str) -> dict[str, Any]:
        """Run a failed or cancelled job again; return it as it is then."""
        job: dict[str, Any] = (await self._request("POST", _job_path(job_id, "/retry"))).json()
        return job

    async def redeliver(self, job_id: str) -> dict[str, Any]:
        """Send a finished job's callback again; return the job."""
        job: dict[str, Any] = (await self._request("POST", _job_path(job_id, "/redeliver"))).json()
        return job

    async def create_share(self, job_id: str, days: int | None, audio: bool) -> dict[str, Any]:
        """Make a link to a job's transcript and return it with its secret.

        Args:
            job_id: of a completed job.
            days: how long it lasts; None: the deployment's default.
            audio: the link leads to the audio, too.
        """
        wishes = {"audio": audio} | ({} if days is None else {"days": days})
        link: dict[str, Any] = (await self._request("POST", _job_path(job_id, "/shares"), json=wishes)).json()
        return link

    async def shares(self, job_id: str) -> dict[str, Any]:
        """Return the links to a job's transcript: `{"shares": […]}`."""
        links: dict[str, Any] = (await self._request("GET", _job_path(job_id, "/shares"))).json()
        return links

    async def withdraw_share(self, job_id: str, share_id: str) -> dict[str, Any]:
        """End a link; return those that are left."""
        path = _job_path(job_id, f"/shares/{quote(share_id, safe='')}")
        links: dict[str, Any] = (await self._request("DELETE", path)).json()
        return links

    async def _request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
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
                # An address that never answered is wrong; one that did has a network that is away for a moment.
                is_wrong = isinstance(error, httpx.ConnectError) and not self._answered.is_set()
                pause = None if is_wrong else retries.after_error()
                if pause is None:
                    raise CliError(
                        f"{self.url} does not answer ({_reason(error)}). Is the address right (--url or "
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
    """Raise CliError for an address that is none, and for a key that no header can carry; no message has the key."""
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


def _job_path(job_id: str, rest: str = "") -> str:
    """Return the path of a job's route.

    Raises:
        CliError: what was typed as an id is none; as a path it would lead to another route.
    """
    if not _ID.fullmatch(job_id):
        raise CliError(f"{job_id!r} is not the id of a job. `earshot jobs` lists those there are.")
    return f"/v1/requests/{job_id}{rest}"


def name_header(name: str | None) -> dict[str, str]:
    """Return the header that gives a job its file's name, in any script (RFC 6266)."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(as_unicode(name), safe='')}"} if name else {}


async def _chunks(path: Path, on_bytes_sent: OnBytesSent) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
            on_bytes_sent(len(chunk))


def _reason(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
