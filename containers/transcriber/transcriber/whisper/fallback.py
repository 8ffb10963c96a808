"""The ladder: ways to decode a window, each more careful and dearer than the one before."""

from __future__ import annotations

from dataclasses import dataclass

from transcriber.whisper.log_mel import FULL


@dataclass(frozen=True)
class Rung:
    """`frames` for the encoder, at least; `temperature` to sample at, 0 to search."""

    frames: int
    temperature: float


FIRST = Rung(0, 0.0)
# Half of Whisper's own window cures nearly all that the short one gets wrong, for a quarter of the full one's
# time; for windows that are hardly shorter it would be no news. Of Whisper's own six temperatures three are left:
# what 0.2 cures, 0.4 does too, and on what is no speech every rung is for nothing.
_LOOPING = (Rung(1500, 0.0), Rung(FULL, 0.0), Rung(FULL, 0.4), Rung(FULL, 0.8))
# Where two searches found no word, a third on a longer window finds none either, but sampling may.
_WORDLESS = (Rung(1500, 0.0), Rung(1500, 0.4), Rung(FULL, 0.4), Rung(FULL, 0.8))
_WIDER = 1.25  # times as many frames: less, short of the full window, is not worth a rung


def above(rung: Rung, *, fixed: bool, wordless: bool) -> Rung | None:
    """The rung after `rung`, with the frames that the window had there; None at the top.

    `fixed`: the temperature is given, only longer windows are left to try. `wordless`: only signs were found.
    """
    for other in _WORDLESS if wordless and not fixed else _LOOPING:
        longer = other.frames >= rung.frames * _WIDER or rung.frames < FULL == other.frames
        warmer = other.temperature > rung.temperature and other.frames >= rung.frames
        if (longer or warmer) and not (fixed and other.temperature):
            return other
    return None
