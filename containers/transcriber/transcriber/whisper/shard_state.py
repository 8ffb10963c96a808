"""State of one shard in the engine: its windows, language, segments and future."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from earshot_contract.documents.shard_results import AudioInfo, Segment, ShardResult, ShardSpeakers, ShardWarning
from earshot_contract.documents.shards import Shard
from transcriber.whisper.languages.language_detection import VOTING_SECONDS
from transcriber.whisper.windows.profile import Profile
from transcriber.whisper.words.segment_borders import without_overlaps
from transcriber.whisper.words.sentence_edges import with_joined_sentences, with_sentence_edges


class TimedWindow(Protocol):
    """Members of a window that its shard's state uses; `Window`, which has a reference to its shard, is one."""

    @property
    def seconds(self) -> float:
        """Length of its audio."""
        ...


W = TypeVar("W", bound=TimedWindow)


class ShardFuture(Future[ShardResult]):
    """Future of a shard result whose `cancel` also ends a running shard: its windows are discarded."""

    on_cancel: Callable[[], None]
    on_progress: Callable[[], float]

    def seconds_done(self) -> float:
        """Return the seconds of the shard's audio that are done."""
        return self.on_progress()

    def cancel(self) -> bool:
        """Cancel the shard; returns False if it was running, but ends it, too."""
        cancelled = super().cancel()
        self.on_cancel()
        return cancelled


class ShardState(Generic[W]):
    """State of one shard; its windows are added and finished by several threads."""

    def __init__(
        self,
        shard: Shard,
        audio: Path,
        prompt_tokens: tuple[int, ...],
        language: str | None,
        profile: Profile,
        known_speakers: Path | None = None,
    ) -> None:
        """Create the state of a shard without windows; `language` None means that it is to be detected."""
        self.shard, self.audio, self.prompt_tokens, self.profile = shard, audio, prompt_tokens, profile
        self.known_speakers = known_speakers
        self.language, self.language_probability = language, 1.0
        self.detects_language = language is None
        self.future = ShardFuture()
        self.future.on_cancel = self._abandon
        self.future.on_progress = self._seconds_done
        self.audio_info: AudioInfo | None = None
        self.warnings: list[ShardWarning] = []  # about the audio
        # Languages that the speech sounds like, besides the requested or allowed ones.
        self.other_languages: set[str] = set()
        self.language_is_checked = False  # detection ran on one window, although the request names the language
        self.unknown_language: list[tuple[float, float]] = []  # speech that sounds like no language, as the next
        self.unwritten_speech: list[tuple[float, float]] = []  # (start, end) in seconds from the file's start
        self.segments: list[Segment] = []
        self.speakers: ShardSpeakers | None = None
        self.counts: Counter[str] = Counter()
        self.speech_seconds = self.decode_seconds = self.model_seconds = (
            0.0  # of speech; time spent on preparing and in the model
        )
        self.decoded_seconds = 0.0  # of the audio so far
        self.started_at = time.monotonic()
        self._pending: list[W] = []  # windows that wait for the language, besides the voting ones
        self._voters: list[W] | None = []  # None: they are queued
        self._open_windows, self._all_windows, self._all_added = 0, 0, False
        self._lock = threading.Lock()
        self.active = True

    def add_window(self, window: W) -> list[list[W]]:
        """Register a window.

        If the language is to be detected, the windows of the first `VOTING_SECONDS` form one group that votes, and
        all others wait for the result.

        Returns:
            Groups of windows ready for the batch queue (empty while the language is still being detected).
        """
        with self._lock:
            self._open_windows += 1
            self._all_windows += 1
            self.speech_seconds += window.seconds
            if self.language is not None:
                return [[window]]
            if self._voters is None:
                self._pending.append(window)
                return []
            self._voters.append(window)
            return self._vote() if sum(voter.seconds for voter in self._voters) >= VOTING_SECONDS else []

    def all_windows_added(self, audio_info: AudioInfo, warnings: list[ShardWarning]) -> tuple[list[list[W]], bool]:
        """Register that no more windows follow.

        Returns:
            The last groups ready for the batch queue, and whether the shard is done already (silence).
        """
        with self._lock:
            self._all_added, self.audio_info, self.warnings = True, audio_info, warnings
            groups = self._vote() if self._voters and self.language is None else []
            return groups, self._open_windows == 0

    def _vote(self) -> list[list[W]]:
        voters, self._voters = self._voters or [], None
        return [voters]

    def set_language(self, language: str, probability: float) -> list[list[W]]:
        """Set the detected language; return the groups of windows that waited for it."""
        with self._lock:
            self.language, self.language_probability = language, probability
            pending, self._pending = self._pending, []
            return [[window] for window in pending]

    @property
    def language_is_tentative(self) -> bool:
        """Whether the language was detected on the only window; its rest or a part of it says nothing of the whole."""
        return self._voters is None and self._all_windows == 1

    def continuation_added(self) -> None:
        """Register one more window, for speech that another window left out."""
        with self._lock:
            self._open_windows += 1
            self._all_windows += 1

    def add_model_seconds(self, seconds: float) -> None:
        """Count a window's share of a batch, also of one after which the window is decoded again."""
        with self._lock:
            self.model_seconds += seconds

    def window_done(self, segments: list[Segment], unwritten_speech: Sequence[tuple[float, float]] = ()) -> bool:
        """Register a finished window with its segments and the speech it has no words for; return True for the last."""
        with self._lock:
            self.segments.extend(segments)
            self.unwritten_speech.extend(unwritten_speech)
            self._open_windows -= 1
            return self._all_added and self._open_windows == 0

    def ordered_segments(self) -> list[Segment]:
        """Return the segments in order, with a capital and a full stop where the recording begins and ends."""
        shard = self.shard
        segments = without_overlaps(sorted(self.segments, key=lambda segment: (segment.start, segment.end)))
        if shard.prompt:  # a prompt sets the style, perhaps without punctuation
            return segments
        return with_sentence_edges(
            with_joined_sentences(segments),
            begins=0.0 if shard.first is None and not shard.start else None,
            ends=shard.start + self.decoded_seconds if shard.until is None and shard.end is None else None,
            keep=shard.hotwords or "",
        )

    def start(self) -> bool:
        """Mark the shard as running, before its windows enter a batch; return False if it was cancelled."""
        with self._lock:
            if self.active and not self.future.running():
                self.active = self.future.set_running_or_notify_cancel()
            return self.active

    def fail(self, error: BaseException) -> None:
        """End the shard with an error."""
        with self._lock:
            self.active = False
            if not self.future.done():
                self.future.set_exception(error)

    def _seconds_done(self) -> float:
        """Return the decoded seconds, less the share of them whose windows are not done."""
        with self._lock:
            share = 1 - self._open_windows / self._all_windows if self._all_windows else 1.0
            return self.decoded_seconds * share

    def _abandon(self) -> None:
        self.active = False
        if self.future.running():
            self.fail(CancelledError())
