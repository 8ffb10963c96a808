"""Bar chart of the benchmark: seconds of audio transcribed in one second, by contestant and scenario."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

_CLOCKS = {"cpu": "CPU, one thread", "wall": "time"}
_BAR, _GAP, _LEFT, _WIDTH = 18, 14, 110, 720  # pixels


def draw(lines: Sequence[dict[str, Any]], footnote: str, clock: str) -> str:
    """Draw the chart.

    Args:
        lines: the lines of `table.table`.
        footnote: text under the chart.
        clock: "cpu" or "wall": which time is shown.

    Returns:
        An SVG document.
    """
    top, body = 30, []
    for scenario in dict.fromkeys(line["scenario"] for line in lines):
        group = [line for line in lines if line["scenario"] == scenario]
        maximum = max(line[f"rtfx_{clock}"] for line in group)
        body.append(f'<text x="8" y="{top}" class="h">{escape(scenario)}</text>')
        for line in group:
            top += _BAR + 4
            width = max(1, (_WIDTH - _LEFT - 190) * line[f"rtfx_{clock}"] / maximum)
            colour = "#0a7d5a" if line["contestant"].startswith("earshot") else "#9aa5b1"
            body.append(
                f'<text x="{_LEFT - 8}" y="{top}" text-anchor="end">{escape(line["contestant"])}</text>'
                f'<rect x="{_LEFT}" y="{top - 13}" width="{width:.0f}" height="{_BAR}" fill="{colour}"/>'
                f'<text x="{_LEFT + width + 6:.0f}" y="{top}">{line[f"rtfx_{clock}"]} '
                f"({line[f'ratio_{clock}']}×, WER {line['wer']})</text>"
            )
        top += _BAR + _GAP + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top + 24}" '
        'font-family="system-ui, sans-serif" font-size="13"><style>.h{font-weight:600}</style>'
        f'<rect width="100%" height="100%" fill="white"/>{"".join(body)}'
        f'<text x="8" y="{top + 10}" font-size="10" fill="#555">'
        f"Seconds of audio for a second of {_CLOCKS[clock]}. {escape(footnote)}</text></svg>\n"
    )
