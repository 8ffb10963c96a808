"""The idle bill: its items add up, and the README has its sums."""

from __future__ import annotations

import re

from tests.paths import ROOT

ROW = re.compile(r"^\| ([^|]+) \|[^|]*\| \**\$([\d.]+)\** \| \**\$([\d.]+)[^|]*\|$", re.MULTILINE)


def test_items_of_the_idle_bill_add_up() -> None:
    page = (ROOT / "docs/explanation/cost.md").read_text()
    rows = [(what.strip("*"), float(listed), float(free)) for what, listed, free in ROW.findall(page)]
    end = [what for what, _, _ in rows].index("together")
    _, listed, free = rows[end]

    assert end >= 7
    assert [round(sum(row[column] for row in rows[:end]), 2) for column in (1, 2)] == [listed, free]
    assert f"${listed} a month at list price, ${free:.2f} within" in (ROOT / "README.md").read_text()
