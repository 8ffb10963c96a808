"""S3 objects: read, written, listed, and shared by presigned URLs."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError
from msgspec import Struct

from earshot_contract.aws_errors import error_code
from earshot_contract.documents.s3_object import S3Object
from functions.aws.clients import client

# Size of a multipart upload's parts: at least 5 MiB (S3's limit), small for the memory of a function, and all that a
# client loses with its line
PART_BYTES = 16 * 1024**2
PRESIGNED_URL_SECONDS = 3600  # for which a URL works: a transfer must begin within this time, not end
UNVERSIONED = "null"  # S3's version id of an object that was written before the bucket had versions
# Characters of keys that DeleteObjects cannot name: its list is XML 1.0, which has none of them and reads a carriage
# return as a line feed.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
READ_BYTES = 128 * 1024  # size of one ranged GET while probing: most headers fit into the first


class S3ObjectInfo(Struct, frozen=True):
    """Answer of a HEAD request. Metadata names are lower-case, without `x-amz-meta-`.

    `version` is None in a bucket without versions; `etag` changes with the bytes in every bucket.
    """

    size: int  # bytes
    metadata: dict[str, str]
    content_type: str
    version: str | None = None
    etag: str = ""


def get(at: S3Object) -> bytes | None:
    """Return the whole object, or None when it does not exist."""
    try:
        body: bytes = client("s3").get_object(**_at(at))["Body"].read()
        return body
    except ClientError as error:
        _raise_unless_absent(error)
        return None


def put(at: S3Object, body: bytes, content_type: str, metadata: dict[str, str] | None = None) -> None:
    """Write an object. Names of `metadata` are without `x-amz-meta-`."""
    client("s3").put_object(Bucket=at.bucket, Key=at.key, Body=body, ContentType=content_type, Metadata=metadata or {})


def copy(source: S3Object, target: S3Object) -> None:
    """Copy an object of up to 5 GB, its content type and metadata included."""
    client("s3").copy_object(Bucket=target.bucket, Key=target.key, CopySource=_at(source))


def put_stream(at: S3Object, chunks: Iterable[bytes]) -> int:
    """Write an object from chunks by a multipart upload, with at most one part in memory.

    An exception of `chunks` passes through, and no object or unfinished upload remains.

    Returns:
        Bytes written.
    """
    s3, target, parts, size = client("s3"), {"Bucket": at.bucket, "Key": at.key}, [], 0
    upload = {**target, "UploadId": s3.create_multipart_upload(**target)["UploadId"]}
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
    """Return size and metadata of an object, or None when it does not exist."""
    try:
        found = client("s3").head_object(**_at(at))
    except ClientError as error:
        _raise_unless_absent(error)
        return None
    version = found.get("VersionId")
    return S3ObjectInfo(
        found["ContentLength"],
        dict(found.get("Metadata", {})),
        found.get("ContentType", ""),
        version if version != UNVERSIONED else None,
        found.get("ETag", ""),
    )


def keys(bucket: str, prefix: str = "") -> Iterator[str]:
    """Yield all keys under a prefix, in order."""
    for page in client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from (entry["Key"] for entry in page.get("Contents", []))


def remove(bucket: str, keys: list[str]) -> None:
    """Delete objects; keys that do not exist are ignored."""
    alone = [key for key in keys if _NOT_IN_XML.search(key)]
    together = [key for key in keys if key not in alone]
    for first in range(0, len(together), 1000):  # S3's limit a request
        batch = [{"Key": key} for key in together[first : first + 1000]]
        client("s3").delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
    for key in alone:
        client("s3").delete_object(Bucket=bucket, Key=key)


def presigned_get(at: S3Object, content_type: str | None = None, content_disposition: str | None = None) -> str:
    """Return a URL that reads the object without credentials, with these headers in the answer."""
    headers = {"ResponseContentType": content_type, "ResponseContentDisposition": content_disposition}
    extra = {name: value for name, value in headers.items() if value}
    return _presigned("get_object", {**_at(at), **extra})


def presigned_put(at: S3Object) -> str:
    """Return a URL that writes the object without credentials, with any Content-Type."""
    return _presigned("put_object", _at(at))


def start_multipart(at: S3Object) -> str:
    """Start an upload in parts, which clients PUT to presigned URLs; return its id. The bucket drops it after a day."""
    upload_id: str = client("s3").create_multipart_upload(**_at(at))["UploadId"]
    return upload_id


def presigned_part(at: S3Object, upload_id: str, number: int) -> str:
    """Return a URL that writes part `number`, from 1, of an upload without credentials."""
    return _presigned("upload_part", {**_at(at), "UploadId": upload_id, "PartNumber": number})


def uploaded_parts(at: S3Object, upload_id: str) -> dict[int, tuple[str, int]] | None:
    """Return ETag and size of each part that has arrived, by its number; None if there is no such upload (any more)."""
    pages = client("s3").get_paginator("list_parts").paginate(**_at(at), UploadId=upload_id)
    try:
        return {part["PartNumber"]: (part["ETag"], part["Size"]) for page in pages for part in page.get("Parts", [])}
    except ClientError as error:
        if error_code(error) == "NoSuchUpload":
            return None
        raise


def complete_multipart(at: S3Object, upload_id: str, parts: dict[int, str]) -> None:
    """Make an object of parts, given as ETags by number."""
    listed = [{"PartNumber": number, "ETag": tag} for number, tag in sorted(parts.items())]
    client("s3").complete_multipart_upload(**_at(at), UploadId=upload_id, MultipartUpload={"Parts": listed})


def reader(at: S3Object, size: int) -> io.BufferedReader:
    """Return the object as a seekable file that requests only the ranges that are read.

    Args:
        at: the object.
        size: its length in bytes.
    """
    return io.BufferedReader(_RangedReader(at, size), READ_BYTES)


class _RangedReader(io.RawIOBase):
    """Raw file over ranged GET requests."""

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
        if "ContentRange" not in answer:  # a server may ignore the range and send the whole object
            answer["Body"].read(self.position)
        data = answer["Body"].read(end - self.position)
        buffer[: len(data)] = data
        self.position += len(data)
        return len(data)


def _presigned(operation: str, parameters: dict[str, Any]) -> str:
    url: str = client("s3").generate_presigned_url(operation, Params=parameters, ExpiresIn=PRESIGNED_URL_SECONDS)
    return url


def _at(at: S3Object) -> dict[str, str]:
    return {"Bucket": at.bucket, "Key": at.key, **({"VersionId": at.version} if at.version else {})}


def _raise_unless_absent(error: ClientError) -> None:
    """Raise any error but those of a missing object."""
    if error_code(error) not in ("NoSuchKey", "NoSuchVersion", "NoSuchBucket", "404", "NotFound"):
        raise error


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Join chunks into parts of PART_BYTES or a little more; the last may be short, and even empty."""
    part = bytearray()
    for chunk in chunks:
        part += chunk
        if len(part) >= PART_BYTES:
            yield bytes(part)
            part.clear()
    yield bytes(part)
