"""The benchmark: contestants alternate on the same files in chunks, so that other load on the machine affects all.

`python -m bench.run --corpus DIR --model DIR --out DIR [--clips N] [--variants N] [--long SECONDS] [--files N]`

The corpus is a folder with `manifest.json` (see `bench.recordings.corpus`) and its files. Compare CPU seconds on a
machine that other processes use: they are the contestant's own. With a GPU, faster-whisper and Earshot run on it; then
compare wall times: `--only "default,batched 16,earshot 32"`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench.contestant import available, missing_requirement
from bench.engines.ggml import convert
from bench.recordings.corpus import Clip, concatenated, selected, variants
from bench.scores.text_faults import find
from bench.tables.table import Row, report, save
from transcriber.hardware import resolve_settings

_CHUNK = 12  # clips that a contestant transcribes before the next one
_COLD_STARTS = 3  # processes of each contestant
_WARM_RUNS = 5
_LANGUAGE = {"detected": False, "given": True}  # whether contestants are told it


@dataclass
class Process:
    """A running contestant; `loaded` has the wall and CPU seconds of its start (`loaded`, `loading`)."""

    name: str
    model: Path
    threads: int
    loaded: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        environment = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(self.threads))
        if not self.name.startswith(("earshot", "tuned")):
            environment.pop("CT2_FORCE_CPU_ISA", None)
        command = [sys.executable, "-m", "bench.contestant", self.name, str(self.model), str(self.threads)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.loaded = self._read()

    def transcribe(
        self,
        files: Iterable[Path],
        languages: Sequence[str | None],
        at: Sequence[float] | None = None,
        *,
        words: bool = False,
    ) -> dict[str, Any]:
        """Send a request and return the response; see `bench.contestant`."""
        assert self._process.stdin
        paths = [str(file) for file in files]
        request = {"files": paths, "languages": list(languages), "at": list(at or [0.0] * len(paths)), "words": words}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._read()

    def kill(self) -> None:
        """End the process while it transcribes; `transcribe` then raises."""
        self._process.kill()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The contestant {self.name!r} died; its error message is above.")
        response: dict[str, Any] = json.loads(line)
        return response


def alternate(scenario: str, clips: Sequence[Clip], language_known: bool, processes: Sequence[Process]) -> list[Row]:
    """Run every contestant on every chunk, in another order for each chunk."""
    rows = {p.name: Row(scenario, p.name) for p in processes}
    for chunk, process in take_turns(clips, processes):
        languages = [clip.language if language_known else None for clip in chunk]
        _count(rows[process.name], chunk, process.transcribe([clip.path for clip in chunk], languages))
    return list(rows.values())


def take_turns(clips: Sequence[Clip], processes: Sequence[Process]) -> Iterator[tuple[Sequence[Clip], Process]]:
    """Yield each chunk with each contestant, in another order for each chunk."""
    rng = random.Random(0)
    for first in range(0, len(clips), _CHUNK):
        for process in rng.sample(list(processes), len(processes)):
            yield clips[first : first + _CHUNK], process


def arrivals(scenario: str, clips: Sequence[Clip], mean_interval: float, processes: Sequence[Process]) -> list[Row]:
    """Let clips arrive at random, one every `mean_interval` seconds on average; contestants run one after another."""
    rng, at, arrival = random.Random(1), [], 0.0
    for _ in clips:
        at.append(arrival)
        arrival += rng.expovariate(1 / mean_interval)
    rows = []
    for process in processes:
        row = Row(scenario, process.name)
        _count(row, clips, process.transcribe([clip.path for clip in clips], [None] * len(clips), at))
        rows.append(row)
    return rows


def cold(scenario: str, clip: Clip, names: Sequence[str], model: Path, threads: int) -> list[Row]:
    """Measure new processes from their start (imports, model) to the text of their first clip."""
    rows = {name: Row(scenario, name) for name in names}
    for _ in range(_COLD_STARTS):
        for name in names:
            process = Process(name, model, threads)
            response = process.transcribe([clip.path], [None])
            process.close()
            response["cpu"] += process.loaded["loading"]
            response["wall"] += process.loaded["loaded"]
            response["latencies"] = [response["wall"]]
            _count(rows[name], [clip], response)
    return list(rows.values())


def _count(row: Row, clips: Sequence[Clip], response: dict[str, Any]) -> None:
    row.seconds += sum(clip.seconds for clip in clips)
    row.cpu += response["cpu"]
    row.wall += response["wall"]
    row.peak = max(row.peak, response["peak"])
    row.latencies += response["latencies"]
    faults = [find(c.text, c.formatted, text, c.language) for c, text in zip(clips, response["texts"], strict=True)]
    row.scores += [found.words for found in faults]
    row.formatted += [found.formatted for found in faults if found.formatted is not None]


def main(arguments: Sequence[str]) -> None:
    """Run the scenarios and write the report."""
    parser = argparse.ArgumentParser(prog="bench.run", description="Earshot's engine against plain faster-whisper.")
    parser.add_argument("--corpus", type=Path, nargs="+", required=True)
    parser.add_argument("--half", choices=("tune", "held-out", "all"), default="all")
    parser.add_argument("--longest", type=float, default=float("inf"), help="seconds; longer recordings are left out")
    parser.add_argument("--formatted", action="store_true", help="only recordings with a formatted reference")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--variants", type=int, default=1, help="of each clip: evens out the effect of rounding")
    parser.add_argument("--long", type=float, default=240.0, help="seconds of a long file")
    parser.add_argument("--files", type=int, default=1, help="long files")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", default=",".join(available()), help="contestants, by commas")
    parser.add_argument("--scenarios", default="cold,clips,long,one,mix")
    options = parser.parse_args(arguments)
    names = options.only.split(",")
    for name in names:
        if message := missing_requirement(name):
            parser.error(message)
    if "default" not in names:
        parser.error("--only must name default: all others are compared with it.")
    options.out.mkdir(parents=True, exist_ok=True)

    clips = selected(options.corpus, options.half, options.longest, formatted=options.formatted)
    if not clips:
        parser.error("No recording is left.")
    short = variants(clips[:: max(1, len(clips) // options.clips)][: options.clips], options.variants, options.out)
    five_second_clip = min(clips, key=lambda clip: abs(clip.seconds - 5.0))
    scenarios = options.scenarios.split(",")
    if "whisper.cpp" in names:
        convert(options.model)
    rows: list[Row] = []
    if "cold" in scenarios:
        rows += cold("one 5 s clip, cold", five_second_clip, names, options.model, options.threads)
    processes = [Process(name, options.model, options.threads) for name in names]
    for process in processes:  # warm up: the first calls are slower
        process.transcribe([short[0].path] * 2, [short[0].language, None])
    runs: list[Callable[[], list[Row]]] = []
    if "clips" in scenarios:
        runs += [partial(alternate, f"clips, {how}", short, known, processes) for how, known in _LANGUAGE.items()]
    if "long" in scenarios:
        long = concatenated(clips, options.files, options.long, options.out)
        runs += [partial(alternate, f"long, {how}", long, known, processes) for how, known in _LANGUAGE.items()]
    if "one" in scenarios:
        runs += [partial(alternate, "one 5 s clip, warm", [five_second_clip], False, processes)] * _WARM_RUNS
    if "mix" in scenarios:
        runs.append(partial(arrivals, "arriving", short, 1.0, processes))
    clock = "wall" if options.threads > 1 or resolve_settings().device == "cuda" else "cpu"
    for run in runs:
        measured = run()
        print(f"{measured[0].scenario}: measured", flush=True)
        rows = _add_rows(rows, measured)
        save(rows, options.out, shlex.join(arguments), clock)
    for process in processes:
        process.close()
    save(rows, options.out, shlex.join(arguments), clock)
    report(rows, {p.name: p.loaded["loaded"] for p in processes})


def _add_rows(rows: list[Row], more: list[Row]) -> list[Row]:
    """Add `more` to the rows of the same scenario and contestant."""
    for row in more:
        old = next((r for r in rows if (r.scenario, r.contestant) == (row.scenario, row.contestant)), None)
        if old is None:
            rows.append(row)
            continue
        old.seconds, old.cpu, old.wall = old.seconds + row.seconds, old.cpu + row.cpu, old.wall + row.wall
        old.scores, old.formatted = old.scores + row.scores, old.formatted + row.formatted
        old.latencies += row.latencies
        old.peak = max(old.peak, row.peak)
    return rows


if __name__ == "__main__":
    main(sys.argv[1:])
