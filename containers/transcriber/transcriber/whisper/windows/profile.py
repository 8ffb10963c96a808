"""Profiles: how much context a window and the encoder get. More context reads better and takes longer."""

from __future__ import annotations

from dataclasses import dataclass

from earshot_contract.documents.engine_profile import EngineProfile


@dataclass(frozen=True)
class Profile:
    """Lengths of windows and of the encoder's input; docs/explanation/accuracy.md says what each one buys.

    Attributes:
        max_window_seconds: audio in a window, margins included.
        margin_seconds: audio kept before and after the speech of a window.
        max_inner_pause_seconds: a longer pause ends the window.
        short_window_seconds: a shorter window goes on over pauses of up to `max_short_window_pause_seconds`.
        max_short_window_pause_seconds: see above.
        whole_windows: the encoder gets 30 s, or 20 s where that was measured to read as well; otherwise as little as
            the speech needs.
        timestamps: the first search writes timestamps; on a short window they alone reveal repetition.
        checks_language: the language of a shard's first window is detected though it was requested: a warning for 2 %
            of a clip's time here, 5 % with short windows. Where it is detected, the stretches of speech in a window
            that is surely in one language are asked, too.
    """

    max_window_seconds: float
    margin_seconds: float
    max_inner_pause_seconds: float
    short_window_seconds: float
    max_short_window_pause_seconds: float
    whole_windows: bool
    timestamps: bool
    checks_language: bool


PROFILES = {
    # Whisper sees what it was trained on: true audio around the speech, and a whole window.
    EngineProfile.ACCURATE: Profile(
        28.0, 0.3, 1.5, 10.0, 3.0, whole_windows=True, timestamps=False, checks_language=True
    ),
    EngineProfile.FAST: Profile(28.0, 0.3, 1.5, 0.0, 1.5, whole_windows=False, timestamps=True, checks_language=False),
}
