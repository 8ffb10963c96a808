"""HTTP client for the routes of a deployment's API."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from earshot_cli.api.answers import job_id_of
from earshot_cli.api.connection import ApiConnection, network_error
from earshot_cli.api.http_client import http_client
from earshot_cli.console import as_unicode
from earshot_cli.errors import CliError
from earshot_contract.names import PARTIAL_UNTIL_HEADER

QueryParams = list[tuple[str, str]]  # options of /v1/listen, in order, names may repeat
OnBytesSent = Callable[[int], None]  # is called with the number of bytes sent since the last call

LISTEN_PATH = "/v1/listen"
# Bytes; larger files go to the bucket: a Lambda event (6 MB, base64) leaves about 4.4 MB of audio.
MAX_BODY_BYTES = 4_000_000

_CHUNK_BYTES = 64 * 1024
_ID = re.compile(r"[0-9A-Za-z_-]+")
_PAGE_SIZE = 100  # the API's upper limit for `limit`


class ApiClient(ApiConnection):
    """The routes of one deployment. Every method raises CliError."""

    async def submit(
        self, source: Path | str, options: QueryParams, on_bytes_sent: OnBytesSent, *, name: str | None = None
    ) -> str:
        """Submit a file, or a URL that the deployment fetches itself.

        Args:
            source: the file or the URL.
            options: query of /v1/listen.
            on_bytes_sent: called while a file is sent.
            name: name of the job; None: that of the URL, or none.

        Returns:
            The id of the job.
        """
        if isinstance(source, Path) and source.stat().st_size > MAX_BODY_BYTES:
            source = await self.upload(source, on_bytes_sent)
        # Do not hold the connection until the job ends: polling shows its progress.
        headers = {"Prefer": "wait=0", **name_header(name)}
        if not isinstance(source, Path):
            body = {"url": source}
            return job_id_of(await self.request("POST", LISTEN_PATH, params=options, headers=headers, json=body))
        audio = source.read_bytes()
        headers["Content-Type"] = "application/octet-stream"
        response = await self.request("POST", LISTEN_PATH, params=options, headers=headers, content=audio)
        on_bytes_sent(len(audio))
        return job_id_of(response)

    async def upload(self, path: Path, on_bytes_sent: OnBytesSent) -> str:
        """Upload a file of any size straight into the deployment's bucket.

        Returns:
            Its s3:// URL, which `submit` accepts.
        """
        upload = (await self.request("POST", "/v1/uploads", json={})).json()
        headers = {"Content-Length": str(path.stat().st_size), **upload.get("headers", {})}
        try:
            # A client of its own: S3 rejects a presigned request that carries an Authorization header.
            async with http_client(timeout=60) as bucket:
                response = await bucket.put(upload["put"], content=_chunks(path, on_bytes_sent), headers=headers)
        except httpx.HTTPError as error:
            raise CliError(f"The upload to the bucket broke off ({network_error(error)}). Try again.") from None
        if not response.is_success:  # also after a redirect, the file was not stored
            raise CliError(f"The bucket rejected the file: status {response.status_code}. {response.text[:200]}")
        return str(upload["url"])

    async def job(self, job_id: str) -> dict[str, Any]:
        """Return a job as `GET /v1/requests/{id}` describes it."""
        job: dict[str, Any] = (await self.request("GET", _job_path(job_id))).json()
        return job

    async def result(self, job_id: str, format: str) -> str:
        """Return the result of a completed job; a large one is fetched from the bucket.

        Args:
            job_id: id of a completed job.
            format: the API's name (`Format.api_name`).
        """
        path = _job_path(job_id, "/result")
        return (await self.request("GET", path, params=[("format", format)], follow_redirects=True)).text

    async def partial_result(self, job_id: str, format: str) -> tuple[str, float | None]:
        """Return the finished part of a result, and the second of the recording that it reaches; None: it is whole.

        Raises:
            CliError: no part of the result is there yet, or the job's text is redacted.
        """
        query = [("format", format), ("partial", "true")]
        response = await self.request("GET", _job_path(job_id, "/result"), params=query, follow_redirects=True)
        answers = [*response.history, response]  # of a large body the redirect to it has the header
        until = next((a.headers[PARTIAL_UNTIL_HEADER] for a in answers if PARTIAL_UNTIL_HEADER in a.headers), None)
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
            page = (await self.request("GET", "/v1/requests", params=params)).json()
            if page.get("anonymous"):
                raise CliError("Without a key no jobs are listed: name one with --key or EARSHOT_KEY.")
            jobs += page["requests"]
            if not page.get("next"):
                break
            next_page = [("next", page["next"])]
        return jobs[:limit]

    async def cancel_job(self, job_id: str) -> dict[str, Any]:
        """Cancel a running job, and return it; one that has ended meanwhile stays as it is."""
        cancelled: dict[str, Any] = (await self._delete(job_id, "cancel")).json()
        return cancelled

    async def delete_job(self, job_id: str) -> None:
        """Delete a job with its results."""
        await self._delete(job_id, "delete")

    async def _delete(self, job_id: str, action: str) -> httpx.Response:
        return await self.request("DELETE", _job_path(job_id), params=[("action", action)])

    async def retry_job(self, job_id: str) -> dict[str, Any]:
        """Run a failed or cancelled job again; return it as it is then."""
        job: dict[str, Any] = (await self.request("POST", _job_path(job_id, "/retry"))).json()
        return job

    async def redeliver(self, job_id: str) -> dict[str, Any]:
        """Send a finished job's callback again; return the job."""
        job: dict[str, Any] = (await self.request("POST", _job_path(job_id, "/redeliver"))).json()
        return job

    async def create_share(self, job_id: str, days: int | None, audio: bool) -> dict[str, Any]:
        """Make a link to a job's transcript and return it with its secret.

        Args:
            job_id: id of a completed job.
            days: how long it lasts; None: the deployment's default.
            audio: the link leads to the audio, too.
        """
        wishes = {"audio": audio} | ({} if days is None else {"days": days})
        link: dict[str, Any] = (await self.request("POST", _job_path(job_id, "/shares"), json=wishes)).json()
        return link

    async def shares(self, job_id: str) -> dict[str, Any]:
        """Return the links to a job's transcript: `{"shares": […]}`."""
        links: dict[str, Any] = (await self.request("GET", _job_path(job_id, "/shares"))).json()
        return links

    async def withdraw_share(self, job_id: str, share_id: str) -> dict[str, Any]:
        """End a link; return those that are left."""
        path = _job_path(job_id, f"/shares/{quote(share_id, safe='')}")
        links: dict[str, Any] = (await self.request("DELETE", path)).json()
        return links


def _job_path(job_id: str, rest: str = "") -> str:
    """Return the path of a job's route.

    Raises:
        CliError: the argument is not an id; in a path it would lead to another route.
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
