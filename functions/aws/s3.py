"""Objects in the buckets: read, written, listed, and lent by presigned URLs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from earshot_contract.shards import S3Object
from functions.aws.clients import client, error_code

PART_BYTES = 16 * 1024**2  # S3 wants parts of 5 MiB or more; a function's memory wants them small
READ_BYTES = 128 * 1024  # one ranged GET while probing: most headers fit into the first


@dataclass(frozen=True)
class S3ObjectInfo:
    """What a HEAD tells. Metadata names are lower-case, without `x-amz-meta-`."""

    size: int
    metadata: dict[str, str]
    content_type: str


def get(at: S3Object) -> bytes | None:
    """The whole object; None when it is not there."""
    try:
        return client("s3").get_object(**_at(at))["Body"].read()
    except ClientError as error:
        _raise_unless_absent(error)
        return None


def put(at: S3Object, body: bytes, content_type: str) -> None:
    client("s3").put_object(Bucket=at.bucket, Key=at.key, Body=body, ContentType=content_type)


def put_stream(at: S3Object, chunks: Iterable[bytes]) -> int:
    """Write what comes piece by piece, never holding more than a part; the bytes written.

    Whatever the source raises goes through, and leaves nothing behind.
    """
    s3, where, parts, size = client("s3"), {"Bucket": at.bucket, "Key": at.key}, [], 0
    upload = {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}
    try:
        for number, part in enumerate(_parts(chunks), 1):
            tag = s3.upload_part(**upload, PartNumber=number, Body=part)["ETag"]
            parts.append({"PartNumber": number, "ETag": tag})
            size += len(part)
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    except BaseException:
        s3.abort_multipart_upload(**upload)
        raise
    return size


def head(at: S3Object) -> S3ObjectInfo | None:
    """None when it is not there."""
    try:
        found = client("s3").head_object(**_at(at))
    except ClientError as error:
        _raise_unless_absent(error)
        return None
    return S3ObjectInfo(found["ContentLength"], dict(found.get("Metadata", {})), found.get("ContentType", ""))


def keys(bucket: str, prefix: str = "") -> Iterator[str]:
    """All keys under a prefix, in order."""
    for page in client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from (entry["Key"] for entry in page.get("Contents", []))


def remove(bucket: str, keys: list[str]) -> None:
    """Delete objects, whether they are there or not."""
    for first in range(0, len(keys), 1000):  # the most that S3 takes at once
        some = [{"Key": key} for key in keys[first : first + 1000]]
        client("s3").delete_objects(Bucket=bucket, Delete={"Objects": some, "Quiet": True})


def presigned_get(at: S3Object, seconds: int, content_type: str | None = None) -> str:
    """A URL that anybody may read the object with for a while."""
    extra = {"ResponseContentType": content_type} if content_type else {}
    return client("s3").generate_presigned_url("get_object", Params={**_at(at), **extra}, ExpiresIn=seconds)


def presigned_put(at: S3Object, seconds: int) -> str:
    """A URL that anybody may write the object with for a while; the Content-Type is theirs to choose."""
    return client("s3").generate_presigned_url("put_object", Params=_at(at), ExpiresIn=seconds)


def reader(at: S3Object, size: int) -> io.BufferedReader:
    """The object as a seekable file that fetches only what is read."""
    return io.BufferedReader(_RangedReader(at, size), READ_BYTES)


class _RangedReader(io.RawIOBase):
    def __init__(self, at: S3Object, size: int) -> None:
        self.at, self.size, self.position = at, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.position = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}[whence] + offset
        return self.position

    def readinto(self, buffer: Any) -> int:
        end = min(self.position + len(buffer), self.size)
        if end <= self.position:
            return 0
        answer = client("s3").get_object(**_at(self.at), Range=f"bytes={self.position}-{end - 1}")
        if "ContentRange" not in answer:  # a server may send the whole instead
            answer["Body"].read(self.position)
        data = answer["Body"].read(end - self.position)
        buffer[: len(data)] = data
        self.position += len(data)
        return len(data)


def _at(at: S3Object) -> dict[str, str]:
    return {"Bucket": at.bucket, "Key": at.key, **({"VersionId": at.version} if at.version else {})}


def _raise_unless_absent(error: ClientError) -> None:
    if error_code(error) not in ("NoSuchKey", "NoSuchVersion", "NoSuchBucket", "404", "NotFound"):
        raise error


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    part = bytearray()
    for chunk in chunks:
        part += chunk
        if len(part) >= PART_BYTES:
            yield bytes(part)
            part.clear()
    yield bytes(part)  # the last part may be short, and even empty
