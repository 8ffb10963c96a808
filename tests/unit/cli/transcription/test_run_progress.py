"""The display of a run: its lines, which never are more or longer than the terminal has room for."""

from __future__ import annotations

import itertools

import pytest
from rich.cells import cell_len

from earshot_cli.transcription.run_progress import RunProgress, lines, shorten
from tests.fixtures.rows import each_row


def run_of(running: int, waiting: int = 0, ended: int = 0, failed: int = 0) -> RunProgress:
    """A run after 100 seconds: sources of 1000 bytes, those that run at 50 %, with an hour of audio each."""
    clock = itertools.chain([0.0], itertools.repeat(100.0))
    run = RunProgress(running + waiting + ended + failed, clock=lambda: next(clock))
    for number in range(running + ended + failed):
        source = run.add(f"recording {number:03} 録音の長い名前 of the archive.flac", 1000)
        source.show_job({"state": "processing", "progress": 0.5, "duration": 3600.0, "estimated_seconds_left": 75.0})
        if number >= running:
            run.end(source, failed=number >= running + ended)
    for _ in range(waiting):
        run.add("waiting.flac", 1000)
    return run


@each_row("height", [1, 2, 3, 5, 12, 24])
@each_row("width", [10, 25, 40, 60, 80, 200])
def test_display_fits_the_terminal_whatever_its_size(width: int, height: int) -> None:
    shown = lines(run_of(16, waiting=20, ended=9, failed=2), width, height)

    assert 1 <= len(shown) <= max(1, height - 1)
    assert all(cell_len(line.plain) < width for line in shown)
    assert shown[-1].plain.startswith("11 of 47"[: width - 1])


def test_display_names_the_running_ones_and_counts_the_rest() -> None:
    shown = [line.plain for line in lines(run_of(16, waiting=20, ended=9, failed=2), 100, 8)]

    assert [line.startswith("recording 0") for line in shown] == [True] * 5 + [False] * 2
    assert "transcribing  50% ━━━━━━━━━━━━━━━━━━━━  1:15 left" in shown[0]
    assert shown[5] == "… and 11 more"
    # 11 of 47 ended (two failed at a half), 16 at a half: (11 + 8) of 47; 16 and 2 halves and 9 hours of audio.
    assert shown[6] == "11 of 47 · 40% · 2 failed · 2:27 left · 18.0 h of audio · 648× real time"


def test_narrow_display_keeps_what_matters_most() -> None:
    assert lines(run_of(3, ended=9, failed=2), 30, 24)[-1].plain == "11 of 14 · 89% · 2 failed"
    assert lines(run_of(3, ended=9), 60, 24)[0].plain.endswith("transcribing  50%")


def test_busy_deployment_and_its_next_try_are_shown() -> None:
    now = [100.0]
    run = RunProgress(3, clock=lambda: now[0])
    for name, seconds in (("a.mp3", 30.0), ("b.mp3", 12.0)):
        source = run.add(name)
        source.state = "sending"
        source.show_busy(seconds)
    run.add("c.mp3").show_job({"state": "processing", "progress": 0.5})
    now[0] += 2

    shown = [line.plain for line in lines(run, 80, 24)]

    assert [line.split()[:2] for line in shown[:3]] == [["c.mp3", "transcribing"], ["a.mp3", "busy"], ["b.mp3", "busy"]]
    assert shown[3] == "The service is busy, trying again in 10 s"
    for source in run.sources[:2]:
        source.show_busy(0.0)
    assert not [line for line in lines(run, 80, 24) if "busy" in line.plain]


def test_one_source_has_no_line_of_the_whole() -> None:
    assert len(lines(run_of(1), 80, 24)) == 1


def test_time_left_is_not_shown_too_early() -> None:
    run = RunProgress(2, clock=lambda: 0.0)
    run.add("a.mp3", 10).show_job({"state": "processing", "progress": 0.9})

    assert run.seconds_left is None


def test_time_left_falls_while_nothing_new_is_known() -> None:
    now = [0.0]
    run = RunProgress(1, clock=lambda: now[0])
    source = run.add("a.mp3", 10)
    left = []
    for now[0], share in ((10.0, 0.25), (20.0, 0.25), (30.0, 0.25), (40.0, 0.5), (90.0, 0.5)):
        source.show_job({"state": "processing", "progress": share})
        left.append(run.seconds_left)

    assert left == [30.0, 20.0, 10.0, 40.0, None]


@pytest.mark.parametrize(("share", "shown"), [(0.95, "almost done"), (1.0, "almost done"), (0.5, None)])
def test_estimate_that_is_used_up_leaves_no_gap(share: float, shown: str | None) -> None:
    now = [0.0]
    run = RunProgress(2, clock=lambda: now[0])
    sources = [run.add("a.mp3", 10), run.add("b.mp3", 10)]
    for now[0] in (60.0, 160.0):
        for source in sources:
            source.show_job({"state": "processing", "progress": share})
        found = [line.plain for line in lines(run, 80, 24)]

    assert [bool(shown) and shown in line for line in found] == [bool(shown)] * 3
    assert not [line for line in found if " left" in line]


def test_sent_bytes_are_the_share_while_a_file_is_sent() -> None:
    run = RunProgress(1)
    source = run.add("a.mp3", 200)
    source.state = "sending"
    source.add_sent(50)

    assert "sending       25%" in lines(run, 80, 24)[0].plain


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("a.mp3", 5, "a.mp3"),
        ("interview-11.flac", 14, "interv…11.flac"),
        ("interview 62 with the person who speaks.wav", 24, "interview 62 wit…aks.wav"),
        ("2026-11-28 recording of a conference, part 12.mp3", 20, "2026-11-28 r… 12.mp3"),
        ("録音録音.mp3", 8, "録….mp3"),
        ("ab", 1, "a"),
    ],
)
def test_long_name_keeps_what_names_differ_in(text: str, width: int, expected: str) -> None:
    assert shorten(text, width) == expected


def test_speed_below_real_time_is_not_called_zero() -> None:
    run = run_of(0)
    run.total, run.started = 2, -1000.0
    run.add("slow.flac").show_job({"state": "processing", "progress": 0.5, "duration": 60.0})

    assert lines(run, 100, 8)[-1].plain.endswith("30 s of audio")


@pytest.mark.parametrize("name", ["two\nlines.flac", "tab\there.flac", "carriage\rreturn.flac"])
def test_name_with_a_line_feed_has_one_line(name: str) -> None:
    run = RunProgress(2)
    run.add(name).state = "transcribing"
    run.add("other.flac").state = "transcribing"

    assert all(not set("\n\t\r") & set(line.plain) for line in lines(run, 80, 24))
