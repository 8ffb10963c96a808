"""Audio objects of S3 on local disk: each is downloaded once, however many of its shards this worker runs."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from earshot_contract.aws_errors import error_code
from earshot_contract.documents.manifest import digest
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import ShardError
from transcriber.engine_protocol import ShardFailed
from transcriber.worker.caches.refcounted_cache import RefCountedCache

# S3's error codes for a missing object; 405: the version is a delete marker.
_MISSING_CODES = {"404", "NoSuchKey", "NoSuchBucket", "NoSuchVersion", "405"}


@dataclass(frozen=True)
class AudioFile:
    """A whole audio object on disk."""

    key: tuple[str, str, str]  # bucket, key, ETag
    path: Path
    sha256: str


class AudioCache:
    """Downloads audio objects and keeps them while they are in use, and longer while there is space.

    Args:
        s3: boto3 client.
        directory: an existing folder for the files.
        max_bytes: budget for files on disk. Files in use may exceed it.
    """

    def __init__(self, s3: Any, directory: Path, max_bytes: int) -> None:
        self._s3, self._directory = s3, directory
        self._cache: RefCountedCache[tuple[str, str, str], AudioFile] = RefCountedCache(
            max_bytes, lambda file: file.path.unlink(missing_ok=True)
        )

    def acquire(self, audio: S3Object) -> AudioFile:
        """Return the object as a file; the caller must `release` it.

        Raises:
            ShardFailed: MISSING, the object is gone; EMPTY, it has 0 bytes.
        """
        version = {"VersionId": audio.version} if audio.version else {}
        try:
            head = self._s3.head_object(Bucket=audio.bucket, Key=audio.key, **version)
            if head["ContentLength"] == 0:
                raise ShardFailed(ShardError.EMPTY, "The file is empty: it has 0 bytes.")
            # Without a version, the ETag tells an object from an earlier one under the same key.
            key = (audio.bucket, audio.key, head["ETag"])
            return self._cache.acquire(key, head["ContentLength"], lambda: self._download(key, audio))
        except ClientError as error:
            if error_code(error) in _MISSING_CODES:
                raise ShardFailed(
                    ShardError.MISSING,
                    f"s3://{audio.bucket}/{audio.key} is gone: it was deleted meanwhile.",
                ) from error
            raise

    def release(self, file: AudioFile) -> None:
        """End one use of `file`."""
        self._cache.release(file.key)

    def _download(self, key: tuple[str, str, str], audio: S3Object) -> AudioFile:
        """Download to a temporary file; boto3 fetches large objects in parallel ranges and retries each."""
        handle, name = tempfile.mkstemp(dir=self._directory, suffix=_suffix(audio.key))
        os.close(handle)
        path = Path(name)
        try:
            extra = {"VersionId": audio.version} if audio.version else None
            self._s3.download_file(audio.bucket, audio.key, name, ExtraArgs=extra)
            return AudioFile(key, path, digest(path))
        except BaseException:
            path.unlink()
            raise


def _suffix(key: str) -> str:
    """Return the key's suffix, e.g. `.mp3`: it helps FFmpeg with formats that have no signature."""
    suffix = Path(key).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ""
