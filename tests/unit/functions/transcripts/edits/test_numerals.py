"""Numerals: numbers as a careful reader of each language would write them, and nothing that is none."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.options.options import Options
from functions.rendering.formats import FORMATS
from functions.transcripts.edit import edit
from functions.transcripts.edits.numerals import NUMERAL_LANGUAGES, write_numerals
from functions.transcripts.text_boundaries.letters import normalised
from functions.transcripts.words import TranscriptWord
from tests.fixtures.results.transcripts import segment, timed_words, transcript
from tests.fixtures.rows import each_row

# A file a language; in a line what Whisper wrote, and after " = " what is printed; without it, the same.
SENTENCES = sorted((Path(__file__).parent / "numeral_sentences").glob("*.txt"))
TABLE = [
    (file.stem, *line.partition(" = ")[::2]) for file in SENTENCES for line in file.read_text("utf-8").splitlines()
]


def words_of(text: str) -> list[TranscriptWord]:
    """Half a second a word, the last tenth silent."""
    return [
        TranscriptWord(word, normalised(word), n / 2, n / 2 + 0.4, 0.9, (0, n))
        for n, word in enumerate(text.split(" "))
        if normalised(word)
    ]


def written(text: str, language: str) -> str:
    return " ".join(word.text for word in write_numerals(words_of(text), language))


@each_row(("language", "text", "expected"), TABLE)
def test_numbers_are_written_as_readers_expect(language: str, text: str, expected: str) -> None:
    sentence = " ".join(word.text for word in words_of(text))
    assert written(sentence, language) == " ".join(word.text for word in words_of(expected or text))


@each_row(("language", "text", "expected"), TABLE)
def test_numbers_in_digits_stay_as_they_are(language: str, text: str, expected: str) -> None:
    once = write_numerals(words_of(text), language)
    assert write_numerals(once, language) == once


@pytest.mark.slow
@pytest.mark.parametrize(("language", "text"), [("it", "via Garibaldi ventuno"), ("en", "minus five percent")])
def test_time_grows_with_the_numbers_and_no_faster(language: str, text: str) -> None:
    """A recording may count for hours."""
    seconds = []
    for number in (400, 1600):
        words = words_of(f"{text} " * number)
        start = time.process_time()
        write_numerals(words, language)
        seconds.append(time.process_time() - start)
    assert seconds[1] < 8 * seconds[0]


def test_every_language_has_fifteen_sentences() -> None:
    counts = {language: sum(row[0] == language for row in TABLE) for language in NUMERAL_LANGUAGES}
    assert min(counts.values()) >= 15


def test_merged_word_lasts_from_first_to_last() -> None:
    words = write_numerals(words_of("pay (three dollars and fifty cents), at ten thirty a m."), "en")
    assert [(word.text, word.normalised, word.start, word.end) for word in words] == [
        ("pay", "pay", 0.0, 0.4),
        ("($3.50),", "$3.50", 0.5, 2.9),
        ("at", "at", 3.0, 3.4),
        ("10:30", "10:30", 3.5, 4.4),
        ("a.m.", "a.m", 4.5, 5.4),
    ]


@pytest.mark.parametrize("query", ["numerals=true&punctuate=true", "smart_format=true"])
def test_every_format_has_the_numerals(query: str) -> None:
    options = Options.from_query(query)
    source = transcript([segment(timed_words("Call five five five one two three four in nineteen eighty four."))])
    for form in FORMATS:
        assert "Call 5551234 in 1984." in form.render(edit(source, options), options), form.name


def test_numbers_of_two_speakers_are_not_joined() -> None:
    words = [replace(word, speaker=n // 2) for n, word in enumerate(words_of("was nineteen eighty four"))]
    assert [word.text for word in write_numerals(words, "en")] == ["was", "19", "84"]


def test_number_is_written_across_segments() -> None:
    source = transcript([segment(timed_words("It was nineteen")), segment(timed_words("eighty four then.", 5.0))])
    edited = edit(source, Options.from_query("numerals=true"))
    assert [part.text for part in edited.channels[0].segments] == ["It was 1984", "then."]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("numerals=true", "2 men took the 7th seat on May 2nd for $3 at 9 p.m. and 12 others called 911."),
        ("smart_format=true", "Two men took the seventh seat on May 2nd for $3 at 9 p.m. and 12 others called 911."),
        (
            "smart_format=true&numerals=true",
            "2 men took the 7th seat on May 2nd for $3 at 9 p.m. and 12 others called 911.",
        ),
    ],
)
def test_smart_format_leaves_small_numbers_in_words(query: str, expected: str) -> None:
    text = "Two men took the seventh seat on May second for three dollars at nine p m and "
    text += "twelve others called nine one one."
    edited = edit(transcript([segment(timed_words(text))]), Options.from_query(query))
    assert edited.channels[0].segments[0].text == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Nine out of ten, five to ten minutes, two of them.", "9 out of 10, 5 to 10 minutes, two of them."),
        ("fr", "De neuf à douze heures, cinq ou dix minutes.", "De 9 à 12 heures, 5 ou 10 minutes."),
        ("de", "Neun von zehn, acht bis zwölf, drei von vier.", "9 von 10, 8 bis 12, drei von vier."),
        ("es", "Nueve de cada diez, cinco o diez.", "9 de cada 10, 5 o 10."),
        ("pt", "Nove em cada dez, das nove às doze.", "9 em cada 10, das 9 às 12."),
        ("it", "Nove su dieci, dalle nove alle dodici.", "9 su 10, dalle 9 alle 12."),
        ("nl", "Negen van de tien, vijf of tien.", "9 van de 10, 5 of 10."),
        ("da", "Ni ud af ti, fem eller ti.", "9 ud af 10, 5 eller 10."),
    ],
)
def test_smart_format_writes_bound_numbers_alike(language: str, text: str, expected: str) -> None:
    assert " ".join(word.text for word in write_numerals(words_of(text), language, 10)) == expected


NUMBER_WORDS = {
    "en": "one two ten nineteen twenty eighty hundred thousand million point oh double first second third fifth a and "
    "percent dollars cents pounds half past at am o'clock of May the people over to zero from between tonight chapter "
    "months eighties five-five twenty-one 5 $5 1.5",
    "fr": "chapitre à zéro point problèmes un deux neuf dix vingt quatre-vingts cent mille millions virgule "
    "premier heures euros pour et demi mai 5 3e",
    "de": "am sechsten zu null Kapitel eins Punkt ein zwei acht zehn zwanzig hundert Millionen Komma dritten Uhr "
    "Euro Prozent und halb Mai neunzehn 5",
    "es": "un dos diez veinte cien mil millones coma primero las y media euros por ciento de mayo 5",
    "pt": "um dois dez vinte cem mil milhões vírgula quarto horas e meia reais por cento às 5",
    "it": "un due sei dieci venti cento mille milioni virgola secondo le e mezza euro per terzi 5",
    "nl": "een twee tien twintig honderd duizend miljoen komma derde uur half euro procent en negentien 5",
    "da": "en to ti tyve hundrede tusind millioner komma anden klokken halv kroner øre procent og nitten maj 5",
}
number_texts = st.sampled_from(sorted(NUMBER_WORDS)).flatmap(
    lambda language: st.tuples(
        st.just(language),
        st.lists(
            st.tuples(st.sampled_from(NUMBER_WORDS[language].split()), st.sampled_from(["", "", "", ",", "."])),
            max_size=12,
        ).map(lambda parts: [word + mark for word, mark in parts]),
    )
)


@given(number_texts)
@example(("da", ["to.", "en", "en", "ti"]))
@example(("en", ["two,", "one", "one", "ten"]))
@example(("en", ["twenty", "third", "two"]))
@example(("en", ["two", "third", "May"]))
@example(("en", ["oh", "million", "people"]))
def test_numerals_of_any_words_end_and_are_in_order(case: tuple[str, list[str]]) -> None:
    language, texts = case
    before = words_of(" ".join(texts))
    after = write_numerals(before, language)
    # Among words in no order ("due euro mille milioni") a first number in digits may make the next one sure.
    again = write_numerals(after, language)
    assert write_numerals(again, language) == again
    assert all(word in after for word in before if word.text[0].isdigit())
    assert {word.start for word in after} <= {word.start for word in before}
    assert {word.end for word in after} <= {word.end for word in before}
    assert all(a.end <= b.start for a, b in pairwise(after))


letters = st.text(st.characters(categories=("Ll", "Lu", "Nd", "Po", "Sc", "Pd")), min_size=1, max_size=6)


@given(st.lists(letters.map(lambda text: f"{text}x7"), max_size=8), st.sampled_from(sorted(NUMERAL_LANGUAGES)))
def test_text_without_number_words_is_unchanged(texts: list[str], language: str) -> None:
    words = words_of(" ".join(texts))
    assert write_numerals(words, language) == words
    digits = words_of("Am 3.5.2024 um 10:30, $3.50 or 5,000 of 1,234.5 in the 1980s, 5% of 21st-century 007.")
    assert write_numerals(digits, language) == digits
