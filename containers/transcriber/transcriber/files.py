"""Audio objects on the local disk: each is downloaded once, however many shards of it this worker has."""

from __future__ import annotations

import hashlib
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from events.shards import Pointer, ShardError
from transcriber.clients import code
from transcriber.engine import Unable
from transcriber.shelf import Shelf

_MISSING = {
    "404",
    "NoSuchKey",
    "NoSuchBucket",
    "NoSuchVersion",
    "412",
    "PreconditionFailed",
    "405",
    "MethodNotAllowed",
}
_CHUNK = 1 << 20


@dataclass(frozen=True)
class AudioFile:
    """A whole audio object on disk."""

    key: tuple[str, str, str]  # bucket, key, ETag: what was there when we looked
    path: Path
    sha256: str
    seconds: float  # the download took


class Files:
    """Keeps up to `budget` bytes under `directory`."""

    def __init__(self, s3: Any, directory: Path, budget: int) -> None:
        self._s3, self._directory = s3, directory
        self._shelf: Shelf[tuple[str, str, str], AudioFile] = Shelf(budget, lambda file: file.path.unlink(True))

    def take(self, pointer: Pointer) -> AudioFile:
        """The file, to be given back with `give`. Raises `Unable` when the object is gone or empty."""
        version = {"VersionId": pointer.version} if pointer.version else {}
        where = {"Bucket": pointer.bucket, "Key": pointer.key, **version}
        try:
            head = self._s3.head_object(**where)
            if head["ContentLength"] == 0:
                raise Unable(ShardError.EMPTY, "The file is empty: it has 0 bytes.")
            # Without a version, the ETag tells today's object from yesterday's of the same name.
            key = (pointer.bucket, pointer.key, head["ETag"])
            return self._shelf.take(key, head["ContentLength"], lambda: self._download(key, where))
        except ClientError as error:
            if code(error) in _MISSING:
                raise Unable(
                    ShardError.MISSING,
                    f"s3://{pointer.bucket}/{pointer.key} is gone: deleted or replaced meanwhile.",
                ) from error
            raise

    def give(self, file: AudioFile) -> None:
        self._shelf.give(file.key)

    def _download(self, key: tuple[str, str, str], where: dict[str, str]) -> AudioFile:
        began, digest = time.monotonic(), hashlib.sha256()
        body = self._s3.get_object(**where, IfMatch=key[2])["Body"]
        with tempfile.NamedTemporaryFile(dir=self._directory, suffix=_suffix(key[1]), delete=False) as file:
            path = Path(file.name)
            try:
                for chunk in body.iter_chunks(_CHUNK):
                    digest.update(chunk)
                    file.write(chunk)
            except BaseException:
                path.unlink()
                raise
        return AudioFile(key, path, digest.hexdigest(), time.monotonic() - began)


def _suffix(key: str) -> str:
    """`.mp3`: a name's ending helps FFmpeg with formats that have no signature."""
    suffix = Path(key).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ""
