"""Ranged download: all bytes in order, whatever order the ranges come in, and a body that breaks off is asked again."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, IncompleteReadError

from transcriber.worker.caches import ranged_download

CONTENT = random.Random(1).randbytes(10_000)


class Body:
    """The body of an answer; `error` is raised instead of its bytes."""

    def __init__(self, content: bytes, error: Exception | None) -> None:
        self.content, self.error = content, error

    def read(self) -> bytes:
        if self.error:
            raise self.error
        return self.content


class Bucket:
    """An S3 client whose answers come in another order than their requests, and whose bodies break off."""

    def __init__(self, content: bytes, breaks: int = 0) -> None:
        self.content, self.breaks, self.requests = content, breaks, 0
        self.lock = threading.Lock()

    def head_object(self, **_: Any) -> dict[str, Any]:
        return {"ContentLength": len(self.content)}

    def get_object(self, Range: str, **_: Any) -> dict[str, Any]:
        first, last = map(int, Range.removeprefix("bytes=").split("-"))
        with self.lock:
            self.requests += 1
            broken, self.breaks = self.breaks > 0, self.breaks - 1
        time.sleep(0.01 * (first // 700 % 3))
        error = IncompleteReadError(actual_bytes=1, expected_bytes=700) if broken else None
        return {"Body": Body(self.content[first : last + 1], error)}


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranged_download, "_RANGE_BYTES", 700)
    monkeypatch.setattr(ranged_download, "_STREAMS", 4)
    monkeypatch.setattr(ranged_download, "_PAUSE_SECONDS", 0.0)


@pytest.mark.parametrize("size", [0, 1, 699, 700, 701, 10_000])
def test_ranges_are_written_in_order_with_their_digest(tmp_path: Path, size: int) -> None:
    content, path = CONTENT[:size], tmp_path / "file"

    digest = ranged_download.download(Bucket(content), "models", "key", path)

    assert path.read_bytes() == content
    assert digest == hashlib.sha256(content).hexdigest()


def test_body_that_breaks_off_is_requested_again(tmp_path: Path) -> None:
    bucket = Bucket(CONTENT, breaks=3)

    ranged_download.download(bucket, "models", "key", tmp_path / "file")

    assert (tmp_path / "file").read_bytes() == CONTENT
    assert bucket.requests == 15 + 3


def test_body_that_always_breaks_off_raises_its_error(tmp_path: Path) -> None:
    with pytest.raises(IncompleteReadError):
        ranged_download.download(Bucket(CONTENT, breaks=10**6), "models", "key", tmp_path / "file")


def test_refused_range_is_not_requested_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket(CONTENT[:700])
    refusal = ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject")

    def refuse(**_: Any) -> dict[str, Any]:
        bucket.requests += 1
        raise refusal

    monkeypatch.setattr(bucket, "get_object", refuse)

    with pytest.raises(ClientError):
        ranged_download.download(bucket, "models", "key", tmp_path / "file")
    assert bucket.requests == 1
