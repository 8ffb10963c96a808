"""The benchmark's table: printed, and written as CSV and as a bar chart."""

from __future__ import annotations

import csv
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.scores.scoring import Errors, difference, rate
from bench.tables.picture import draw


@dataclass
class Row:
    """Measurements of one contestant in one scenario."""

    scenario: str
    contestant: str
    seconds: float = 0.0  # of audio
    cpu: float = 0.0  # seconds
    wall: float = 0.0  # seconds
    peak: float = 0.0  # MiB
    scores: list[Errors] = field(default_factory=list)
    formatted: list[Errors] = field(default_factory=list)  # signs and capitals count; of files with such a reference
    latencies: list[float] = field(default_factory=list)  # seconds, of each file


def table(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the table's lines as dictionaries, one a row.

    Ratios compare with `default` in the same scenario. WER differences compare with the best of `default` and the
    batched contestants.
    """
    lines = []
    for row in rows:
        same = {other.contestant: other for other in rows if other.scenario == row.scenario}
        baselines = [other for name, other in same.items() if name == "default" or name.startswith("batched")]
        ordered = sorted(row.latencies)
        lines.append(
            {
                "scenario": row.scenario,
                "contestant": row.contestant,
                "audio_s": round(row.seconds, 1),
                "cpu_s": round(row.cpu, 2),
                "rtfx_cpu": round(row.seconds / row.cpu, 1),
                "ratio_cpu": round(same["default"].cpu / row.cpu, 2),
                "wall_s": round(row.wall, 2),
                "rtfx_wall": round(row.seconds / row.wall, 1),
                "ratio_wall": round(same["default"].wall / row.wall, 2),
                **_compare("wer", row.scores, [other.scores for other in baselines]),
                **_compare("formatted", row.formatted, [other.formatted for other in baselines]),
                "p50_s": round(ordered[len(ordered) // 2], 2),
                "p95_s": round(ordered[int(len(ordered) * 0.95)], 2),
                "peak_mib": round(row.peak),
            }
        )
    return lines


def _compare(name: str, scores: list[Errors], baselines: list[list[Errors]]) -> dict[str, Any]:
    """Return a rate, how much worse it is than the best baseline's, and the interval of that; empty without scores."""
    keys = (name, f"{name}_worse_by", f"{name}_interval")
    if not scores:
        return dict.fromkeys(keys, "")
    points, low, high = difference(scores, min(baselines, key=rate))
    return dict(zip(keys, (round(rate(scores), 2), round(points, 2), f"{low:.2f}..{high:.2f}"), strict=True))


def machine() -> str:
    """Describe CPU, GPUs and package versions in one line."""
    cpu = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    packages = ", ".join(f"{name} {version(name)}" for name in ("faster-whisper", "ctranslate2", "onnxruntime"))
    gpus = [line.split(":")[1].strip() for path in _gpus() for line in _lines(path) if line.startswith("Model")]
    return f"{', '.join([f'{os.cpu_count()} × {cpu}', *gpus])}; Python {platform.python_version()}; {packages}"


def _gpus() -> list[str]:
    return [str(path) for path in Path("/proc/driver/nvidia/gpus").glob("*/information")]


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).is_file() else []


def save(rows: Sequence[Row], out: Path, command: str, clock: str) -> None:
    """Write bench.csv and bench.svg, after each scenario: a run that is interrupted leaves what it has measured.

    Args:
        rows: the measurements so far.
        out: folder for the files.
        command: arguments of this run, kept in the CSV.
        clock: time that the chart shows, "cpu" or "wall".
    """
    lines = table(rows)
    with (out / "bench.csv").open("w", newline="") as file:
        file.write(f"# {machine()}\n# python -m bench.run {command}\n")
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    (out / "bench.svg").write_text(draw(lines, machine(), clock))


def report(rows: Sequence[Row], loaded: dict[str, float]) -> None:
    """Print the table; `loaded` has the wall seconds of each contestant's start."""
    print(machine())
    print("loading (wall s):", ", ".join(f"{name} {seconds:.1f}" for name, seconds in loaded.items()))
    print_table(table(rows))


def print_table(lines: Sequence[dict[str, Any]]) -> None:
    """Print lines that have the same keys in columns."""
    widths = {key: max(len(key), *(len(str(line[key])) for line in lines)) for key in lines[0]}
    print("  ".join(key.ljust(width) for key, width in widths.items()))
    for line in lines:
        print("  ".join(str(line[key]).ljust(width) for key, width in widths.items()))
