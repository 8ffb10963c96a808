"""Scores of what another program found in the recordings that `bench.speakers --keep` wrote.

`python -m bench.speaker_labels --truth DIR --found DIR`

`found` has an RTTM file for each recording. A line `;; cpu SECONDS` in it is what it took.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.recordings.rttm import read_recordings, read_turns
from bench.tables.speaker_table import Row, printed
from transcriber.audio.resampling import SAMPLE_RATE

_CPU = re.compile(r"^;; cpu ([\d.]+)$", re.MULTILINE)


def main(arguments: Sequence[str]) -> None:
    """Print a row for each condition, and one for all."""
    parser = argparse.ArgumentParser(prog="bench.speaker_labels", description="Scores of another program's speakers.")
    parser.add_argument("--truth", type=Path, required=True, help="folder of recordings beside their RTTM")
    parser.add_argument("--found", type=Path, required=True, help="folder of RTTM files of the same names")
    options = parser.parse_args(arguments)
    rows: dict[str, Row] = {}
    total = Row("all")
    for name, recording in read_recordings(options.truth):
        labels = (options.found / f"{name}.rttm").read_text()
        cpu = sum(float(seconds) for seconds in _CPU.findall(labels))
        seconds = len(recording.samples) / SAMPLE_RATE
        for row in (rows.setdefault(name.rpartition("-")[0] or name, Row(name.rpartition("-")[0] or name)), total):
            row.add(recording.turns, read_turns(labels), seconds, cpu)
    for row in (*rows.values(), total):
        printed(row)


if __name__ == "__main__":
    main(sys.argv[1:])
