"""`python -m simulation`: every scenario under every policy, as a table, and as pictures in the docs."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from simulation import picture, table
from simulation.cloud import SimulatedCloud
from simulation.figures import Figures, figures
from simulation.policies import POLICIES, WITH_QUICK
from simulation.scenarios import SCENARIOS

DOCS = Path(__file__).resolve().parents[1] / "docs" / "explanation"
SEED = 15


def main(arguments: list[str]) -> int:
    """Run the simulation; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=DOCS, help="folder for simulation.md and images/")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="names; default: all")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    results: dict[str, dict[str, Figures]] = {}
    runs: dict[str, SimulatedCloud] = {}
    for scenario in SCENARIOS:
        if options.scenarios and scenario.name not in options.scenarios:
            continue
        results[scenario.name] = {}
        for name, policy in POLICIES.items():
            run = SimulatedCloud(scenario, policy, options.seed, quick=name in WITH_QUICK).run()
            results[scenario.name][name] = figures(run)
            runs[scenario.name] = run  # the last is the chosen policy's
    print(table.as_text(results))
    missed = table.missed_aims(results)
    print("\n".join(f"MISSED: {aim}" for aim in missed) or "Every aim is met.")
    print(f"{time.monotonic() - began:.1f} s, seed {options.seed}")
    if not options.scenarios:
        images = options.out / "images"
        images.mkdir(parents=True, exist_ok=True)
        (options.out / "simulation.md").write_text(table.as_page(results, options.seed))
        (images / "simulation-waits.svg").write_text(picture.waits(results))
        (images / "simulation-costs.svg").write_text(picture.costs(results))
        (images / "simulation-workers.svg").write_text(picture.workers(runs))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
