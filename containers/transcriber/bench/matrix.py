"""Every instruction set with every compute type on one corpus: is the short window safe, and what does it cost?

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

from bench.scoring import errors, rate


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench.matrix", description="Instruction sets and compute types.")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--isas", default="AVX2,AVX512")
    parser.add_argument("--types", default="int8,float32")
    parser.add_argument("--clips", type=int, default=1000)
    given = parser.parse_args(arguments)
    entries = json.loads((given.corpus / "manifest.json").read_text())[: given.clips]
    order = {"files": [str(given.corpus / e["file"]) for e in entries], "languages": [None] * len(entries)}
    for isa in given.isas.split(","):
        for kind in given.types.split(","):
            run = subprocess.run(
                [sys.executable, "-m", "bench.contestant", "earshot", str(given.model), "1"],
                input=json.dumps(order) + "\n",
                env=os.environ | {"CT2_FORCE_CPU_ISA": isa, "EARSHOT_COMPUTE_TYPE": kind, "OMP_NUM_THREADS": "1"},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            answer = json.loads(run.stdout.splitlines()[1])
            scores = [errors(e["text"], text, e["language"]) for e, text in zip(entries, answer["texts"], strict=True)]
            milliseconds = 1000 * answer["cpu"] / len(entries)
            print(f"{isa:8} {kind:8} WER {rate(scores):5.2f}  {milliseconds:4.0f} ms a clip", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
