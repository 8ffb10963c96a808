"""The ladder: ways to decode a window, each more careful and dearer than the one before."""

from __future__ import annotations

from dataclasses import dataclass

from transcriber.whisper.features import FULL


@dataclass(frozen=True)
class Rung:
    """`frames` for the encoder, at least; `temperature` to sample at, 0 to search."""

    frames: int
    temperature: float


# Half of Whisper's own window cures nearly all that the short one gets wrong, for a quarter of the full one's
# time; for windows that are hardly shorter it would be no news. Of Whisper's own six temperatures three are left:
# what 0.2 cures, 0.4 does too, and on what is no speech every rung is for nothing.
LADDER = (Rung(0, 0.0), Rung(1500, 0.0), Rung(FULL, 0.0), Rung(FULL, 0.4), Rung(FULL, 0.8))
_WIDER = 1.25  # times as many frames: less, short of the full window, is not worth a rung


def above(rung: int, frames: int, fixed: bool) -> int | None:
    """The rung after `rung` for a window that had `frames` there; None at the top.

    `fixed`: the temperature is given, only longer windows are left to try.
    """
    for place, other in enumerate(LADDER[rung + 1 :], rung + 1):
        longer = other.frames >= frames * _WIDER or frames < FULL == other.frames
        if longer or (other.temperature > LADDER[rung].temperature and not fixed):
            return place
    return None
