"""A window of speech: its features and how it is being decoded."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np

from transcriber.whisper.decoding.fallback import FIRST_ATTEMPT, Attempt, next_attempt
from transcriber.whisper.decoding.quality_checks import Hypothesis, has_no_words
from transcriber.whisper.shard_state import ShardState
from transcriber.whisper.windows.log_mel import FRAMES_PER_SECOND, FRAMES_PER_STEP, FULL_WINDOW_FRAMES
from transcriber.whisper.windows.windowing import encoder_frames

_PART_MARGIN_SECONDS = 0.25  # at most half of the shortest pause beside the speech that was left out


@dataclass(eq=False)
class Window:
    """A window of speech of one shard.

    Attributes:
        shard_state: state of its shard.
        start: seconds from the file's start.
        mel: log-mel features of the audio, shape (mels, frames), without padding.
        voiced: (start, end) of the regions of speech, in seconds from the window's start.
        attempt: how the window is decoded next.
        longer_window: whether the next attempt has more frames than the last one.
        rejected: hypotheses of attempts on the full window.
        doubtful: another window's text left this speech out, so only a confident text counts.
        word_before: the word at whose end another window's speech was cut to make this one: it is heard again.
        own_language: language of its speech; None: the shard's.
        rival_language: what detection on this window alone says; the more probable of two hypotheses decides.
        runner_up_language: the next language of an unsure detection; a rival only where the text is doubtful, too.
        language_ranking: (language code, probability) of this window alone, most probable first.
        language_checked: whether the window's own language has been decided, its shard's or another.
        encoder_output: kept while several temperatures are tried, shape (frames / 2, width).
    """

    shard_state: ShardState[Window]
    start: float
    mel: np.ndarray
    voiced: tuple[tuple[float, float], ...]
    attempt: Attempt = FIRST_ATTEMPT
    longer_window: bool = False
    rejected: list[Hypothesis] = field(default_factory=list)
    doubtful: bool = False
    word_before: str = ""
    own_language: str | None = None
    rival_language: str | None = None
    runner_up_language: str | None = None
    language_ranking: Sequence[tuple[str, float]] = ()
    language_checked: bool = False
    encoder_output: np.ndarray | None = None

    @property
    def seconds(self) -> float:
        """Length of its audio."""
        return float(self.mel.shape[1]) / FRAMES_PER_SECOND

    @property
    def voiced_seconds(self) -> float:
        """Speech in it."""
        return sum(end - start for start, end in self.voiced)

    @property
    def language(self) -> str | None:
        """Language of its speech; None while the shard's is being detected."""
        return self.own_language or self.shard_state.language

    def part(self, start: float, end: float, *, doubtful: bool = False) -> Window:
        """Make a window of the audio from `start` to `end`, in seconds from this window's start, and a margin."""
        if doubtful:
            start, end = max(0.0, start - _PART_MARGIN_SECONDS), min(self.seconds, end + _PART_MARGIN_SECONDS)
        mel = self.mel[:, round(start * FRAMES_PER_SECOND) : round(end * FRAMES_PER_SECOND)]
        voiced = tuple((max(0.0, a - start), min(b, end) - start) for a, b in self.voiced if b > start and a < end)
        return Window(
            self.shard_state,
            self.start + start,
            mel,
            voiced,
            doubtful=doubtful,
            own_language=self.own_language,
        )

    def change_language(self, language: str, probability: float) -> None:
        """Change the language to that of the better text: the shard's, too, if no other window has a say in it.

        Args:
            language: code.
            probability: probability of that language, by detection on this window alone.
        """
        if self.shard_state.language_is_tentative:
            self.shard_state.set_language(language, probability)
        else:
            self.own_language = language
        self.runner_up_language = None
        self.rejected.clear()  # they are in the other language

    @property
    def frames(self) -> int:
        """Mel frames for the encoder: `mel` padded with silence; may grow when the language is detected."""
        state = self.shard_state
        min_frames = encoder_frames(self.mel.shape[1], self.language, state.shard.model, state.profile)
        return max(self.attempt.frames, min_frames)

    @property
    def interactive(self) -> bool:
        """True if a caller is waiting."""
        return self.shard_state.shard.interactive

    @property
    def active(self) -> bool:
        """False after its shard failed or was cancelled."""
        return self.shard_state.active

    @property
    def temperature(self) -> float:
        """The request's temperature, or the attempt's."""
        requested = self.shard_state.shard.temperature
        return self.attempt.temperature if requested is None else requested

    @property
    def timestamps(self) -> bool:
        """Whether the model writes timestamps: in each attempt after the first one, and where it continues a prompt.

        Without them a prompt moves it less: a keyterm was not written where it was said.
        """
        state = self.shard_state
        return state.profile.timestamps or bool(state.prompt_tokens) or self.attempt != FIRST_ATTEMPT

    @property
    def batch_key(self) -> Hashable:
        """Equal for windows that one model call can decode."""
        is_encoded = self.encoder_output is not None
        return is_encoded, self.temperature, len(self.shard_state.prompt_tokens), self.timestamps

    def next_attempt(self, hypothesis: Hypothesis) -> Attempt | None:
        """Return the attempt after `hypothesis` was rejected, or None if none is left."""
        if self.doubtful:
            return None
        if not self.timestamps:  # the same search with timestamps
            return Attempt(self.frames, 0.0)
        current = Attempt(self.frames, self.attempt.temperature)
        return next_attempt(
            current, fixed_temperature=self.shard_state.shard.temperature is not None, no_words=has_no_words(hypothesis)
        )

    def retry(self, hypothesis: Hypothesis, encoder_output: np.ndarray) -> None:
        """Reject `hypothesis` and move on to timestamps, a longer window or the next temperature.

        Only hypotheses of the full window are kept for the final choice: a longer window decodes better.

        Args:
            hypothesis: the rejected one.
            encoder_output: the encoder's output, shape (frames / 2, width); kept if the next attempt needs it.
        """
        frames, attempt = self.frames, self.next_attempt(hypothesis)
        assert attempt is not None
        if frames == FULL_WINDOW_FRAMES:
            self.rejected.append(hypothesis)
        self.attempt = attempt
        # A language that was changed to may need more frames than the window was encoded with.
        self.longer_window = self.frames != frames or self.frames > FRAMES_PER_STEP * len(encoder_output)
        self.encoder_output = None if self.longer_window else encoder_output
