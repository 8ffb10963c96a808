"""ministack: S3 completes a multipart upload under S3's own rules for its parts.

Why: ministack 1.5.33 sorts the parts that a request lists, takes parts of any size, and takes a list without ETags. S3
    refuses parts that are not in ascending order (InvalidPartOrder), any but the last that has less than 5 MiB
    (EntityTooSmall), and a list that is empty or lacks an ETag (MalformedXML):
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html. An upload that works here and
    fails there would be found by its user. For a wrong ETag ministack itself answers InvalidPart.
Upstream: none filed.
Remove when: ministack's `_complete_multipart_upload` refuses all three.
Test: tests/localcloud/patches/test_ministack_storage.py::test_upload_without_patch_takes_any_parts
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from localcloud.patches.registry import Patch, Runtime, patch

COMPLETE = "ministack.services.s3:_complete_multipart_upload"
MIN_PART_BYTES = 5 * 1024 * 1024  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html


def apply(runtime: Runtime) -> None:
    """Look at the listed parts before the upload is completed."""
    from ministack.services import s3

    def complete(
        bucket: str, key: str, body: bytes, query: dict[str, Any], headers: dict[str, str] | None = None
    ) -> Any:
        upload = s3._multipart_uploads.get(s3._qp(query, "uploadId"))
        if upload is not None and (problem := refusal(upload["parts"], body)):
            return s3._error(*problem, 400, f"/{bucket}/{key}")
        return original_complete(bucket, key, body, query, headers)

    original_complete = patch(COMPLETE, complete)


def refusal(stored: dict[int, dict[str, Any]], body: bytes) -> tuple[str, str] | None:
    """Return code and message of the error with which S3 refuses a list of parts; None if ministack has to decide.

    Args:
        stored: the upload's parts by number, as ministack keeps them.
        body: the request's XML.
    """
    from ministack.services import s3

    try:
        parts = [part for part in s3.fromstring(body).iter() if _name(part) == "Part"]
    except s3.ParseError:
        return None
    listed = [{_name(child): child.text or "" for child in part} for part in parts]
    if not listed or any(not part.get("ETag") or not part.get("PartNumber", "").isdigit() for part in listed):
        return (
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        )
    numbers = [int(part["PartNumber"]) for part in listed]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        return (
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        )
    found = [stored.get(number) for number in numbers]
    same = all(
        part and part["etag"].strip('"') == named["ETag"].strip('"') for part, named in zip(found, listed, strict=True)
    )
    if same and any(part["size"] < MIN_PART_BYTES for part in found[:-1] if part):
        return "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"
    return None


def _name(element: Any) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


PATCH = Patch(
    name="ministack-s3-part-rules", needed_for="behaviour", points={COMPLETE: "9e2d6452dfe128a0"}, apply=apply
)
