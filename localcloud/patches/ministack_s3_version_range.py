"""ministack: S3 honours `Range` together with `versionId`, and `If-Range`.

Why: ministack 1.5.33 answers a ranged GET of a version with the whole object and status 200. boto3 downloads objects of
    8 MiB and more by ranges, several at a time, and joins the answers: a versioned upload of that size arrives corrupt.
    It does not look at `If-Range`, so a player that goes on after an object was overwritten joins the bytes of two.
    Of several ranges it gives the first alone, and answers what is no range with 416: RFC 9110 has the whole for both.
Upstream: none filed.
Remove when: a GET with `Range` and `versionId` gets the range, and one with another `If-Range` the whole.
Test: tests/localcloud/patches/test_ministack_storage.py::test_ranged_version_without_patch_is_whole
"""

from __future__ import annotations

import re
from typing import Any

from localcloud.patches.registry import Patch, Runtime, patch

ONE_RANGE = re.compile(r"bytes=(?:\d+-\d*|-\d+)")
GET = "ministack.services.s3:_get_object"


def apply(runtime: Runtime) -> None:
    """Answer a ranged GET of a version with the range."""
    from ministack.services import s3

    def get_object(
        bucket: str, key: str, headers: dict[str, str], query: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, str], Any]:
        byte_range, validator = headers.get("range", ""), headers.get("if-range", "")
        whole = {name: value for name, value in headers.items() if name != "range"}
        if not ONE_RANGE.fullmatch(byte_range):
            return original_get(bucket, key, whole, query)  # type: ignore[no-any-return]
        if not validator and not (query or {}).get("versionId"):
            return original_get(bucket, key, headers, query)  # type: ignore[no-any-return]
        # S3 sends no checksum of the whole object with a part of it.
        without_checksum = {name: value for name, value in whole.items() if name != "x-amz-checksum-mode"}
        status, answer, body = original_get(bucket, key, without_checksum, query)
        if status != 200 or validator not in ("", answer.get("ETag"), answer.get("Last-Modified")):
            return status, answer, body
        found = s3._parse_range(byte_range, len(body))
        if found is None:
            problem = s3._xml_body(s3._range_error_xml(bucket, key))
            return 416, {"Content-Type": "application/xml", "Content-Range": f"bytes */{len(body)}"}, problem
        first, last = found
        part = body[first : last + 1]
        size = {"Content-Length": str(len(part)), "Content-Range": f"bytes {first}-{last}/{len(body)}"}
        return 206, {**answer, **size}, part

    original_get = patch(GET, get_object)


PATCH = Patch(
    name="ministack-s3-version-range",
    needed_for="behaviour",
    points={GET: "64ad7071ef0ec45a"},
    apply=apply,
)
