"""A deployment's HTTP API, as the commands use it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from earshot_cli.errors import Problem, Status

Pairs = list[tuple[str, str]]  # options of /v1/listen
Sent = Callable[[int], None]  # told how many more bytes are on their way

LISTEN = "/v1/listen"
DIRECT_BYTES = 4_000_000  # larger files go to the bucket: a Lambda event (6 MB, base64) leaves about 4.4 MB of audio
CHUNK_BYTES = 64 * 1024
TRIES = 5  # of a request that may be repeated, when the line breaks or the service is busy
LONGEST_PAUSE = 30.0  # seconds, whatever Retry-After says
BUSY = (429, 502, 503, 504)


class Api:
    """One connection pool to one deployment. Every method raises Problem."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = url.rstrip("/").removesuffix("/v1")
        self._http = httpx.AsyncClient(
            base_url=self.url,
            headers={"Authorization": f"Token {key}"} if key else {},
            timeout=httpx.Timeout(60, connect=10),  # API Gateway ends a request after 29 s
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._http.aclose()

    async def submit(self, source: Path | str, options: Pairs, sent: Sent) -> str:
        """Hand over a file, or a URL the deployment fetches itself; the id of the job that was made."""
        if isinstance(source, Path) and source.stat().st_size > DIRECT_BYTES:
            source = await self.upload(source, sent)
        # Not to wait on the line: asking for progress shows more than a silent connection does.
        headers = {"Prefer": "wait=0"}
        if not isinstance(source, Path):
            return job_id(await self._ask("POST", LISTEN, params=options, headers=headers, json={"url": source}))
        audio = source.read_bytes()
        headers["Content-Type"] = "application/octet-stream"
        answer = await self._ask("POST", LISTEN, params=options, headers=headers, content=audio)
        sent(len(audio))
        return job_id(answer)

    async def upload(self, path: Path, sent: Sent) -> str:
        """Put a file of any size straight into the deployment's bucket; the s3:// URL to transcribe it by."""
        place = (await self._ask("POST", "/v1/uploads", json={})).json()
        headers = {"Content-Length": str(path.stat().st_size), **place.get("headers", {})}
        try:
            async with httpx.AsyncClient(timeout=60) as bucket:  # its own client: S3 refuses our Authorization
                answer = await bucket.put(place["put"], content=_pieces(path, sent), headers=headers)
        except httpx.HTTPError as error:
            raise Problem(f"The upload to the bucket broke off ({_reason(error)}). Try again.") from None
        if answer.is_error:
            raise Problem(f"The bucket did not take the file: status {answer.status_code}. {answer.text[:200]}")
        return str(place["url"])

    async def job(self, job_id: str) -> dict[str, Any]:
        return (await self._ask("GET", f"/v1/requests/{job_id}")).json()

    async def result(self, job_id: str, form: str) -> str:
        """What a completed job says; `form` is json, srt, vtt or txt. A large one is fetched from the bucket."""
        path = f"/v1/requests/{job_id}/result"
        return (await self._ask("GET", path, params=[("format", form)], follow_redirects=True)).text

    async def jobs(self, limit: int) -> list[dict[str, Any]]:
        """The newest jobs first, `limit` at most."""
        found: list[dict[str, Any]] = []
        page: Pairs = []
        while len(found) < limit:
            answer = (await self._ask("GET", "/v1/requests", params=[("limit", str(min(limit, 100))), *page])).json()
            found += answer["requests"]
            if not answer.get("next"):
                break
            page = [("next", answer["next"])]
        return found[:limit]

    async def forget(self, job_id: str) -> None:
        """Cancel a job that runs; forget one that is over, results and all."""
        await self._ask("DELETE", f"/v1/requests/{job_id}")

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The answer, a success or a redirect. Repeating is safe for all of it: POST /v1/listen knows its twin."""
        for again in range(TRIES):
            try:
                answer = await self._http.request(method, path, **request)
            except httpx.HTTPError as error:
                if again + 1 == TRIES or isinstance(error, httpx.ConnectError):
                    raise Problem(
                        f"{self.url} does not answer ({_reason(error)}). Is the address right (--url or "
                        "EARSHOT_URL)? `earshot up` starts a local deployment.",
                        Status.UNREACHABLE,
                    ) from None
                await asyncio.sleep(2.0**again / 2)
                continue
            if answer.status_code not in BUSY or again + 1 == TRIES:
                break
            await asyncio.sleep(_pause(answer, again))
        if answer.is_error:
            raise refusal(answer)
        return answer


def job_id(answer: httpx.Response) -> str:
    """Of the job that a POST made: a 303 names it, a finished answer carries it."""
    try:
        body = answer.json()
        return str(body.get("request_id") or body["metadata"]["request_id"])
    except (ValueError, KeyError, AttributeError):
        raise Problem(f"{answer.url.host} does not answer as Earshot does.", Status.UNREACHABLE) from None


def refusal(answer: httpx.Response) -> Problem:
    """What the service says, in its own words, and what to do about it."""
    try:
        body = answer.json()
        sentence, code = body["err_msg"], body.get("err_code", "")
    except (ValueError, KeyError, TypeError):
        place = answer.url.copy_with(query=None)
        return Problem(
            f"{place} answers with status {answer.status_code} and not as Earshot does. "
            "Is the address right (--url or EARSHOT_URL)?",
            Status.UNREACHABLE,
        )
    hint = ""
    if answer.status_code in (401, 403) and code != "INSUFFICIENT_PERMISSIONS":
        hint = " Give a key with --key or EARSHOT_KEY; `earshot key create NAME` makes one."
    return Problem(f"{sentence}{hint}")


async def _pieces(path: Path, sent: Sent) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            yield piece
            sent(len(piece))


def _pause(answer: httpx.Response, again: int) -> float:
    asked = answer.headers.get("retry-after", "")
    return min(float(asked) if asked.isdecimal() else 2.0**again / 2, LONGEST_PAUSE)


def _reason(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
