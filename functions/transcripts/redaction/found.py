"""Found: words that are an entity, and the tag that takes their place."""

from __future__ import annotations

from dataclasses import dataclass

from functions.options.redacted_entities import Entity

MIN_DIGITS = 3  # of a number that `numbers` redacts; Deepgram's rule


@dataclass(frozen=True)
class Found:
    """Words from `first` to `last` (indices, inclusive) that are an entity."""

    entity: Entity
    first: int
    last: int


def tag(entity: Entity, number: int) -> str:
    """Return what stands in the text in place of the n-th entity of its kind, counted from 1: `[CREDIT_CARD_1]`."""
    return f"[{entity.upper()}_{number}]"
