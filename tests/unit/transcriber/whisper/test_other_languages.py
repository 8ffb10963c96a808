"""Warnings of speech in other languages: each sentence once in the answer, whichever shards detected it."""

from __future__ import annotations

from transcriber.whisper.other_languages import warnings_of


def test_languages_of_several_shards_are_warned_about_once() -> None:
    shards = [
        warnings_of(codes, "de", unknown=unknown)
        for codes, unknown in (({"fr"}, False), ({"es", "fr"}, True), ({"es"}, True))
    ]

    distinct = {warning.message: warning.type for warnings in shards for warning in warnings}

    assert sorted(distinct.values()) == ["other_language", "other_language", "unknown_language"]
    assert [message[:55] for message in sorted(distinct) if "language=de" in message] == [
        "Some of the speech sounds like language=es, but was tak",
        "Some of the speech sounds like language=fr, but was tak",
    ]
