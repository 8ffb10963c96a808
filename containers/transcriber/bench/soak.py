"""Soak test: the engine's memory must not grow over many jobs.

`python -m bench.soak --corpus DIR --model DIR [--jobs 500]` prints the process's resident memory every 50 jobs and
fails when the last is more than a tenth above that after 50.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

_WARM = 50  # jobs after which caches and buffers have reached their size
_MAX_GROWTH = 1.1  # of the memory after _WARM jobs


def resident() -> float:
    """Return this process's resident memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(arguments: Sequence[str]) -> int:
    """Run the jobs; return the exit code: 1 if memory grew."""
    parser = argparse.ArgumentParser(prog="bench.soak", description="Memory after many jobs.")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--batch-workers", dest="batch_workers", type=int, default=1, help="batch workers")
    options = parser.parse_args(arguments)

    from transcriber.hardware import configure_process

    settings = replace(configure_process(), batch_workers=options.batch_workers)
    from earshot_contract.documents.s3_object import S3Object
    from earshot_contract.documents.shards import Shard
    from transcriber.engine_protocol import Model
    from transcriber.whisper.engine import BatchingEngine

    engine = BatchingEngine(Model("soak", options.model, ""), settings)
    entries = json.loads((options.corpus / "manifest.json").read_text())
    files = itertools.cycle([options.corpus / entry["file"] for entry in entries])
    unused, sizes = S3Object("", ""), []
    for done in range(0, options.jobs, _WARM):
        futures = [
            engine.submit(Shard(str(done + n), 0, 1, unused, unused, options.model.name), next(files))
            for n in range(_WARM)
        ]
        for future in futures:
            future.result()
        sizes.append(resident())
        print(f"{done + _WARM:5} jobs  {sizes[-1]:7.1f} MiB", flush=True)
    engine.close()
    growth = sizes[-1] / sizes[0]
    print(f"after {options.jobs} jobs {growth:.3f} times the memory after {_WARM}")
    return 0 if growth <= _MAX_GROWTH else 1


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)
