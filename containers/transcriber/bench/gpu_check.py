"""The check of a GPU host: plain faster-whisper and Earshot by batch size, and a table with the card's name.

`python -m bench.gpu_check --corpus DIR --model DIR --out DIR`, or `make gpu-check` on a machine with a GPU, or a bundle
(`bench.gpu_bundle`) on one without network. All contestants get the same files, whole, so that batches are full; the
wall clock is the measure. `--stand-in` runs the same on a CPU with few files, to try the check itself.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any

from bench.engines.cuda_libraries import card, memory_in_use, provide_cublas
from bench.recordings.corpus import Clip, clips_of, concatenated, variants
from bench.run import Process
from bench.scores.scoring import Errors, errors, rate
from bench.tables.table import machine

_BATCHES = (32, 16, 64)  # the most telling first: a check that runs out of time leaves out the last
_STAND_IN = "STAND-IN: this ran on a CPU. It tries the check; its figures say nothing about a GPU."


@dataclass(frozen=True)
class Size:
    """How much a check transcribes."""

    clips: int
    variants: int
    long_seconds: float
    rounds: int


_WHOLE, _STAND_IN_SIZE = Size(18, 4, 600.0, 2), Size(4, 1, 40.0, 1)
_REPEATS = 20  # of the corpus in the long file: enough for `long_seconds` of one language


@dataclass
class Line:
    """One contestant's measurements; seconds by the wall clock, the best of its rounds."""

    contestant: str
    loaded: float = 0.0
    walls: dict[str, float] = field(default_factory=dict)  # scenario → seconds
    scores: dict[str, list[Errors]] = field(default_factory=dict)  # scenario → errors
    memory: str = ""  # MiB in use on the card after the first round
    failure: str = ""

    def record(self, scenario: str, clips: Sequence[Clip], response: dict[str, Any]) -> None:
        """Keep the best wall time, and the words of the first round."""
        self.walls[scenario] = min(response["wall"], self.walls.get(scenario, float("inf")))
        self.scores.setdefault(
            scenario,
            [errors(clip.text, text, clip.language) for clip, text in zip(clips, response["texts"], strict=True)],
        )


def names(batches: Sequence[int]) -> list[str]:
    """Return the contestants; default first, because all others are compared with it."""
    return ["default", *(f"{kind} {size}" for size in batches for kind in ("earshot", "batched"))]


def run(
    contestants: Sequence[str], scenarios: dict[str, list[Clip]], model: Path, rounds: int, ends: float, save: Any
) -> list[Line]:
    """Measure the contestants one after another; one that fails or has no time left is a line that says so.

    Args:
        contestants: names.
        scenarios: name → files.
        model: a CTranslate2 Whisper folder.
        rounds: times that each file is transcribed.
        ends: `time.monotonic()` at which the check must be over.
        save: called with the lines after each contestant, so that an interrupted check leaves a table.
    """
    lines: list[Line] = []
    for name in contestants:
        line = Line(name)
        lines.append(line)
        if time.monotonic() >= ends:
            line.failure = "no time left"
        else:
            try:
                _measure(line, scenarios, model, rounds, ends)
            except RuntimeError as error:
                line.failure = "no time left" if time.monotonic() >= ends else str(error)
        save(lines)
    return lines


def _measure(line: Line, scenarios: dict[str, list[Clip]], model: Path, rounds: int, ends: float) -> None:
    process = Process(line.contestant, model, 1)
    watchdog = Timer(max(0.0, ends - time.monotonic()), process.kill)
    watchdog.start()
    try:
        line.loaded = process.loaded["loaded"]
        first = next(iter(scenarios.values()))[:2]
        process.transcribe([clip.path for clip in first], [clip.language for clip in first])  # the first call is slow
        for _ in range(rounds):
            for scenario, clips in scenarios.items():
                response = process.transcribe([clip.path for clip in clips], [clip.language for clip in clips])
                line.record(scenario, clips, response)
            line.memory = line.memory or memory_in_use()
    finally:
        watchdog.cancel()
        process.close()


def table(lines: Sequence[Line], scenarios: dict[str, list[Clip]], heading: str, notes: Sequence[str]) -> str:
    """Return the report as Markdown."""
    columns = ["contestant"]
    for scenario in scenarios:
        columns += [f"{scenario}: s", "audio s a second", "ratio", "words wrong, %"]
    columns += ["loading s", "card MiB"]
    default = lines[0]
    rows = [columns, ["---"] * len(columns)]
    for line in lines:
        cells = [line.contestant]
        for scenario, clips in scenarios.items():
            cells += _cells(line, default, scenario, sum(clip.seconds for clip in clips))
        rows.append([*cells, f"{line.loaded:.1f}" if line.loaded else "–", line.memory or "–"])
    failures = [f"- {line.contestant}: {line.failure}" for line in lines if line.failure]
    files = ", ".join(
        f"{scenario}: {len(clips)} files, {sum(clip.seconds for clip in clips):.0f} s"
        for scenario, clips in scenarios.items()
    )
    body = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    return (
        "\n".join([f"# {heading}", "", *notes, "", f"{machine()}. {files}.", "", body, "", *failures]).rstrip() + "\n"
    )


def _cells(line: Line, default: Line, scenario: str, seconds: float) -> list[str]:
    wall = line.walls.get(scenario)
    if wall is None:
        return ["–"] * 4
    baseline = default.walls.get(scenario)
    ratio = f"{baseline / wall:.1f}" if baseline else "–"
    return [f"{wall:.2f}", f"{seconds / wall:.0f}", ratio, f"{rate(line.scores[scenario]):.1f}"]


def main(arguments: Sequence[str]) -> int:
    """Check; return the exit code: 1 if a contestant failed, 2 if there is no GPU."""
    began = time.monotonic()
    parser = argparse.ArgumentParser(prog="bench.gpu_check", description="faster-whisper and Earshot on a GPU.")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=5.0, help="after these, the rest is left out")
    parser.add_argument("--batches", default=",".join(map(str, _BATCHES)), help="windows in a batch, by commas")
    parser.add_argument("--stand-in", action="store_true", help="on a CPU, with few files, to try the check itself")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.stand_in:
        os.environ["EARSHOT_DEVICE"] = "cpu"
        heading, notes = "CPU, as a stand-in for a GPU", [_STAND_IN]
    else:
        os.environ["EARSHOT_DEVICE"] = "cuda"
        heading = card()
        if not heading:
            print("No GPU: nvidia-smi names no card. `--stand-in` tries the check on the CPU.", file=sys.stderr)
            return 2
        notes = [provide_cublas(options.out)]
    size = _STAND_IN_SIZE if options.stand_in else _WHOLE
    corpus = clips_of(options.corpus)
    clips = corpus[:: max(1, len(corpus) // size.clips)][: size.clips]
    scenarios = {
        "clips": variants(clips, size.variants, options.out),
        "long": concatenated(corpus * _REPEATS, 1, size.long_seconds, options.out),
    }
    target = options.out / "gpu-check.md"
    lines = run(
        names([int(batch) for batch in options.batches.split(",")]),
        scenarios,
        options.model,
        size.rounds,
        began + 60 * options.minutes,
        lambda lines: target.write_text(table(lines, scenarios, heading, notes)),
    )
    print(target.read_text())
    return int(any(line.failure for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
