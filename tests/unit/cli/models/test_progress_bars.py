"""Progress bars on a terminal."""

from __future__ import annotations

import io

from rich.console import Console

from earshot_cli.models.progress_bars import ProgressBars


def test_progress_bar_shows_states_in_order() -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=100)

    with ProgressBars(terminal) as bars:
        bar, other = bars.add("talk [live].mp3"), bars.add("noise.mp3")
        for step in (
            lambda: bar.start_sending(100),
            lambda: bar.add_sent(50),
            lambda: bar.show_job({"state": "queued"}),
            lambda: bar.show_job({"state": "processing", "progress": 0.5}),
        ):
            step()
            bars._progress.refresh()
        bar.end("done")
        other.end("failed")

    shown = terminal.file.getvalue()  # type: ignore[attr-defined]
    states = ("waiting", "sending", "queued", "processing", "done")
    assert [shown.index(state) for state in states] == sorted(shown.index(state) for state in states)
    assert "talk [live].mp3" in shown  # not parsed as markup
    assert "failed" in shown


def test_progress_bars_print_nothing_without_terminal() -> None:
    file = io.StringIO()

    with ProgressBars(Console(file=file)) as bars:
        bars.add("talk.mp3").end("done")

    assert file.getvalue() == ""
