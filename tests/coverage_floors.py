"""Branch coverage of the unit tier against a floor for each package: `python -m tests.coverage_floors REPORT.json`."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

# Percent of statements and branches together. What other tiers test (the engine with the real model, the emulator,
# the CDK app, the command against a local cloud) has no floor here.
FLOORS = {"earshot_contract": 95.0, "functions": 95.0, "transcriber/worker": 90.0, "earshot_cli": 80.0}


def coverage(report: dict[str, Any]) -> dict[str, float]:
    """Percent covered of each package with a floor."""
    covered: dict[str, int] = defaultdict(int)
    total: dict[str, int] = defaultdict(int)
    for file, entry in report["files"].items():
        for package in FLOORS:
            if f"/{package}/" in f"/{file}":
                summary = entry["summary"]
                covered[package] += summary["covered_lines"] + summary["covered_branches"]
                total[package] += summary["num_statements"] + summary["num_branches"]
    return {package: 100 * covered[package] / total[package] if total[package] else 0.0 for package in FLOORS}


if __name__ == "__main__":
    found = coverage(json.loads(Path(sys.argv[1]).read_text()))
    for package, percent in found.items():
        print(f"{package:<20} {percent:5.1f} %   floor {FLOORS[package]:.0f} %")
    sys.exit(any(percent < FLOORS[package] for package, percent in found.items()))
