"""Engine profile: accuracy or speed. A value of the option `profile`, of a shard, and of a deployment's setting."""

from __future__ import annotations

from enum import StrEnum


class EngineProfile(StrEnum):
    """Effort of an engine on a shard. An engine with only one way of working ignores it."""

    ACCURATE = "accurate"  # the fewest words and punctuation marks wrong
    FAST = "fast"  # the least time, at a cost in words and punctuation
