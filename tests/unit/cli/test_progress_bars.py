"""The bars, as a terminal shows them."""

from __future__ import annotations

import io

from rich.console import Console

from earshot_cli.progress_bars import Bars


def test_a_bar_follows_its_source_from_waiting_to_done() -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, width=100)

    with Bars(screen) as bars:
        bar, other = bars.add("talk [live].mp3"), bars.add("noise.mp3")
        for step in (
            lambda: bar.sending(100),
            lambda: bar.sent(50),
            lambda: bar.job({"state": "queued"}),
            lambda: bar.job({"state": "processing", "progress": 0.5}),
        ):
            step()
            bars._progress.refresh()
        bar.end("done")
        other.end("failed")

    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    states = ("waiting", "sending", "queued", "processing", "done")
    assert [shown.index(state) for state in states] == sorted(shown.index(state) for state in states)
    assert "talk [live].mp3" in shown  # not taken for markup
    assert "failed" in shown


def test_nothing_where_nobody_looks() -> None:
    file = io.StringIO()

    with Bars(Console(file=file)) as bars:
        bars.add("talk.mp3").end("done")

    assert file.getvalue() == ""
