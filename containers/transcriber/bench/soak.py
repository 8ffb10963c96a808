"""The soak: does the engine's memory stay where it is after many jobs?

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

_WARM = 50  # jobs after which everything that is made once is made
_GROWTH = 1.1


def resident() -> float:
    """MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.soak", description="Memory after many jobs.")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--lanes", type=int, default=1)
    given = parser.parse_args(arguments)

    from transcriber.hardware import configure_process

    settings = replace(configure_process(), batch_workers=given.lanes)
    from earshot_contract.shards import S3Object, Shard
    from transcriber.engine_protocol import Model
    from transcriber.whisper.engine import BatchingEngine

    engine = BatchingEngine(Model("soak", given.model, ""), settings)
    entries = json.loads((given.corpus / "manifest.json").read_text())
    files = itertools.cycle([given.corpus / entry["file"] for entry in entries])
    here, sizes = S3Object("", ""), []
    for done in range(0, given.jobs, _WARM):
        promises = [
            engine.submit(Shard(str(done + n), 0, 1, here, here, given.model.name), next(files)) for n in range(_WARM)
        ]
        for promise in promises:
            promise.result()
        sizes.append(resident())
        print(f"{done + _WARM:5} jobs  {sizes[-1]:7.1f} MiB", flush=True)
    engine.close()
    grown = sizes[-1] / sizes[0]
    print(f"after {given.jobs} jobs {grown:.3f} times what it was after {_WARM}")
    return 0 if grown <= _GROWTH else 1


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)
