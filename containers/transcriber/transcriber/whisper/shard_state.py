"""A shard on its way through the engine."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import TYPE_CHECKING

from earshot_contract.shards import AudioInfo, Segment, Shard, ShardResult
from transcriber.whisper.language_detection import VOTING_SECONDS

if TYPE_CHECKING:
    from transcriber.whisper.window import Window


class ShardFuture(Future[ShardResult]):
    """A future whose `cancel` also reaches a shard that runs: its windows are forgotten."""

    on_cancel: Callable[[], None]

    def cancel(self) -> bool:
        cancelled = super().cancel()
        self.on_cancel()
        return cancelled


class ShardState:
    """What is known of a shard so far. Its windows come and go on several threads."""

    def __init__(self, shard: Shard, audio: Path, prompt_tokens: tuple[int, ...], language: str | None) -> None:
        self.shard, self.audio, self.prompt_tokens = shard, audio, prompt_tokens
        self.language, self.language_probability = language, 1.0
        self.future = ShardFuture()
        self.future.on_cancel = self._abandon
        self.audio_info: AudioInfo | None = None
        self.segments: list[Segment] = []
        self.counts: Counter[str] = Counter()
        self.speech_seconds = self.decode_seconds = self.model_seconds = 0.0  # seconds: of speech; spent
        self.started_at = time.monotonic()
        self._pending: list[Window] = []  # until the language is known, beyond those that vote
        self._voters: list[Window] | None = []  # None: they have left
        self._open_windows, self._all_added = 0, False
        self._window_count = 0
        self._lock = threading.Lock()
        self.active = True

    def add_window(self, window: Window) -> list[list[Window]]:
        """Take a window on; answers the parcels that may go to the batcher now.

        Where the language is to be detected, the windows of the first seconds vote, so they go together and all
        others wait for their answer.
        """
        with self._lock:
            self._open_windows += 1
            self._window_count += 1
            self.speech_seconds += window.seconds
            if self.language is not None:
                return [[window]]
            if self._voters is None:
                self._pending.append(window)
                return []
            self._voters.append(window)
            return self._vote() if sum(voter.seconds for voter in self._voters) >= VOTING_SECONDS else []

    def all_windows_added(self, audio_info: AudioInfo) -> tuple[list[list[Window]], bool]:
        """All windows are added; answers the last parcels, and whether the shard is done already (silence)."""
        with self._lock:
            self._all_added, self.audio_info = True, audio_info
            groups = self._vote() if self._voters and self.language is None else []
            return groups, self._open_windows == 0

    def _vote(self) -> list[list[Window]]:
        voters, self._voters = self._voters or [], None
        return [voters]

    def set_language(self, language: str, probability: float) -> list[list[Window]]:
        """The voters' answer; answers the parcels that waited for it."""
        with self._lock:
            self.language, self.language_probability = language, probability
            pending, self._pending = self._pending, []
            return [[window] for window in pending]

    @property
    def language_is_tentative(self) -> bool:
        """Whether one short window alone said what the language is."""
        return self._voters is None and self._window_count == 1

    def continuation_added(self) -> None:
        """A window left something unsaid: one more is on its way."""
        with self._lock:
            self._open_windows += 1

    def window_done(self, segments: list[Segment], seconds: float) -> bool:
        """A window is done; True when it was the last."""
        with self._lock:
            self.segments.extend(segments)
            self.model_seconds += seconds
            self._open_windows -= 1
            return self._all_added and self._open_windows == 0

    def start(self) -> bool:
        """Before its windows enter a batch: from now on it runs. False when it was cancelled."""
        with self._lock:
            if self.active and not self.future.running():
                self.active = self.future.set_running_or_notify_cancel()
            return self.active

    def fail(self, error: BaseException) -> None:
        with self._lock:
            self.active = False
            if not self.future.done():
                self.future.set_exception(error)

    def _abandon(self) -> None:
        self.active = False
        if self.future.running():
            self.fail(CancelledError())
