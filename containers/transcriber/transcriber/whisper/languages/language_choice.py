"""The language of a shard, between the request's options and the languages of the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from earshot_contract.documents.shard_results import ModelInfo
from earshot_contract.documents.shards import Shard, ShardError
from transcriber.engine_protocol import ShardFailed

ENGLISH = "en"
# Languages, or ways of writing one, that are close enough to be taken for each other.
_CLOSE = (
    {"da", "nn", "no"},
    {"bs", "hr", "sr"},
    {"id", "jw", "ms"},
    {"es", "gl"},
    {"gl", "pt"},
    {"cs", "sk"},
    {"be", "ru", "uk"},
    {"hi", "ur"},
    {"yue", "zh"},
    {"af", "nl"},
)
# A runner-up that is less probable was never the right language.
_MIN_RUNNER_UP_PROBABILITY = 0.1


def known_language(shard: Shard, model: ModelInfo) -> str | None:
    """Return the language if it is known without detection, else None."""
    return ENGLISH if not model.multilingual else shard.language


def check_supported(shard: Shard, model: ModelInfo, supports_language: Callable[[str], bool]) -> None:
    """Check that the model supports the requested language, or one of the allowed ones, before any work is done.

    Args:
        shard: the shard with `language` or `languages`.
        model: its model.
        supports_language: called for multilingual models only.

    Raises:
        ShardFailed: the model supports none of the languages.
    """
    requested = [shard.language] if shard.language else shard.languages
    if not requested or any(code == ENGLISH or (model.multilingual and supports_language(code)) for code in requested):
        return
    limitation = "does not know that language" if model.multilingual else "speaks English only"
    raise ShardFailed(
        ShardError.UNKNOWN_MODEL, f"The model {model.name!r} {limitation}: {', '.join(requested)} was asked for."
    )


def choose(ranking: Sequence[tuple[str, float]], allowed: Sequence[str]) -> tuple[str, float]:
    """Return the most probable language of those allowed.

    Args:
        ranking: (language code, probability), most probable first.
        allowed: language codes; empty means all. If `ranking` has none of them, its first entry is returned.
    """
    return next(((code, p) for code, p in ranking if not allowed or code in allowed), ranking[0])


def runner_up(ranking: Sequence[tuple[str, float]], language: str, allowed: Sequence[str]) -> str | None:
    """Return the next language after the chosen one, if it is worth a second text.

    A text says little about which of two close languages was spoken: detection alone decides between those.

    Args:
        ranking: (language code, probability), most probable first.
        language: the chosen one.
        allowed: language codes; empty means all.
    """
    candidates = (pair for pair in ranking if pair[0] != language and (not allowed or pair[0] in allowed))
    code, probability = next(candidates, (language, 0.0))
    return code if probability >= _MIN_RUNNER_UP_PROBABILITY and not are_close(code, language) else None


def are_close(one: str, other: str | None) -> bool:
    """Return whether two language codes name languages that are easily taken for each other, or the same."""
    return one == other or any({one, other} <= group for group in _CLOSE)
