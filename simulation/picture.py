"""Pictures of the simulation, as SVG: callers' waits and costs as bars, workers over time as steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from html import escape

from simulation.cloud import SimulatedCloud
from simulation.figures import Figures
from simulation.scenarios import TITLES
from simulation.table import Results

COLOURS = {"before": "#b8c0c8", "GPU only": "#7aa6c2", "quick only": "#e0a458", "chosen": "#0a7d5a"}
WIDTH, LEFT, RIGHT = 720, 100, 90  # pixels
BAR = 13
ROW_HEIGHT = 74  # of a timeline
MAX_STEPS = 150  # of a timeline; more would not be seen


def waits(results: Results) -> str:
    """Draw the 95th percentile of callers' waits."""
    return _bars(results, lambda result: result.caller_p95, "Seconds that 95 % of callers wait at most", "s")


def costs(results: Results) -> str:
    """Draw the dollars of an hour of audio."""
    return _bars(results, lambda result: result.usd_audio_hour, "Dollars for an hour of audio", "$")


def workers(runs: Mapping[str, SimulatedCloud]) -> str:
    """Draw how many workers of each kind there are over time."""
    body, top = [], 34
    for name, run in runs.items():
        end = max((job.done or run.scenario.until for job in run.jobs), default=1.0) * 1.1
        steps = [step for step in run.timeline if step[0] <= end]
        high = max((max(gpus, quick) for _, gpus, quick in steps), default=1) or 1
        body.append(_text(8, top, TITLES[name], "h"))
        base = top + ROW_HEIGHT - 26
        for index, colour in ((1, COLOURS["GPU only"]), (2, COLOURS["quick only"])):
            points, level = [f"{LEFT},{base}"], 0.0
            stride = max(1, math.ceil(len(steps) / MAX_STEPS))
            for step in steps[::stride]:
                x = LEFT + (WIDTH - LEFT - RIGHT) * step[0] / end
                y = base - (ROW_HEIGHT - 40) * step[index] / high
                points += [f"{x:.1f},{base - level:.1f}", f"{x:.1f},{y:.1f}"]
                level = base - y
            points.append(f"{WIDTH - RIGHT},{base - level:.1f}")
            body.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        body.append(_text(LEFT - 8, base - ROW_HEIGHT + 46, str(high), anchor="end"))
        body.append(_text(WIDTH - RIGHT + 6, base, _duration(end)))
        top += ROW_HEIGHT
    legend = f'<tspan fill="{COLOURS["GPU only"]}">GPUs</tspan> and '
    legend += f'<tspan fill="{COLOURS["quick only"]}">quick workers</tspan> over time'
    return _document(body, top, f'<text x="8" y="14" font-weight="600">{legend}</text>')


def _bars(results: Results, value: Callable[[Figures], float | None], title: str, unit: str) -> str:
    """Draw bars on a logarithmic scale, a group a scenario."""
    shown = {
        scenario: {name: found for name, result in policies.items() if (found := value(result)) is not None}
        for scenario, policies in results.items()
    }
    finite = [number for group in shown.values() for number in group.values() if 0 < number < math.inf]
    low, high = math.log10(min(finite)) - 0.2, math.log10(max(finite))
    body, top = [], 34
    for scenario, group in shown.items():
        if not group:
            continue
        body.append(_text(8, top, TITLES[scenario], "h"))
        for name, number in group.items():
            top += BAR + 3
            share = 1.0 if number == math.inf else max(0.01, (math.log10(max(number, 10**low)) - low) / (high - low))
            width = (WIDTH - LEFT - RIGHT) * max(0.01, share)
            label = "never" if number == math.inf else f"{number:.3g} {unit}"
            body.append(_text(LEFT - 8, top + 2, name, anchor="end"))
            body.append(f'<rect x="{LEFT}" y="{top - 9}" width="{width:.0f}" height="{BAR}" fill="{COLOURS[name]}"/>')
            body.append(_text(LEFT + width + 6, top + 2, label))
        top += 30
    return _document(body, top, _text(8, 14, f"{title} (simulated, logarithmic)", "h"))


def _document(body: list[str], height: float, heading: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" font-family="system-ui, sans-serif" font-size="12">'
        "<style>.h{font-weight:600}</style>"
        f'<rect width="100%" height="100%" fill="white"/>{heading}{"".join(body)}</svg>\n'
    )


def _text(x: float, y: float, text: str, style: str = "", anchor: str = "start") -> str:
    styled = f' class="{style}"' if style else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{styled}>{escape(text)}</text>'


def _duration(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{seconds / 60:.0f} min"
