"""An object of S3 fetched as a worker fetches audio: `python -m bench.fetched_audio BUCKET KEY FOLDER`.

Prints, as JSON, where the file is, and CPU seconds and seconds of two things: fetching it, and only reading the same
ranges of it and forgetting them. boto3 has its endpoint, credentials and region from its own environment variables.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from earshot_contract.documents.s3_object import S3Object
from transcriber.worker.aws_clients import AwsClients
from transcriber.worker.caches.audio_cache import AudioCache

# boto3's own, of `download_file`.
_RANGE_BYTES, _STREAMS = 8 * 2**20, 10
T = TypeVar("T")


def measured(work: Callable[[], T]) -> tuple[T, tuple[float, float]]:
    """Return a function's result, and the CPU seconds of the process and the seconds that it took."""
    began, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, (time.process_time() - cpu, time.perf_counter() - began)


def main(arguments: Sequence[str]) -> None:
    """Read the object, then fetch it."""
    bucket, key, folder = arguments
    s3 = AwsClients.connect().s3
    size = int(s3.head_object(Bucket=bucket, Key=key)["ContentLength"])

    def read(ends: tuple[int, int]) -> int:
        return len(s3.get_object(Bucket=bucket, Key=key, Range=f"bytes={ends[0]}-{ends[1] - 1}")["Body"].read())

    def read_all() -> int:
        with ThreadPoolExecutor(_STREAMS) as pool:
            return sum(pool.map(read, pairwise([*range(0, size, _RANGE_BYTES), size])))

    found, reading = measured(read_all)
    assert found == size, f"{found} of {size} bytes were read."
    file, fetching = measured(lambda: AudioCache(s3, Path(folder), 2 * size).acquire(S3Object(bucket, key)))
    print(json.dumps({"path": str(file.path), "reading": reading, "fetching": fetching}))


if __name__ == "__main__":
    main(sys.argv[1:])
