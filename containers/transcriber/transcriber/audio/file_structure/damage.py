"""Damage: bytes of a recording that are no sound, by its own blocks; what a decoder reads in their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Replacement:
    """Bytes `start` to `end` of a file, in whose place `content` is read."""

    start: int
    end: int
    content: bytes = b""


@dataclass(frozen=True)
class Loss:
    """Sound that is missing.

    Attributes:
        start: where, in seconds from the start of the recording.
        seconds: for how long, if that is known: then silence stands for it, and later times are right.
    """

    start: float
    seconds: float | None = None


@dataclass(frozen=True)
class Damage:
    """Damage of one recording, in its order.

    Attributes:
        replacements: bytes that a decoder would take for sound, or at which it would end.
        losses: what the caller is warned of. What the packets' own times show is none of them.
        has_silence: silence stands for all that is missing, so that zeros in the file move no time.
    """

    replacements: tuple[Replacement, ...] = ()
    losses: tuple[Loss, ...] = ()
    has_silence: bool = False


NO_DAMAGE = Damage()


class Followed(NamedTuple):
    """Where the frames or blocks of a recording end, and the damage between them."""

    end: int
    damage: Damage
