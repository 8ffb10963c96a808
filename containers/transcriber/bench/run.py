"""The benchmark: contestants take turns on the same files, chunk by chunk, so that a busy machine is busy for all.

`python -m bench.run --corpus DIR --model DIR --out DIR [--clips N] [--variants N] [--long SECONDS] [--files N]`

The corpus holds `manifest.json` (see `bench.corpus`) and its files. CPU seconds are the process's own: on a
machine that others use they are the measure; wall times are given beside them. Where there is a GPU,
faster-whisper and Earshot run on it, and the wall is the measure: `--only "default,batched 16,earshot 32"`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.contestant import available, lacking
from bench.corpus import Clip, clips_of, joined, variants
from bench.ggml import converted
from bench.scoring import errors
from bench.table import Row, report
from transcriber.hardware import resolve_settings

_CHUNK = 12  # clips a turn
_COLD_STARTS = 3


@dataclass
class Process:
    """A contestant that runs."""

    name: str
    model: Path
    threads: int
    loaded: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        environment = os.environ | {"OMP_NUM_THREADS": str(self.threads)}
        if not self.name.startswith(("earshot", "tuned")):
            environment.pop("CT2_FORCE_CPU_ISA", None)
        command = [sys.executable, "-m", "bench.contestant", self.name, str(self.model), str(self.threads)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.loaded = self._read()

    def ask(
        self, files: Iterable[Path], languages: Sequence[str | None], at: Sequence[float] | None = None
    ) -> dict[str, Any]:
        assert self._process.stdin
        order = {"files": [str(file) for file in files], "languages": list(languages), "at": at and list(at)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._read()

    def leave(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The contestant {self.name!r} died; its own words are above.")
        answer: dict[str, Any] = json.loads(line)
        return answer


def turns(scenario: str, clips: Sequence[Clip], given: bool, processes: Sequence[Process]) -> list[Row]:
    """Every contestant on every chunk, in a new order each time."""
    rows = {p.name: Row(scenario, p.name, 0, 0, 0, 0, [], []) for p in processes}
    chance = random.Random(0)
    for first in range(0, len(clips), _CHUNK):
        chunk = clips[first : first + _CHUNK]
        for process in chance.sample(list(processes), len(processes)):
            languages = [clip.language if given else None for clip in chunk]
            _count(rows[process.name], chunk, process.ask([clip.path for clip in chunk], languages))
    return list(rows.values())


def arrivals(scenario: str, clips: Sequence[Clip], pace: float, processes: Sequence[Process]) -> list[Row]:
    """Clips that arrive by chance, one every `pace` seconds in the mean; contestants one after the other."""
    chance, at, moment = random.Random(1), [], 0.0
    for _ in clips:
        at.append(moment)
        moment += chance.expovariate(1 / pace)
    rows = []
    for process in processes:
        row = Row(scenario, process.name, 0, 0, 0, 0, [], [])
        _count(row, clips, process.ask([clip.path for clip in clips], [None] * len(clips), at))
        rows.append(row)
    return rows


def cold(scenario: str, clip: Clip, names: Sequence[str], model: Path, threads: int) -> list[Row]:
    """New processes by turns: from their start (imports, model) to the words of their first clip."""
    rows = {name: Row(scenario, name, 0, 0, 0, 0, [], []) for name in names}
    for _ in range(_COLD_STARTS):
        for name in names:
            process = Process(name, model, threads)
            answer = process.ask([clip.path], [None])
            process.leave()
            answer["cpu"] += process.loaded["loading"]
            answer["wall"] += process.loaded["loaded"]
            answer["latencies"] = [answer["wall"]]
            _count(rows[name], [clip], answer)
    return list(rows.values())


def _count(row: Row, clips: Sequence[Clip], answer: dict[str, Any]) -> None:
    row.seconds += sum(clip.seconds for clip in clips)
    row.cpu += answer["cpu"]
    row.wall += answer["wall"]
    row.peak = max(row.peak, answer["peak"])
    row.latencies += answer["latencies"]
    row.scores += [errors(c.text, text, c.language) for c, text in zip(clips, answer["texts"], strict=True)]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench.run", description="Earshot's engine beside plain faster-whisper.")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--variants", type=int, default=1, help="of each clip: evens out the luck of rounding")
    parser.add_argument("--long", type=float, default=240.0, help="seconds of a long file")
    parser.add_argument("--files", type=int, default=1, help="long files")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", default=",".join(available()), help="contestants, by commas")
    parser.add_argument("--scenarios", default="cold,clips,long,one,mix")
    given = parser.parse_args(arguments)
    names = given.only.split(",")
    for name in names:
        if sentence := lacking(name):
            parser.error(sentence)
    if "default" not in names:
        parser.error("--only must name default: all others are compared with it.")
    given.out.mkdir(parents=True, exist_ok=True)

    clips = clips_of(given.corpus)
    short = variants(clips[:: max(1, len(clips) // given.clips)][: given.clips], given.variants, given.out)
    near = min(clips, key=lambda clip: abs(clip.seconds - 5.0))
    scenarios = given.scenarios.split(",")
    if "whisper.cpp" in names:
        converted(given.model)
    rows: list[Row] = []
    if "cold" in scenarios:
        rows += cold("one 5 s clip, cold", near, names, given.model, given.threads)
    processes = [Process(name, given.model, given.threads) for name in names]
    for process in processes:  # the first calls pay for what a warm process has
        process.ask([short[0].path] * 2, [short[0].language, None])
    if "clips" in scenarios:
        rows += turns("clips, detected", short, False, processes) + turns("clips, given", short, True, processes)
    if "long" in scenarios:
        long = joined(clips, given.files, given.long, given.out)
        rows += turns("long, detected", long, False, processes) + turns("long, given", long, True, processes)
    if "one" in scenarios:
        for _ in range(5):
            rows = _merged(rows, turns("one 5 s clip, warm", [near], False, processes))
    if "mix" in scenarios:
        rows += arrivals("arriving", short, 1.0, processes)
    for process in processes:
        process.leave()
    clock = "wall" if given.threads > 1 or resolve_settings().device == "cuda" else "cpu"
    report(rows, {p.name: p.loaded["loaded"] for p in processes}, given.out, shlex.join(arguments), clock)


def _merged(rows: list[Row], more: list[Row]) -> list[Row]:
    """`more` added to the rows of the same scenario and contestant."""
    for row in more:
        old = next((r for r in rows if (r.scenario, r.contestant) == (row.scenario, row.contestant)), None)
        if old is None:
            rows.append(row)
            continue
        old.seconds, old.cpu, old.wall = old.seconds + row.seconds, old.cpu + row.cpu, old.wall + row.wall
        old.scores, old.latencies = old.scores + row.scores, old.latencies + row.latencies
        old.peak = max(old.peak, row.peak)
    return rows


if __name__ == "__main__":
    main(sys.argv[1:])
