"""Table of the benchmark of speakers: a row for each condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.recordings.conversations import Turn
from bench.scores.speaker_scoring import SpeakerErrors, short_turns_right, speaker_errors

_COLLAR = 0.25  # seconds


@dataclass
class Row:
    """Sums over the recordings of a condition."""

    condition: str
    recordings: int = 0
    counted_right: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    with_collar: list[SpeakerErrors] = field(default_factory=list)
    without_collar: list[SpeakerErrors] = field(default_factory=list)
    short_turns: int = 0
    short_turns_right: int = 0
    words: int = 0
    words_wrong: int = 0

    def add(self, truth: Sequence[Turn], found: Sequence[Turn], seconds: float, cpu: float) -> None:
        """Add a recording.

        Args:
            truth: its turns in the reference.
            found: the turns that were found.
            seconds: its length.
            cpu: CPU seconds that it took to find them.
        """
        self.recordings += 1
        self.seconds += seconds
        self.cpu += cpu
        self.counted_right += len({t.speaker for t in found}) == len({t.speaker for t in truth})
        self.with_collar.append(speaker_errors(truth, found, _COLLAR))
        self.without_collar.append(speaker_errors(truth, found))
        right, short = short_turns_right(truth, found)
        self.short_turns_right += right
        self.short_turns += short

    def line(self) -> dict[str, str]:
        """Return the columns of the table."""
        speech = sum(e.speech for e in self.with_collar)
        return {
            "condition": self.condition,
            "minutes": f"{self.seconds / 60:.1f}",
            "counted right": f"{self.counted_right}/{self.recordings}",
            "wrong speaker %": f"{100 * sum(e.wrong for e in self.with_collar) / speech:.2f}",
            "worst %": f"{max(100 * e.wrong / e.speech for e in self.with_collar):.2f}",
            "missed %": f"{100 * sum(e.missed for e in self.with_collar) / speech:.1f}",
            "DER %": f"{_rate(self.with_collar):.1f}",
            "DER % no collar": f"{_rate(self.without_collar):.1f}",
            "short turns right": f"{self.short_turns_right}/{self.short_turns}" if self.short_turns else "",
            "words wrong": f"{self.words_wrong}/{self.words}" if self.words else "",
            "CPU s a minute": f"{self.cpu / self.seconds * 60:.2f}",
        }


def printed(row: Row) -> list[dict[str, str]]:
    """Print a row and return its line; none for a condition without recordings."""
    if not row.recordings:
        print(f"{row.condition}: too few voices in the corpus", flush=True)
        return []
    line = row.line()
    print("  ".join(f"{name} {value}" for name, value in line.items() if value), flush=True)
    return [line]


def _rate(errors: Sequence[SpeakerErrors]) -> float:
    return 100 * sum(e.missed + e.false_alarm + e.wrong for e in errors) / sum(e.speech for e in errors)
