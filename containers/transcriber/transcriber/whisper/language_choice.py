"""Which language a shard is in, between what was asked for and what the model can."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from earshot_contract.shards import ModelInfo, Shard, ShardError
from transcriber.engine_protocol import ShardFailed

ENGLISH = "en"


def known_language(shard: Shard, model: ModelInfo) -> str | None:
    """The language that needs no detecting; None where it does."""
    return ENGLISH if not model.multilingual else shard.language


def check_supported(shard: Shard, model: ModelInfo, supports_language: Callable[[str], bool]) -> None:
    """Refuse what the model does not speak before any work is done; `knows` is asked of a multilingual one only.

    Raises `ShardFailed`. Of a restricted list, one language the model speaks is enough.
    """
    requested = [shard.language] if shard.language else shard.languages
    if not requested or any(code == ENGLISH or (model.multilingual and supports_language(code)) for code in requested):
        return
    limitation = "does not know that language" if model.multilingual else "speaks English only"
    raise ShardFailed(
        ShardError.UNKNOWN_MODEL, f"The model {model.name!r} {limitation}: {', '.join(requested)} was asked for."
    )


def choose(ranking: Sequence[tuple[str, float]], allowed: Sequence[str]) -> tuple[str, float]:
    """The likeliest of `allowed` (of all, when that is empty); `ranking` is the model's, likeliest first."""
    return next(((code, p) for code, p in ranking if not allowed or code in allowed), ranking[0])
