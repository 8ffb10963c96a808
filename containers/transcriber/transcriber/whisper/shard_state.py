"""A shard on its way through the engine, and its windows."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from earshot_contract.shards import AudioInfo, Segment, Shard, ShardResult
from transcriber.whisper.fallback import FIRST, Rung, above
from transcriber.whisper.language_detection import VOTING
from transcriber.whisper.log_mel import FRAMES, FULL
from transcriber.whisper.quality_checks import Hypothesis, wordless
from transcriber.whisper.windowing import encoder_frames


class Promise(Future[ShardResult]):
    """A future whose `cancel` also reaches a shard that runs: its windows are forgotten."""

    unwanted: Callable[[], None]

    def cancel(self) -> bool:
        cancelled = super().cancel()
        self.unwanted()
        return cancelled


@dataclass(eq=False)
class Window:
    """A stretch of speech of one shard. Times in seconds; `voiced` counts from the window's start."""

    progress: Progress
    start: float  # in the file
    mel: np.ndarray  # (mels, frames): only what is there
    voiced: tuple[tuple[float, float], ...]
    rung: Rung = FIRST
    widened: bool = False  # it was decoded before on fewer frames, and not yet on these
    tried: list[Hypothesis] = field(default_factory=list)
    row: np.ndarray | None = None  # the encoder's output, while temperatures are tried

    @property
    def seconds(self) -> float:
        return self.mel.shape[1] / FRAMES

    @property
    def frames(self) -> int:
        """Of the encoder: `mel` with silence behind it; may grow when the language becomes known."""
        shortest = encoder_frames(self.mel.shape[1], self.progress.language, self.progress.shard.model)
        return max(self.rung.frames, shortest)

    @property
    def interactive(self) -> bool:
        return self.progress.shard.interactive

    @property
    def wanted(self) -> bool:
        return self.progress.wanted

    @property
    def temperature(self) -> float:
        asked = self.progress.shard.temperature
        return self.rung.temperature if asked is None else asked

    @property
    def kind(self) -> Hashable:
        return self.rung, self.temperature, len(self.progress.before)

    def above(self, said: Hypothesis) -> Rung | None:
        """Another way to decode it, after `said`; None: there is none left."""
        here = Rung(self.frames, self.rung.temperature)
        return above(here, fixed=self.progress.shard.temperature is not None, wordless=wordless(said))

    def climb(self, said: Hypothesis) -> None:
        """`said` is not to be believed: on to a longer window, or to the next temperature.

        What a short window said counts no more: a longer one has heard all of it better.
        """
        frames, rung = self.frames, self.above(said)
        assert rung is not None
        if frames == FULL:
            self.tried.append(said)
        self.rung = rung
        self.widened = self.frames != frames
        if self.widened:
            self.row = None


class Progress:
    """What is known of a shard so far. Its windows come and go on several threads."""

    def __init__(self, shard: Shard, audio: Path, before: tuple[int, ...], language: str | None) -> None:
        self.shard, self.audio, self.before = shard, audio, before
        self.language, self.probability = language, 1.0
        self.promise = Promise()
        self.promise.unwanted = self._forget
        self.facts: AudioInfo | None = None
        self.segments: list[Segment] = []
        self.counts: Counter[str] = Counter()
        self.speech = self.decoding = self.modelling = 0.0  # seconds: of speech; spent
        self.began = time.monotonic()
        self._held: list[Window] = []  # until the language is known, beyond those that vote
        self._voters: list[Window] | None = []  # None: they have left
        self._open, self._prepared = 0, False
        self._windows = 0
        self._lock = threading.Lock()
        self.wanted = True

    def add(self, window: Window) -> list[list[Window]]:
        """Take a window on; answers the parcels that may go to the batcher now.

        Where the language is to be detected, the windows of the first seconds vote, so they go together and all
        others wait for their answer.
        """
        with self._lock:
            self._open += 1
            self._windows += 1
            self.speech += window.seconds
            if self.language is not None:
                return [[window]]
            if self._voters is None:
                self._held.append(window)
                return []
            self._voters.append(window)
            return self._vote() if sum(voter.seconds for voter in self._voters) >= VOTING else []

    def prepared(self, facts: AudioInfo) -> tuple[list[list[Window]], bool]:
        """All windows are added; answers the last parcels, and whether the shard is done already (silence)."""
        with self._lock:
            self._prepared, self.facts = True, facts
            parcels = self._vote() if self._voters and self.language is None else []
            return parcels, self._open == 0

    def _vote(self) -> list[list[Window]]:
        voters, self._voters = self._voters or [], None
        return [voters]

    def decided(self, language: str, probability: float) -> list[list[Window]]:
        """The voters' answer; answers the parcels that waited for it."""
        with self._lock:
            self.language, self.probability = language, probability
            held, self._held = self._held, []
            return [[window] for window in held]

    @property
    def undecided(self) -> bool:
        """Whether one short window alone said what the language is."""
        return self._voters is None and self._windows == 1

    def grown(self) -> None:
        """A window left something unsaid: one more is on its way."""
        with self._lock:
            self._open += 1

    def closed(self, segments: list[Segment], seconds: float) -> bool:
        """A window is done; True when it was the last."""
        with self._lock:
            self.segments.extend(segments)
            self.modelling += seconds
            self._open -= 1
            return self._prepared and self._open == 0

    def start(self) -> bool:
        """Before its windows enter a batch: from now on it runs. False when it was cancelled."""
        with self._lock:
            if self.wanted and not self.promise.running():
                self.wanted = self.promise.set_running_or_notify_cancel()
            return self.wanted

    def fail(self, error: BaseException) -> None:
        with self._lock:
            self.wanted = False
            if not self.promise.done():
                self.promise.set_exception(error)

    def _forget(self) -> None:
        self.wanted = False
        if self.promise.running():
            self.fail(CancelledError())
