"""Printed words of sentences in 89 languages, in the parts that Whisper's own tokenizer makes of them."""

from __future__ import annotations

from pathlib import Path

from earshot_contract.documents.shard_results import Segment, Word
from functions.transcripts.text_boundaries.printed_words import segment_words
from tests.fixtures.results.transcripts import transcript
from tests.fixtures.rows import each_row
from tests.unit.functions.transcripts.test_words import answer, printed

# A line: Whisper's code, and the parts of a sentence as the worker aligns them, each with its own space.
LINES = Path(__file__).with_name("tokenized_sentences.txt").read_text("utf-8").split("\n")[:-1]
ROWS = [(language, "|".join(parts)) for language, *parts in (line.split("|") for line in LINES)]
SPACES_AT_WILL = ("zh", "ja", "yue", "th", "lo", "my")  # between their words none is printed, or a segment's own


def aligned(parts: list[str]) -> Segment:
    words = [Word(part.strip(), n * 0.5, n * 0.5 + 0.4, 0.9) for n, part in enumerate(parts)]
    return Segment(0.0, len(parts) * 0.5, "".join(parts).strip(), words)


def words_of(language: str, text: str) -> list[str]:
    """The words of the row whose text has this in it."""
    [row] = [parts for code, parts in ROWS if code == language and text in parts.replace("|", "")]
    best = answer(transcript([aligned(row.split("|"))], language=language, duration=600.0))
    return [word["word"] for word in best["words"]]


@each_row(("language", "parts"), ROWS)
def test_every_format_prints_what_the_model_wrote(language: str, parts: str) -> None:
    segment = aligned(parts.split("|"))
    expected = " ".join(segment.text.split())
    for form, line in printed(transcript([segment], language=language, duration=600.0)).items():
        if language in SPACES_AT_WILL:
            assert line.replace(" ", "") == expected.replace(" ", ""), form
        else:
            assert " ".join(line.split()) == expected, form


@each_row(("language", "parts"), ROWS)
def test_words_of_words_are_the_same(language: str, parts: str) -> None:
    found = segment_words(aligned(parts.split("|")), language)
    assert segment_words(Segment(0.0, 600.0, "", list(found)), language) == found


@each_row(
    ("language", "text", "words"),
    [
        ("en", "I was—well", "i was well i think going home"),
        ("en", "I--I don't", "i i don't know he well left"),
        ("en", "He--well, she", "he well she left really yes"),
        ("en", "The 1939–1945", "the 1939–1945 war the paris–berlin train yes"),
        ("en", "f(x) = g", "e.g this sic f(x) = g[i] a(b)c"),
        ("en", '"no"-like', "he said no-like stuff a/b"),
        ("de", "„Ja“-Sager", "ja-sager und (un-)sinn lehrer(innen)"),
        ("ko", '"아니"요', "아니요 (금)요일은"),
        ("tr", "AB'ye", "ali'nin ab'ye ı'lar ve i'ler evetmi"),
        ("tr", "İstanbul'da", "türkiye'nin istanbul'da 5'inci %50'si 10.30'da 3,5"),
        ("he", 'צה"ל" ו', 'הוא צה"ל ו-כן'),
        ("my", "၁၉၄၈", "၁၉၄၈ ခု နှစ် ၅၀%"),
        ("lo", "໒໐໒໔", "ປີ ໒໐໒໔ ໕໐%"),
        ("th", "๑๐:๓๐", "พ ศ ๒๕๖๗ เวลา ๑๐:๓๐ น 3.5%"),
        ("zh", "２０２４年", "２０２４ 年 25％ 二 〇 二 四"),
        ("ja", "うん…Open", "うん openai が は い ok?yahoo と 笑 ai で す usb-c"),
        ("zh", "是,Open", "是 openai 的 百 度.com 好 ok f(x)y"),
        ("ja", "ウォッチ", "ちょっと きゃっ か ﾊﾞ ｽ キャッ チ シェ ア ウォッ チ っていう か"),
    ],
)
def test_word_is_what_a_reader_takes_for_one(language: str, text: str, words: str) -> None:
    assert words_of(language, text) == words.split()


def test_part_with_a_dash_shares_its_time_and_probability() -> None:
    found = segment_words(Segment(0.0, 9.0, "was—well,", [Word("was—well,", 1.0, 1.9, 0.7)]), "en")
    assert [(word.text, word.start, word.end, word.probability) for word in found] == [
        ("was—", 1.0, 1.4, 0.7),
        ("well,", 1.4, 1.9, 0.7),
    ]
