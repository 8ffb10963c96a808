"""Warnings of speech in other languages: each sentence once in the answer, whichever shards detected it."""

from __future__ import annotations

from transcriber.whisper.other_languages import warnings_of


def test_languages_of_several_shards_are_warned_about_once() -> None:
    shards = [
        warnings_of(codes, "de", unknown)
        for codes, unknown in (({"fr"}, []), ({"es", "fr"}, [(1.0, 4.0)]), ({"es"}, [(1.0, 4.0)]))
    ]

    distinct = {warning.message: warning.type for warnings in shards for warning in warnings}

    assert sorted(distinct.values()) == ["other_language", "other_language", "unknown_language"]
    assert [message[:55] for message in sorted(distinct) if "language=de" in message] == [
        "Some of the speech sounds like language=es, but was tak",
        "Some of the speech sounds like language=fr, but was tak",
    ]


def test_unknown_language_is_warned_of_with_its_times() -> None:
    (warning,) = warnings_of(set(), None, [(61.04, 64.0), (0.0, 1.5), (61.04, 64.0)], 1)

    assert warning.message == (
        "The language of the speech of channel 1 from 0.0 s to 1.5 s and from 61.0 s to 64.0 s was not recognised: "
        "what is written there is a guess, or left out."
    )
