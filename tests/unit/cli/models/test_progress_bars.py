"""Progress bars on a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from earshot_cli.models.progress_bars import ProgressBars


def test_progress_bar_shows_states_in_order() -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=100)

    with ProgressBars(terminal) as bars:
        bar, other = bars.add("talk [live].mp3"), bars.add("noise.mp3")
        for step in (
            lambda: bar.start_sending(100),
            lambda: bar.add_sent(50),
        ):
            step()
            bars._progress.refresh()
        bar.end("done")
        other.end("failed")

    shown = terminal.file.getvalue()  # type: ignore[attr-defined]
    states = ("waiting", "sending", "done")
    assert [shown.index(state) for state in states] == sorted(shown.index(state) for state in states)
    assert "talk [live].mp3" in shown  # not parsed as markup
    assert "failed" in shown


def test_progress_bars_print_nothing_without_terminal() -> None:
    file = io.StringIO()

    with ProgressBars(Console(file=file)) as bars:
        bars.add("talk.mp3").end("done")

    assert file.getvalue() == ""


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_bar_and_state_have_room_after_a_long_name(columns: int) -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=columns, color_system=None)

    with ProgressBars(terminal) as bars:
        bars.add("the weights of a model with a very long name of its own.bin").end("failed")

    last = terminal.file.getvalue().rpartition("the weig")[2].splitlines()[0]  # type: ignore[attr-defined]
    assert "━" * 10 in last
    assert "failed" in last
    assert ":" in last  # the time
