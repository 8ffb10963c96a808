"""Language choice by request and model; English-only models are described here, as none comes with the tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from earshot_contract.documents.shard_results import ModelInfo
from earshot_contract.documents.shards import Shard, ShardError
from transcriber.engine_protocol import ShardFailed
from transcriber.whisper.languages import language_choice

BASE = ModelInfo(name="base", sha256="", multilingual=True, compute_type="int8", device="cpu")
TINY_EN = ModelInfo(name="tiny.en", sha256="", multilingual=False, compute_type="int8", device="cpu")
RANKING = [("cy", 0.4), ("en", 0.3), ("de", 0.2), ("fr", 0.1)]


def supports_language(code: str) -> bool:
    return code in ("en", "de", "fr", "cy")


@pytest.mark.parametrize(
    ("model", "language", "restricted", "accepted"),
    [
        (BASE, "de", [], True),
        (BASE, "tlh", [], False),
        (BASE, None, [], True),
        (BASE, None, ["tlh", "fr"], True),
        (BASE, None, ["tlh"], False),
        (TINY_EN, "en", [], True),
        (TINY_EN, None, [], True),
        (TINY_EN, "de", [], False),
        (TINY_EN, None, ["de", "en"], True),
        (TINY_EN, None, ["de", "fr"], False),
    ],
)
def test_language_that_the_model_lacks_is_rejected(
    make_shard: Callable[..., Shard], model: ModelInfo, language: str | None, restricted: list[str], accepted: bool
) -> None:
    shard = make_shard(language=language, languages=restricted)

    if accepted:
        language_choice.check_supported(shard, model, supports_language)
    else:
        with pytest.raises(ShardFailed) as caught:
            language_choice.check_supported(shard, model, supports_language)
        assert caught.value.error == ShardError.UNKNOWN_MODEL
        assert model.name in caught.value.message


def test_known_language_of_english_only_model_is_english(make_shard: Callable[..., Shard]) -> None:
    assert language_choice.known_language(make_shard(), TINY_EN) == "en"
    assert language_choice.known_language(make_shard(), BASE) is None
    assert language_choice.known_language(make_shard(language="de"), BASE) == "de"


def test_choose_returns_likeliest_allowed_language() -> None:
    assert language_choice.choose(RANKING, []) == ("cy", 0.4)
    assert language_choice.choose(RANKING, ["fr", "de"]) == ("de", 0.2)
