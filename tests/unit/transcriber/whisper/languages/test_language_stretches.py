"""Language stretches: each passage gets its language, and a file in one language never changes it."""

from __future__ import annotations

import pytest

from transcriber.whisper.languages.language_stretches import assign, joined, stretches_of

EN, DE, ES = [("en", 0.99), ("de", 0.01)], [("de", 0.99), ("en", 0.01)], [("es", 0.98), ("en", 0.01)]
UNSURE, WRONG_FOR_A_MOMENT = [("la", 0.3), ("en", 0.25)], [("cy", 0.97), ("en", 0.02)]


def test_regions_are_joined_to_stretches_of_enough_speech() -> None:
    assert stretches_of([(0, 1), (1.4, 4), (4.4, 5), (5.4, 9)]) == [(0, 5), (5.4, 9)]
    assert stretches_of([(0, 0.5)]) == [(0, 0.5)]
    assert stretches_of([]) == []


def test_short_region_is_joined_over_the_shorter_pause() -> None:
    """A German word after a pause of two seconds was taken for the end of the English sentence before it."""
    assert stretches_of([(0, 2.5), (4.5, 5.2), (5.5, 9)]) == [(0, 2.5), (4.5, 9)]
    assert stretches_of([(0, 2.5), (2.8, 3.5), (5.5, 9)]) == [(0, 3.5), (5.5, 9)]


@pytest.mark.parametrize(
    ("rankings", "seconds", "expected"),
    [
        ([EN, EN, DE], [6, 7, 7], ["en", "en", "de"]),
        ([EN, DE, ES], [6, 9, 6], ["en", "de", "es"]),
        ([DE], [6], ["de"]),
        ([EN, WRONG_FOR_A_MOMENT, EN], [6, 2, 6], ["en", "en", "en"]),
        ([WRONG_FOR_A_MOMENT], [2], ["en"]),
        ([DE, EN], [1.7, 9], ["de", "en"]),  # one change, whether the short one comes first or last
        ([EN, DE], [9, 1.7], ["en", "de"]),
        ([EN, DE, EN], [6, 2.7, 6], ["en", "de", "en"]),
        ([UNSURE, UNSURE, EN], [8, 8, 2], ["en", "en", "en"]),
    ],
)
def test_change_must_explain_more_than_it_costs(
    rankings: list[list[tuple[str, float]]], seconds: list[float], expected: list[str]
) -> None:
    assert assign(rankings, seconds, "en") == expected


def test_language_that_is_not_allowed_is_not_assigned() -> None:
    assert assign([EN, DE], [8, 8], "en", ["en", "es"]) == ["en", "en"]


def test_neighbours_of_one_language_are_one_part() -> None:
    parts = joined([(0, 2), (2.5, 4), (5, 9)], ["en", "en", "de"], [EN, UNSURE, DE])

    assert [(part.start, part.end, part.language) for part in parts] == [(0, 4, "en"), (5, 9, "de")]
    assert dict(parts[0].ranking)["en"] == pytest.approx((2 * 0.99 + 1.5 * 0.25) / 3.5)
    assert parts[1].ranking[0] == ("de", pytest.approx(0.99))
