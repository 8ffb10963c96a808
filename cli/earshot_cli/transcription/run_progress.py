"""Progress of a run over many sources: what is known of each and of the whole, and the lines that show it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from earshot_cli.console import one_line
from earshot_cli.times import duration, rough_duration
from earshot_contract.time_left import seconds_left

BAR_WIDTH = 20
_STATE_WIDTH = 13  # of "transcribing"
_MIN_NAME_WIDTH, _MAX_NAME_WIDTH = 12, 44
_ENDING_WIDTH = 7  # of " 12.mp3": a number and what follows it
_FIRST_ESTIMATE_SECONDS, _FIRST_ESTIMATE_SHARE = 5.0, 0.03  # before this an estimate of the time left is useless
_ALMOST_SHARE = 0.9  # from here on a job or run whose estimated time has passed is "almost done"
_WORDS = {"processing": "transcribing", "completed": "fetching"}  # the states of the API that have a plainer name here
_STYLES = {"sending": "blue", "queued": "yellow", "transcribing": "cyan"}


@dataclass
class SourceProgress:
    """Progress of one source that is being sent or transcribed."""

    name: str
    size: int | None = None  # bytes; None: not known, as for a URL
    state: str = "waiting"
    sent: int = 0  # bytes
    share: float | None = None  # of its job, 0 to 1; None: not known yet
    seconds: float | None = None  # of audio; None: not known yet
    left: float | None = None  # seconds until its job has ended, as the deployment estimates
    busy_until: float = 0.0  # time of `clock`, in seconds, when a busy deployment is tried again; 0: it is not busy
    ended: bool = False
    clock: Callable[[], float] = time.monotonic

    def show_busy(self, seconds: float) -> None:
        """Note that the deployment is busy, with the seconds until the next attempt; 0: it is no longer busy."""
        self.busy_until = self.clock() + seconds if seconds else 0.0

    @property
    def busy_seconds(self) -> float | None:
        """Seconds until a busy deployment is tried again; None: it is not busy."""
        return max(0.0, self.busy_until - self.clock()) if self.busy_until else None

    def add_sent(self, count: int) -> None:
        """Note that `count` more bytes are sent."""
        self.sent += count

    def show_job(self, job: dict[str, Any]) -> None:
        """Note a job as `GET /v1/requests/{id}` returns it."""
        self.state = _WORDS.get(job["state"], job["state"])
        self.share = job.get("progress")
        self.seconds = job.get("duration", self.seconds)
        self.left = job.get("estimated_seconds_left")

    @property
    def shown_share(self) -> float | None:
        """Share that its line shows: of the bytes while it is sent, then of the job."""
        if self.state == "sending":
            return min(self.sent / self.size, 1.0) if self.size else None
        return self.share if self.state == "transcribing" else None


@dataclass
class RunProgress:
    """All sources of a run. `clock` is in seconds."""

    total: int
    clock: Callable[[], float] = time.monotonic
    sources: list[SourceProgress] = field(default_factory=list)
    failed: int = 0
    skipped: int = 0  # sources that have their files already; not in `total`

    def __post_init__(self) -> None:
        self.started = self.clock()
        self._seen = (0.0, 0.0)  # the last share, and `elapsed` when it changed

    def add(self, name: str, size: int | None = None) -> SourceProgress:
        """Add a source, which waits."""
        self.sources.append(SourceProgress(one_line(name), size, clock=self.clock))
        return self.sources[-1]

    def end(self, source: SourceProgress, *, failed: bool) -> None:
        """Note that a source has ended."""
        source.ended, source.state = True, "failed" if failed else "completed"
        source.share = source.share if failed else 1.0
        self.failed += failed

    @property
    def ended(self) -> int:
        """Number of sources that have ended."""
        return sum(source.ended for source in self.sources)

    @property
    def running(self) -> list[SourceProgress]:
        """Sources that are being sent or transcribed; those that wait for a worker are the last."""
        found = [source for source in self.sources if not source.ended and source.state != "waiting"]
        return sorted(found, key=lambda source: (source.busy_seconds is not None, source.state == "queued"))

    @property
    def busy_seconds(self) -> float | None:
        """Seconds until a busy deployment is tried again by the first of those that wait; None: it is not busy."""
        waits = [source.busy_seconds for source in self.running if source.busy_seconds is not None]
        return min(waits, default=None)

    @property
    def share(self) -> float:
        """Share of the run that is done, 0 to 1: sources count by their bytes; one of unknown size as the mean."""
        sizes = [source.size for source in self.sources if source.size]
        mean = sum(sizes) / len(sizes) if sizes else 1.0
        weights = [source.size or mean for source in self.sources]
        done = (1.0 if source.ended else source.share or 0.0 for source in self.sources)
        return sum(w * d for w, d in zip(weights, done, strict=True)) / sum(weights) if weights else 0.0

    @property
    def audio_seconds(self) -> float:
        """Seconds of audio that are transcribed."""
        return sum((source.seconds or 0.0) * (source.share or 0.0) for source in self.sources)

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self.clock() - self.started

    @property
    def speed(self) -> float:
        """Seconds of audio that are transcribed in a second; 0 in the first second, which is too short to measure."""
        return self.audio_seconds / self.elapsed if self.elapsed > 1 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds that the rest takes at the speed so far; None: not known yet."""
        share, elapsed = self.share, self.elapsed
        if share != self._seen[0]:
            self._seen = (share, elapsed)
        if elapsed < _FIRST_ESTIMATE_SECONDS or share < _FIRST_ESTIMATE_SHARE:
            return None
        return seconds_left(share, self._seen[1], elapsed - self._seen[1])


