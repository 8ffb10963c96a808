"""GET and PUT /v1/requests/{id}/edits: corrections of a transcript, read and replaced as a whole."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from earshot_contract.document import InvalidDocument
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import edits_key
from functions.aws import s3
from functions.aws.table import job_table
from functions.errors import ApiError, api_error, bad_request
from functions.handlers.api.request import Request
from functions.handlers.api.response import JSON_TYPE, Response, json_response
from functions.handlers.api.routes.result_routes import corrections_of, optioned_transcript, within_response_limit
from functions.handlers.api.wait_for_job import check_completed
from functions.jobs.job import Job
from functions.rendering.deepgram import word_documents
from functions.settings import settings
from functions.transcripts.corrections import BadCorrections, Corrections, changed_words, check, correct, with_replaced

NO_CORRECTIONS = "none"  # the version of a transcript without corrections
ANY_VERSION = "*"  # in If-Match: replaces any version
_MAX_CONFLICTS = 5  # simultaneous writes after which a request with If-Match: * gives up
_TAG = re.compile(r'(?:W/)?"([^"]*)"|([^\s,"]+)', re.IGNORECASE)  # RFC 9110; a proxy that compresses makes it weak
_VERSION = re.compile(rf"[0-9a-f]{{32}}|{NO_CORRECTIONS}")
_EXAMPLE = '{"changes": [{"channel": 0, "first": 0, "count": 1, "text": "…"}], "speakers": []}'
MAX_BYTES = 2_000_000  # of all corrections: some ten hours of changed words


def show_edits(_: Request, job: Job) -> Response:
    """Return the corrections with their version as ETag; without any, an empty document."""
    _check_completed(job)
    return _answer(job, corrections_of(job) or Corrections())


def put_edits(request: Request, job: Job) -> Response:
    """Replace all corrections; the version that they are based on is in `If-Match`.

    Raises:
        ApiError: 400: they do not fit the transcript. 412: another writer has changed it. 428: no `If-Match`.
    """
    _check_completed(job)
    tags = [quoted or bare for quoted, bare in _TAG.findall(request.headers.get("if-match", ""))]
    _check_version(tags, job.edits or NO_CORRECTIONS)
    if len(request.body) > MAX_BYTES:
        raise bad_request(f"Corrections have at most {MAX_BYTES:,} bytes.")
    try:
        corrections = Corrections.from_json(request.body)
        _check_members(request.body)
        transcript, _ = optioned_transcript(job)
        check(transcript, corrections)
        corrections = with_replaced(transcript, corrections)
    except (InvalidDocument, RecursionError) as error:
        problem = error.problem if isinstance(error, InvalidDocument) else "the JSON is nested too deeply"
        raise bad_request(f"Bad Request: these are no corrections: {problem}. Send {_EXAMPLE}") from None
    except BadCorrections as error:
        raise bad_request(f"Bad Request: {error}") from None
    empty = not corrections.changes and not corrections.speakers
    body = corrections.to_json().encode()
    version = None if empty else hashlib.sha256(body).hexdigest()[:32]
    if version:  # its name is its digest: no other version is overwritten
        s3.put(S3Object(settings().transcripts_bucket, edits_key(job.id, version)), body, JSON_TYPE)
    changed = job_table.set_edits(job.id, job.edits, version)
    for _ in range(_MAX_CONFLICTS if ANY_VERSION in tags else 0):
        if changed is not None or (latest := job_table.find(job.id)) is None:
            break
        changed = job_table.set_edits(job.id, latest.edits, version)
    if changed is None:
        raise _edited_meanwhile("Somebody else has changed this transcript. Read it again.")
    return _answer(changed, corrections)


def _check_version(tags: Sequence[str], current: str) -> None:
    """Check that corrections are based on the current version; `tags` are those of `If-Match`.

    Raises:
        ApiError: 428: the header names no version. 412: it names others only.
    """
    if not tags:
        raise api_error("PRECONDITION_REQUIRED", "Send If-Match with the ETag of GET /v1/requests/{id}/edits.", 428)
    if current in tags or ANY_VERSION in tags:
        return
    if any(_VERSION.fullmatch(tag) for tag in tags):
        raise _edited_meanwhile("Somebody else has changed this transcript. Read it again.")
    raise _edited_meanwhile(
        "If-Match names no version of corrections. Send the ETag of GET /v1/requests/{id}/edits as it came."
    )


def _edited_meanwhile(message: str) -> ApiError:
    return api_error("EDITED_MEANWHILE", message, 412)


def _check_members(body: bytes) -> None:
    """Check the members of corrections: they replace all there are, so a misspelt one would delete every correction.

    Raises:
        BadCorrections: there is a member that no answer of this route has.
    """
    if unknown := sorted(set(json.loads(body)) - {"changes", "speakers", "recognised"}):
        raise BadCorrections(f"corrections have no {unknown[0]!r}: send `changes` and `speakers`.")


def _answer(job: Job, corrections: Corrections) -> Response:
    """Return the corrections; each change with its words, timed, as a result without `edited=false` lists them."""
    transcript, options = optioned_transcript(job)
    corrected = correct(transcript, corrections)
    words = {channel.index: word_documents(corrected, channel, options) for channel in corrected.channels}
    changes: list[dict[str, Any]] = [
        {
            **each.change.to_dict(),
            "words": words[each.change.channel][each.first : each.first + each.count],
        }
        for each in changed_words(transcript, corrections)
    ]
    document = {"changes": changes, "speakers": [speaker.to_dict() for speaker in corrections.speakers]}
    if transcript.recognised:  # corrections lack these names; one is shown unless a correction replaces it
        document["recognised"] = [speaker.to_dict() for speaker in transcript.recognised]
    headers = {"etag": f'"{job.edits or NO_CORRECTIONS}"', "dg-request-id": job.id}
    return within_response_limit(job, json_response(document, headers=headers))


def _check_completed(job: Job) -> None:
    if not check_completed(job):
        raise bad_request(f"Request {job.id} has no transcript yet.")
