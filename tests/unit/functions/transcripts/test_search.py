"""`search`: hits among the words of a channel, and their shape in Deepgram's answer."""

from __future__ import annotations

import pytest

from functions.errors import ApiError
from functions.options.options import Options
from functions.rendering.deepgram import listen_response
from functions.transcripts.search import search
from functions.transcripts.words import TranscriptWord, words_of
from tests.fixtures.results.transcripts import segment, timed_words, transcript
from tests.fixtures.rows import each_row

TEXT = """Hello, this is Steve, a professor of social epistomology at Warwick. The invoices for cooper net ease were
paid to Mr. Schmitt in the ear shot office, at a café. Good cat. Strasse."""


def words(text: str) -> list[TranscriptWord]:
    made = transcript([segment(timed_words(" ".join(text.split())))], duration=600.0)
    return words_of(made, made.channels[0])


@each_row(
    ("term", "snippet", "minimum"),
    [
        ("Professor", "professor", 1.0),
        ("epistemology", "epistomology", 0.9),
        ("social epistemology", "social epistomology", 0.9),
        ("invoice", "invoices", 0.8),
        ("Kubernetes", "cooper net ease", 0.6),
        ("Schmidt", "schmitt", 0.8),
        ("Earshot", "ear shot", 1.0),
        ("cafe", "café", 1.0),
        ("Straße", "strasse", 1.0),
    ],
)
def test_term_is_found_by_letters_and_sounds(term: str, snippet: str, minimum: float) -> None:
    found = words(TEXT)

    (hits,) = search(found, [term])

    assert " ".join(word.normalised for word in found[hits[0].first : hits[0].last + 1]) == snippet
    assert minimum <= hits[0].confidence <= 1


@pytest.mark.parametrize("term", ["accounting", "giraffe", "Berlin", "social security", "中国"])
def test_term_that_is_absent_has_no_hit(term: str) -> None:
    assert search(words(TEXT), [term]) == [[]]


@each_row(
    ("term", "text", "found"),
    [
        ("cancel", "the cancellation of a contract that was cancelled", ["cancelled", "cancellation"]),
        ("Rechnung", "die Rechnungsnummer steht hier", ["rechnungsnummer"]),
        ("car", "in this career", []),
        ("run", "runway and runner and running", ["running"]),
        ("bet", "between better betting", ["betting"]),
        ("port", "importantly and transportation", []),
    ],
)
def test_longer_words_are_found_by_their_beginning(term: str, text: str, found: list[str]) -> None:
    channel_words = words(text)

    (hits,) = search(channel_words, [term])

    assert [channel_words[hit.first].normalised for hit in hits] == found
    assert all(0.65 < hit.confidence < 1 for hit in hits)


def test_hits_of_a_term_come_best_first_without_overlap() -> None:
    (hits,) = search(words("an invoice and two invoices and an invoice"), ["invoice"])

    assert [hit.first for hit in hits] == [1, 7, 4]
    assert [hit.confidence == 1 for hit in hits] == [True, True, False]


def test_answer_has_search_per_channel_in_deepgrams_shape() -> None:
    options = Options.from_query("search=two+doors&search=window&search=two+doors")
    made = transcript([segment(timed_words("Audio arrives by two doors."))])

    (channel,) = listen_response(made, options)["results"]["channels"]

    hit = {"confidence": 1.0, "start": 1.5, "end": 2.4, "snippet": "two doors"}
    assert channel["search"] == [{"query": "two doors", "hits": [hit]}, {"query": "window", "hits": []}]
    assert "search" not in listen_response(made, Options())["results"]["channels"][0]


@pytest.mark.parametrize("query", ["&".join(f"search=word{n}" for n in range(51)), "search=...", f"search={'x' * 201}"])
def test_search_without_a_usable_term_returns_400(query: str) -> None:
    with pytest.raises(ApiError, match="search"):
        Options.from_query(query)