def lines(run: RunProgress, width: int, height: int) -> list[Text]:
    """Return the lines that show a run: the sources that run, a busy deployment, the whole; never more than fit.

    Args:
        run: the run.
        width: columns of the terminal; no line is as wide, since some terminals wrap a full one.
        height: rows of the terminal; one is left for the cursor.
    """
    room = max(1, height - 1)
    whole = [] if run.total == 1 else [_whole(run, width - 1)]
    if (busy := run.busy_seconds) is not None and room > len(whole):
        text = f"The service is busy, trying again in {duration(busy)}"
        whole.insert(0, Text(_fit(text, width - 1), style="yellow"))
    rows = room - len(whole)
    running = run.running
    more = len(running) - rows
    shown: Sequence[SourceProgress] = running if more <= 0 else running[: max(0, rows - 1)]
    found = [_row(source, width - 1) for source in shown]
    if more > 0 and rows > 0:
        found.append(Text(_fit(f"… and {len(running) - len(shown)} more", width - 1), style="dim"))
    return found + whole


def _row(source: SourceProgress, width: int) -> Text:
    """Build the line of one source: name, state, percent, and where there is room a bar and the time left."""
    percent = "" if source.shown_share is None else f"{source.shown_share:4.0%}"
    busy = source.busy_seconds is not None
    left = _left(source.left, source.share) if source.state == "transcribing" else ""
    word, style = ("busy", "yellow") if busy else (source.state, _STYLES.get(source.state, ""))
    bar_width = BAR_WIDTH + 1 if width >= _MIN_NAME_WIDTH + _STATE_WIDTH + 6 + BAR_WIDTH + 16 else 0
    name_width = min(_MAX_NAME_WIDTH, max(1, width - _STATE_WIDTH - 6 - bar_width - (15 if bar_width else 0)))
    row = Text(set_cell_size(shorten(source.name, name_width), name_width))
    row.append(f" {word:<{_STATE_WIDTH}}", style=style)
    row.append(f"{percent:>4}")
    if bar_width:
        row.append(" ").append(_bar(source.shown_share))
        row.append(f"  {left}" if left else "", style="dim")
    row.truncate(width)
    row.rstrip()
    return row


def _bar(share: float | None) -> Text:
    done = round((share or 0.0) * BAR_WIDTH)
    return Text("━" * done, style="cyan").append("━" * (BAR_WIDTH - done), style="bright_black")


def _whole(run: RunProgress, width: int) -> Text:
    """Build the line of the whole run; where it is too narrow the less important parts are left out."""
    left = _left(run.seconds_left, run.share)
    parts = [f"{run.ended} of {run.total}", f"{run.share:.0%}"]  # the most important first
    parts += [f"{run.failed} failed"] if run.failed else []
    parts += [left] if left else []
    parts += [f"{rough_duration(run.audio_seconds)} of audio"] if run.audio_seconds else []
    parts += [f"{run.speed:.0f}× real time"] if run.speed >= 1 else []
    text = parts[0]
    for part in parts[1:]:
        if cell_len(f"{text} · {part}") <= width:
            text = f"{text} · {part}"
    return Text(_fit(text, width), style="bold")


def _left(seconds: float | None, share: float | None) -> str:
    """Describe the time left; if the estimated time has passed before the end, say that it is almost done."""
    if seconds:
        return f"{duration(seconds)} left"
    return "almost done" if share is not None and share >= _ALMOST_SHARE else ""


def shorten(text: str, width: int) -> str:
    """Return a text of at most `width` columns; a longer one loses a part behind its middle.

    Names of one folder differ near the beginning ("interview 12 with …") or before the ending ("… part 12.mp3").
    """
    if cell_len(text) <= width:
        return text
    if width < 4:
        return set_cell_size(text, max(0, width))
    room = width - 1
    tail_width = max(room // 3, min(_ENDING_WIDTH, (room + 1) // 2))
    tail = text
    while cell_len(tail) > tail_width:
        tail = tail[1:]
    return set_cell_size(text, room - cell_len(tail)).rstrip() + "…" + tail


def _fit(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, max(1, width))
