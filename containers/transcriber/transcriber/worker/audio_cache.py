"""Audio objects on the local disk: each is downloaded once, however many shards of it this worker has."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from earshot_contract.manifest import digest
from earshot_contract.shards import S3Object, ShardError
from transcriber.engine_protocol import ShardFailed
from transcriber.worker.aws_clients import code
from transcriber.worker.refcounted_cache import Shelf

_MISSING = {"404", "NoSuchKey", "NoSuchBucket", "NoSuchVersion", "405"}  # 405: the version is a delete marker


@dataclass(frozen=True)
class AudioFile:
    """A whole audio object on disk."""

    key: tuple[str, str, str]  # bucket, key, ETag: what was there when we looked
    path: Path
    sha256: str


class Files:
    """Keeps up to `budget` bytes under `directory`."""

    def __init__(self, s3: Any, directory: Path, budget: int) -> None:
        self._s3, self._directory = s3, directory
        self._shelf: Shelf[tuple[str, str, str], AudioFile] = Shelf(budget, lambda file: file.path.unlink(True))

    def take(self, pointer: S3Object) -> AudioFile:
        """The file, to be given back with `give`. Raises `ShardFailed` when the object is gone or empty."""
        version = {"VersionId": pointer.version} if pointer.version else {}
        where = {"Bucket": pointer.bucket, "Key": pointer.key, **version}
        try:
            head = self._s3.head_object(**where)
            if head["ContentLength"] == 0:
                raise ShardFailed(ShardError.EMPTY, "The file is empty: it has 0 bytes.")
            # Without a version, the ETag tells today's object from yesterday's of the same name.
            key = (pointer.bucket, pointer.key, head["ETag"])
            return self._shelf.take(key, head["ContentLength"], lambda: self._download(key, pointer))
        except ClientError as error:
            if code(error) in _MISSING:
                raise ShardFailed(
                    ShardError.MISSING,
                    f"s3://{pointer.bucket}/{pointer.key} is gone: it was deleted meanwhile.",
                ) from error
            raise

    def give(self, file: AudioFile) -> None:
        self._shelf.give(file.key)

    def _download(self, key: tuple[str, str, str], pointer: S3Object) -> AudioFile:
        """Large ones in parallel ranges, each tried again when its connection breaks."""
        handle, name = tempfile.mkstemp(dir=self._directory, suffix=_suffix(pointer.key))
        os.close(handle)
        path = Path(name)
        try:
            extra = {"VersionId": pointer.version} if pointer.version else None
            self._s3.download_file(pointer.bucket, pointer.key, name, ExtraArgs=extra)
            return AudioFile(key, path, digest(path))
        except BaseException:
            path.unlink()
            raise


def _suffix(key: str) -> str:
    """`.mp3`: a name's ending helps FFmpeg with formats that have no signature."""
    suffix = Path(key).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ""
