"""Ranged download: an object of S3 in ranges that are fetched and inflated side by side, and its digest meanwhile.

A worker's start waits for a model of 0.8 GB and for its digest. Read again from disk, the digest takes 0.6 s of a core
that has SHA instructions (measured), and several times as long without them.
"""

from __future__ import annotations

import hashlib
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from earshot_contract.documents.manifest import BLOCK_BYTES
from transcriber.worker.aws_clients import is_unavailable

# One stream of S3 gives 50 to 90 MB a second. Ranges that have come wait for those before them: 256 MB at most.
_RANGE_BYTES, _STREAMS = 8 * 2**20, 32
_ATTEMPTS, _PAUSE_SECONDS = 4, 0.2  # of a range whose body breaks off; boto3 repeats requests by itself


def download(s3: Any, bucket: str, key: str, path: Path) -> str:
    """Write an object to a file; return its SHA-256, in hex.

    Args:
        s3: boto3 client.
        bucket: bucket of the object.
        key: key of the object.
        path: file to write.

    Raises:
        ClientError: the object is missing, or S3 does not answer.
    """
    size = int(s3.head_object(Bucket=bucket, Key=key)["ContentLength"])
    ranges = pairwise([*range(0, size, _RANGE_BYTES), size])
    return _write(path, ranges, lambda begin, end: _range(s3, bucket, key, begin, end))


def download_inflated(s3: Any, bucket: str, key: str, path: Path, blocks: Sequence[int]) -> str:
    """Write an object that is a sequence of zlib streams to a file, inflated; return the file's SHA-256, in hex.

    A stream that is broken counts as empty: the digest is then another one than the manifest's.

    Args:
        s3: boto3 client.
        bucket: bucket of the object.
        key: key of the object.
        path: file to write.
        blocks: bytes of each stream.

    Raises:
        ClientError: the object is missing, or S3 does not answer.
    """
    ranges = pairwise(accumulate(blocks, initial=0))
    return _write(path, ranges, lambda begin, end: _inflated(_range(s3, bucket, key, begin, end)))


def _write(path: Path, ranges: Iterable[tuple[int, int]], fetch: Callable[[int, int], bytes]) -> str:
    """Write what `fetch` returns for each range, in order; return the digest."""
    digest, left = hashlib.sha256(), deque(ranges)
    with path.open("wb") as file, ThreadPoolExecutor(_STREAMS) as pool:
        pending: deque[Future[bytes]] = deque()
        while left or pending:
            while left and len(pending) < _STREAMS:
                pending.append(pool.submit(fetch, *left.popleft()))
            block = pending.popleft().result()
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def _inflated(block: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(block, BLOCK_BYTES)
    except zlib.error:
        return b""


def _range(s3: Any, bucket: str, key: str, begin: int, end: int) -> bytes:
    """Return the bytes of a range; a body that breaks off is requested again."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            body = s3.get_object(Bucket=bucket, Key=key, Range=f"bytes={begin}-{end - 1}")["Body"].read()
            return bytes(body)
        except Exception as error:
            if attempt == _ATTEMPTS or not is_unavailable(error):
                raise
            time.sleep(_PAUSE_SECONDS * attempt)
    raise AssertionError("The last attempt returns or raises.")
