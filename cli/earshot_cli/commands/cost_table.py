"""Table of what audio costs, a row for each kind of worker, and how fast each is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from earshot_cli.deployment.cost import AudioCost
from earshot_contract.worker_kinds import WorkerKind

WIDE_COLUMNS = 62  # of the whole table


def cost_table(found: Sequence[AudioCost], *, narrow: bool) -> Table:
    """Return the table.

    Args:
        found: what a worker of each kind costs.
        narrow: leave out the cost of a burst besides its audio, and the date of the prices.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("worker", no_wrap=True)
    headings = ("worker,\nan hour", "audio,\nan hour", "audio,\nalone", "burst", "list\nprices of")
    for heading in headings[:3] if narrow else headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for each in found:
        dollars = [f"${value:.4f}" for value in (each.price.usd, each.audio_hour, each.lone_hour, each.burst)]
        table.add_row(each.price.worker, *(dollars[:3] if narrow else [*dollars, each.price.published[:10]]))
    return table


def speeds(found: Sequence[AudioCost]) -> str:
    """Return the speed of each kind of worker, and whether it was measured."""
    names = {WorkerKind.TASK: "a task", WorkerKind.QUICK: "a quick worker (Lambda)"}
    by_kind = {each.kind: each for each in found}
    origin = {True: "measured", False: "assumed: not measured yet"}
    return "; ".join(
        f"{names[kind]} transcribes {each.speed:.3g} seconds of audio a second ({origin[each.speed_measured]}) and "
        f"starts in {each.start:.3g} s ({origin[each.start_measured]})"
        for kind, each in by_kind.items()
    )
