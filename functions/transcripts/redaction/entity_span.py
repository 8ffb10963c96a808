"""Entity span: words that are an entity, and the tag that replaces them."""

from __future__ import annotations

from dataclasses import dataclass

from functions.options.redacted_entities import Entity

MIN_DIGITS = 3  # of a number that `numbers` redacts; Deepgram's rule


@dataclass(frozen=True)
class EntitySpan:
    """Words from `first` to `last` (indices, inclusive) that are an entity."""

    entity: Entity
    first: int
    last: int


def tag(entity: Entity, number: int) -> str:
    """Return the tag of the n-th entity of its kind, counted from 1: `[CREDIT_CARD_1]`."""
    return f"[{entity.upper()}_{number}]"
