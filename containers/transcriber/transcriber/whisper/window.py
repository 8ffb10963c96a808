"""A window of speech: its features and how it is being decoded."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np

from transcriber.whisper.fallback import FIRST_ATTEMPT, Attempt, next_attempt
from transcriber.whisper.log_mel import FRAMES_PER_SECOND, FULL_WINDOW_FRAMES
from transcriber.whisper.quality_checks import Hypothesis, has_no_words
from transcriber.whisper.shard_state import ShardState
from transcriber.whisper.windowing import encoder_frames


@dataclass(eq=False)
class Window:
    """A stretch of speech of one shard. Times in seconds; `voiced` counts from the window's start."""

    shard_state: ShardState
    start: float  # in the file
    mel: np.ndarray  # (mels, frames): only what is there
    voiced: tuple[tuple[float, float], ...]
    attempt: Attempt = FIRST_ATTEMPT
    longer_window: bool = False  # it was decoded before on fewer frames, and not yet on these
    rejected: list[Hypothesis] = field(default_factory=list)
    encoder_output: np.ndarray | None = None  # the encoder's output, while temperatures are tried

    @property
    def seconds(self) -> float:
        return self.mel.shape[1] / FRAMES_PER_SECOND

    @property
    def frames(self) -> int:
        """Of the encoder: `mel` with silence behind it; may grow when the language becomes known."""
        min_frames = encoder_frames(self.mel.shape[1], self.shard_state.language, self.shard_state.shard.model)
        return max(self.attempt.frames, min_frames)

    @property
    def interactive(self) -> bool:
        return self.shard_state.shard.interactive

    @property
    def active(self) -> bool:
        return self.shard_state.active

    @property
    def temperature(self) -> float:
        requested = self.shard_state.shard.temperature
        return self.attempt.temperature if requested is None else requested

    @property
    def batch_key(self) -> Hashable:
        return self.attempt, self.temperature, len(self.shard_state.prompt_tokens)

    def next_attempt(self, hypothesis: Hypothesis) -> Attempt | None:
        """Another way to decode it, after `said`; None: there is none left."""
        current = Attempt(self.frames, self.attempt.temperature)
        return next_attempt(
            current, fixed_temperature=self.shard_state.shard.temperature is not None, no_words=has_no_words(hypothesis)
        )

    def retry(self, hypothesis: Hypothesis) -> None:
        """`said` is not to be believed: on to a longer window, or to the next temperature.

        What a short window said counts no more: a longer one has heard all of it better.
        """
        frames, attempt = self.frames, self.next_attempt(hypothesis)
        assert attempt is not None
        if frames == FULL_WINDOW_FRAMES:
            self.rejected.append(hypothesis)
        self.attempt = attempt
        self.longer_window = self.frames != frames
        if self.longer_window:
            self.encoder_output = None
