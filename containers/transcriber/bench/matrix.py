"""Matrix of instruction sets and compute types: word error rate and CPU time of each on one corpus.

`python -m bench.matrix --corpus DIR --model DIR [--isas AVX2,AVX512] [--types int8,float32] [--clips N]`
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.scores.scoring import errors, rate


def main(arguments: Sequence[str]) -> None:
    """Run Earshot once for each combination, in a process of its own, and print a line for each."""
    parser = argparse.ArgumentParser(prog="bench.matrix", description="Instruction sets and compute types.")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--isas", default="AVX2,AVX512")
    parser.add_argument("--types", default="int8,float32")
    parser.add_argument("--clips", type=int, default=1000)
    options = parser.parse_args(arguments)
    entries = json.loads((options.corpus / "manifest.json").read_text())[: options.clips]
    request = {
        "files": [str(options.corpus / e["file"]) for e in entries],
        "languages": [None] * len(entries),
        "at": [0.0] * len(entries),
    }
    for isa in options.isas.split(","):
        for compute_type in options.types.split(","):
            run = subprocess.run(
                [sys.executable, "-m", "bench.contestant", "earshot", str(options.model), "1"],
                input=json.dumps(request) + "\n",
                env=os.environ
                | {"CT2_FORCE_CPU_ISA": isa, "EARSHOT_COMPUTE_TYPE": compute_type, "OMP_NUM_THREADS": "1"},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            response = json.loads(run.stdout.splitlines()[1])
            scores = [
                errors(e["text"], text, e["language"]) for e, text in zip(entries, response["texts"], strict=True)
            ]
            milliseconds = 1000 * response["cpu"] / len(entries)
            print(f"{isa:8} {compute_type:8} WER {rate(scores):5.2f}  {milliseconds:4.0f} ms a clip", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
