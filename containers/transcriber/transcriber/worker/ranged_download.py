"""Ranged download: an object of S3 in ranges that are fetched side by side, and its digest meanwhile.

A worker's start waits for a model of 0.8 GB and for its digest. Read again from disk, the digest takes 0.6 s of a core
that has SHA instructions (measured), and several times as long without them.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

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
    digest = hashlib.sha256()
    with path.open("wb") as file, ThreadPoolExecutor(_STREAMS) as pool:
        size = int(s3.head_object(Bucket=bucket, Key=key)["ContentLength"])
        starts = deque(range(0, size, _RANGE_BYTES))
        pending: deque[Future[bytes]] = deque()
        while starts or pending:
            while starts and len(pending) < _STREAMS:
                begin = starts.popleft()
                pending.append(pool.submit(_range, s3, bucket, key, begin, min(begin + _RANGE_BYTES, size)))
            block = pending.popleft().result()
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def _range(s3: Any, bucket: str, key: str, begin: int, end: int) -> bytes:
    """Return the bytes of a range; a body that breaks off is asked for again."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            body = s3.get_object(Bucket=bucket, Key=key, Range=f"bytes={begin}-{end - 1}")["Body"].read()
            return bytes(body)
        except Exception as error:
            if attempt == _ATTEMPTS or not is_unavailable(error):
                raise
            time.sleep(_PAUSE_SECONDS * attempt)
    raise AssertionError("The last attempt returns or raises.")
