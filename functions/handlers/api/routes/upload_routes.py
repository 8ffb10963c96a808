"""POST /v1/uploads: presigned URLs for audio that does not fit into a request, whole or in parts."""

from __future__ import annotations

import json
import math
import re
import uuid
from typing import Any

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import body_key, work_owner
from functions.audio.file_size import MAX_AUDIO_BYTES
from functions.aws import s3
from functions.errors import api_error, bad_request, too_large
from functions.handlers.api.request import Request
from functions.handlers.api.response import Response, json_response
from functions.options.query_string import reject_misplaced, values_of_member
from functions.settings import settings

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def create_upload(request: Request) -> Response:
    """Return the URLs of an upload: `put` for the whole file, or those of its parts if the body names its `size`.

    The client PUTs its file, then sends `{"url": url}` to /v1/listen. An upload in parts goes on after an interruption:
    sent again with `url` and `upload`, the request returns the parts that have not arrived; when none is missing it
    makes the object of them, and `parts` is empty.
    """
    document = _document(request.body)
    reject_misplaced((name, value) for name, member in document.items() for value in values_of_member(member))
    if "size" not in document:
        location = _new_location()
        put = s3.presigned_put(location)
        return json_response({"put": put, "url": _url(location), "expires_in": s3.PRESIGNED_URL_SECONDS})
    size = _size(document["size"])
    if "upload" not in document and "url" not in document:
        location = _new_location()
        return _parts_answer(location, s3.start_multipart(location), size, {})
    location, upload_id = _location(document.get("url")), document.get("upload")
    if not isinstance(upload_id, str) or not upload_id:
        raise bad_request("upload is the member of that name in the answer of POST /v1/uploads.")
    return _continue(location, upload_id, size)


def _continue(location: S3Object, upload_id: str, size: int) -> Response:
    """Return the parts that are missing; complete the object when none is."""
    arrived = s3.uploaded_parts(location, upload_id)
    if arrived is None:
        info = s3.head(location)
        if info is not None and info.size == size:  # completed by an earlier call, whose answer was lost
            return _answer(location, upload_id, [])
        raise api_error("UPLOAD_GONE", "There is no such upload any more: parts are kept for a day. Start again.", 410)
    whole = {number: tag for number, (tag, length) in arrived.items() if length == _part_length(number, size)}
    if len(whole) == _part_count(size) == len(arrived):
        s3.complete_multipart(location, upload_id, whole)
        return _answer(location, upload_id, [])
    return _parts_answer(location, upload_id, size, whole)


def _parts_answer(location: S3Object, upload_id: str, size: int, arrived: dict[int, str]) -> Response:
    missing = [number for number in range(1, _part_count(size) + 1) if number not in arrived]
    parts = [{"number": number, "put": s3.presigned_part(location, upload_id, number)} for number in missing]
    return _answer(location, upload_id, parts)


def _answer(location: S3Object, upload_id: str, parts: list[dict[str, Any]]) -> Response:
    return json_response(
        {
            "url": _url(location),
            "upload": upload_id,
            "part_bytes": s3.PART_BYTES,
            "parts": parts,
            "expires_in": s3.PRESIGNED_URL_SECONDS,
        }
    )


def _document(body: bytes) -> dict[str, Any]:
    """Return the body's JSON; an empty body is an empty document, and so is one that is no JSON, as before parts."""
    try:
        document = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _size(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 1:
        raise bad_request("size is the file's length in bytes, a whole number from 1.")
    if raw > MAX_AUDIO_BYTES:
        raise too_large(f"The file has {raw:,} bytes; up to {MAX_AUDIO_BYTES // 1024**3} GiB are accepted.")
    return raw


def _location(url: Any) -> S3Object:
    """Return the object that an earlier answer's `url` names."""
    bucket = settings().transcripts_bucket
    upload = work_owner(str(url).removeprefix(f"s3://{bucket}/"))
    location = S3Object(bucket, body_key(upload))
    if not _UUID.fullmatch(upload) or url != _url(location):
        raise bad_request("url is the member of that name in the answer of POST /v1/uploads.")
    return location


def _new_location() -> S3Object:
    return S3Object(settings().transcripts_bucket, body_key(str(uuid.uuid4())))


def _url(location: S3Object) -> str:
    return f"s3://{location.bucket}/{location.key}"


def _part_count(size: int) -> int:
    return math.ceil(size / s3.PART_BYTES)


def _part_length(number: int, size: int) -> int:
    """Return the bytes that part `number` has: all but the last are whole."""
    return min(s3.PART_BYTES, size - (number - 1) * s3.PART_BYTES)
