"""ministack: S3 honours `Range` together with `versionId`, and `If-Range`, and reads from disk what it sends.

Why: ministack 1.5.33 answers a ranged GET of a version with the whole object and status 200. boto3 downloads objects of
    8 MiB and more by ranges, several at a time, and joins the answers: a versioned upload of that size arrives corrupt.
    It does not look at `If-Range`, so a player that goes on after an object was overwritten joins the bytes of two.
    For several ranges it returns the first alone, and for an invalid range 416: by RFC 9110 both get the whole.
    It reads the whole file for each range: a recording of 1.1 GB, which a worker fetches in 138 ranges, ten at a time,
    took minutes and gigabytes of memory.
Upstream: none filed.
Remove when: a GET with `Range` and `versionId` gets the range, one with another `If-Range` the whole, and a range of a
    large object takes no more memory than its bytes.
Test: tests/localcloud/patches/test_ministack_storage.py::test_ranged_version_without_patch_is_whole
"""

from __future__ import annotations

import os
import re
from contextvars import ContextVar
from typing import Any

from localcloud.patches.registry import Patch, Runtime, patch

ONE_RANGE = re.compile(r"bytes=(?:\d+-\d*|-\d+)")
GET = "ministack.services.s3:_get_object"
READ = "ministack.services.s3:_read_body"
READ_VERSION = "ministack.services.s3:_version_body"
IN_RANGE = ContextVar("IN_RANGE", default=False)  # whether a body is read for one range of it


class BodyOnDisk:
    """An object's body, of which only slices are read. It keeps its file when the object is overwritten.

    Args:
        path: the object's file.
    """

    def __init__(self, path: str) -> None:
        self.file = open(path, "rb")  # noqa: SIM115 - closed when the answer is no longer needed
        self.size = os.fstat(self.file.fileno()).st_size

    def __del__(self) -> None:
        self.file.close()

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, part: slice) -> bytes:
        first, end, _ = part.indices(self.size)
        self.file.seek(first)
        return self.file.read(max(0, end - first))


def apply(runtime: Runtime) -> None:
    """Answer a ranged GET with the range, of a version too; read no more than that."""
    from ministack.services import s3

    def get_object(
        bucket: str, key: str, headers: dict[str, str], query: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, str], Any]:
        byte_range, validator = headers.get("range", ""), headers.get("if-range", "")
        whole = {name: value for name, value in headers.items() if name != "range"}
        if not ONE_RANGE.fullmatch(byte_range):
            return original_get(bucket, key, whole, query)  # type: ignore[no-any-return]
        token = IN_RANGE.set(True)
        try:
            if not validator and not (query or {}).get("versionId"):
                return original_get(bucket, key, headers, query)  # type: ignore[no-any-return]
            # S3 sends no checksum of the whole object with a part of it.
            without_checksum = {name: value for name, value in whole.items() if name != "x-amz-checksum-mode"}
            status, answer, body = original_get(bucket, key, without_checksum, query)
        finally:
            IN_RANGE.reset(token)
        if status != 200 or validator not in ("", answer.get("ETag"), answer.get("Last-Modified")):
            return status, answer, body[:]
        found = s3._parse_range(byte_range, len(body))
        if found is None:
            problem = s3._xml_body(s3._range_error_xml(bucket, key))
            return 416, {"Content-Type": "application/xml", "Content-Range": f"bytes */{len(body)}"}, problem
        first, last = found
        part = body[first : last + 1]
        size = {"Content-Length": str(len(part)), "Content-Range": f"bytes {first}-{last}/{len(body)}"}
        return 206, {**answer, **size}, part

    def read_body(bucket: str, key: str, found: dict[str, Any]) -> Any:
        path = s3._object_disk_path(bucket, key) if IN_RANGE.get() and found.get("body") is None else None
        if path and s3.S3_PERSIST and os.path.exists(path):
            return BodyOnDisk(path)
        return original_read(bucket, key, found)

    def version_body(versions: dict[str, Any], bucket: str, key: str, found: dict[str, Any]) -> Any:
        on_disk = IN_RANGE.get() and found.get("data") is None and s3.S3_PERSIST
        if on_disk and s3._version_file_exists(bucket, key, found["version_id"]):
            return BodyOnDisk(s3._version_disk_path(bucket, key, found["version_id"]))
        return original_version(versions, bucket, key, found)

    original_get = patch(GET, get_object)
    original_read = patch(READ, read_body)
    original_version = patch(READ_VERSION, version_body)


PATCH = Patch(
    name="ministack-s3-version-range",
    needed_for="behaviour",
    points={GET: "64ad7071ef0ec45a", READ: "596e56d63502e15f", READ_VERSION: "914e6f75ad9fc50d"},
    apply=apply,
)
