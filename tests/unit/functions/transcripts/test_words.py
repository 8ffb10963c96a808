"""Printed words: every format prints the model's own text, whatever parts of it the engine aligned."""

from __future__ import annotations

import json
import re
import string
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot_contract.documents.shard_results import Segment, Word
from functions.options.options import Options
from functions.rendering.deepgram import listen_response
from functions.rendering.formats import OPENAI_JSON, OPENAI_TEXT, SRT, TXT, VTT
from functions.transcripts.edit import edit
from functions.transcripts.text_boundaries.printed_words import segment_words
from functions.transcripts.transcript import Transcript
from functions.transcripts.words import join_words
from tests.fixtures.results.transcripts import transcript
from tests.fixtures.rows import each_row


def aligned(text: str, start: float = 0.0) -> Segment:
    """A segment as faster-whisper splits it: at spaces, and before ASCII punctuation. `|` separates other parts."""
    model_text = text.replace("|", "")
    if "|" in text:
        parts = text.split("|")
    else:
        marks = re.escape(string.punctuation.replace(",", "").replace('"', ""))
        parts = re.findall(rf"[^{marks}\s][^{marks}\s]*|[{marks}][^{marks}\s]*", text)
    words = [Word(part.strip(), start + i * 0.5, start + i * 0.5 + 0.4, 0.9) for i, part in enumerate(parts)]
    return Segment(start, start + len(parts) * 0.5, model_text, words)


def answer(source: Transcript, query: str = "punctuate=true") -> dict:
    options = Options.from_query(query)
    return listen_response(edit(source, options), options)["results"]["channels"][0]["alternatives"][0]


def printed(source: Transcript) -> dict[str, str]:
    """The text that each format prints, on one line."""
    options = Options.from_query("punctuate=true&paragraphs=true&utterances=true")
    result = listen_response(source, options)["results"]
    best = result["channels"][0]["alternatives"][0]

    def cue_lines(text: str) -> str:
        text = re.sub("[\u202a-\u202c]", "", text)  # marks of direction
        lines = text.removeprefix("WEBVTT\n").split("\n")
        return " ".join(
            line for line, after in pairwise([*lines, ""]) if line and " --> " not in line and " --> " not in after
        )

    return {
        "json": best["transcript"],
        "paragraphs": " ".join(best["paragraphs"]["transcript"].split()),
        "utterances": " ".join(utterance["transcript"] for utterance in result["utterances"]),
        "text": " ".join(TXT.render(source, options).split()),
        "openai": json.loads(OPENAI_JSON.render(source, options))["text"],
        "openai text": OPENAI_TEXT.render(source, options).strip(),
        "srt": cue_lines(SRT.render(source, options)),
        "vtt": unescape(cue_lines(VTT.render(source, options))),
    }


SENTENCES = [
    ("en", "My sister-in-law is a self-employed 21-year-old, who paid $3.50 at Example.com."),
    ("en", "It was ill-disposed, cold-hearted; 10.30am or 9:30, 25% more and/or 3.14."),
    ("en", "AT&T and R&D at 5 o'clock, said O'Brien: call 1-800-555-0199."),
    ("fr", "L'eau d'hier, c'est l'été; aujourd'hui, ça va ? Oui !"),
    ("it", "L'università dell'arte, un po' d'acqua."),
    ("de", "E-Mail an die S-Bahn-Haltestelle um 8.15 Uhr, 3,5 % mehr."),
    ("ko", "서울-부산 3.5킬로미터, AT&T"),
    ("ar", "السعر 3.50 دولار، و25% أكثر."),
    ("hi", "यह 3.5 किलो है।"),
    ("th", "คุ|ณ|ล่|ะ|?| น|้|ำ|ใจ| |๕|๐| |บ|า|ท"),
    ("my", "ဖြ|စ်|သ|ည်|။"),
    ("lo", "ຂ້|ອ|ຍ|ໃຊ້| Wi|-Fi| ແລ້|ວ|."),
    ("zh", "我|用|Open|AI|的|API，|「|很|好|」。|3|.|14|很|大"),
    ("ja", "彼|は|Hello| World|と|言|った。|コ|ー|ヒ|ー|を"),
    ("yue", "佢|用|i|Phone|。"),
    ("th", "เ|ม|ื|่|อ|วาน| Facebook| ดี"),
    ("lo", "ເ|ມ|ື|່|ອ| Wi|-Fi"),
    ("my", "Don|'t| say| it|'s| self|-evident"),
    ("my", "မြန်|မာ|Google|မှာ"),
    ("km", "ខ្ញុំប្រើ Wi-Fi 3.5"),
    ("bo", "བོད་ཡིག Wi-Fi"),
]


@each_row(("language", "text"), SENTENCES)
@each_row("parts", ["stripped", "spaced", "none"])
def test_every_format_prints_the_models_text(language: str, text: str, parts: str) -> None:
    segment = aligned(text)
    model_text = segment.text
    words = segment.words
    if parts == "spaced":
        spans = text.split("|") if "|" in text else None
        spaced = [word.text for word in words] if spans is None else spans
        at = 0
        for number, word in enumerate(spaced):
            at = model_text.index(word.strip(), at)
            spaced[number] = " " * (at > 0 and model_text[at - 1] == " ") + word.strip()
            at += len(word.strip())
        words = [Word(t, w.start, w.end, w.probability) for t, w in zip(spaced, words, strict=True)]
    segment = Segment(segment.start, segment.end, " " + model_text, [] if parts == "none" else words)
    for form, line in printed(transcript([segment], language=language)).items():
        # Nothing is added inside a word: each run without a space is one in the model's text.
        assert line.replace(" ", "") == model_text.replace(" ", ""), form
        if language not in ("zh", "ja", "yue", "th", "lo", "my"):
            assert line == model_text, form
        else:
            assert all(run in re.split(r"[^\x21-\x7e]+", model_text) for run in re.findall(r"[\x21-\x7e]+", line)), form


ALPHABET = [
    "a",
    "it",
    "3",
    "-",
    "'",
    "’",
    ".",
    "%",
    "&",
    ",",
    "?",
    "$",
    "é",
    "—",
    "我",
    "、",
    "ก",
    "เ",
    "่",
    "ी",
    "क",
    "🇩",
    "🇪",
]
parts_of_text = st.lists(
    st.tuples(st.booleans(), st.text(st.sampled_from("".join(ALPHABET)), min_size=1, max_size=3)),
    min_size=1,
    max_size=8,
)


@given(parts_of_text, st.sampled_from(["en", "fr", "it", "zh", "ja", "th", "my", "km", "ko", "ar"]))
def test_words_of_any_parts_are_the_text(parts: list[tuple[bool, str]], language: str) -> None:
    text = "".join(" " * space + part for space, part in parts).strip()
    words = [Word(part, n * 0.5, n * 0.5 + 0.4, 0.5) for n, (_, part) in enumerate(parts)]
    found = segment_words(Segment(0.0, 9.0, text, words), language)
    line = join_words(found)
    if language in ("zh", "ja"):
        assert line.replace(" ", "") == text.replace(" ", "")
    else:
        assert line.replace(" ", "") == text.replace(" ", "")
        assert all(word.text in text for word in found)
    if language in ("en", "fr", "it", "km", "ko", "ar"):
        assert line == text or "—" in text
    assert [word.start for word in found] == sorted(word.start for word in found)
    assert all(word.start <= word.end and word.text for word in found)
    assert segment_words(Segment(0.0, 9.0, line, list(found)), language) == found


def test_word_has_times_of_its_parts_and_their_mean_probability() -> None:
    parts = [Word("self", 1.0, 1.4, 0.9), Word("-", 1.4, 1.4, 0.1), Word("employed,", 1.4, 2.0, 0.6)]
    (word,) = segment_words(Segment(1.0, 2.0, "self-employed,", parts), "en")
    assert (word.text, word.normalised, word.start, word.end) == ("self-employed,", "self-employed", 1.0, 2.0)
    assert word.probability == pytest.approx((4 * 0.9 + 9 * 0.6) / 13)


def test_parts_that_are_not_the_text_join_by_their_own_spaces() -> None:
    parts = [Word(" My", 0, 1, 1), Word(" sister", 1, 2, 1), Word("-in", 2, 3, 1)]
    assert [word.text for word in segment_words(Segment(0, 3, "changed", parts), "en")] == ["My", "sister-in"]
    stripped = [Word("My", 0, 1, 1), Word("sister", 1, 2, 1)]
    assert [word.text for word in segment_words(Segment(0, 3, "changed", stripped), "en")] == ["My", "sister"]


def test_words_and_text_without_punctuation_stay_whole() -> None:
    best = answer(transcript([aligned("L'eau coûte 3.14, sister-in-law; 25% d'AT&T - 10.30am ?")], language="fr"), "")
    assert best["transcript"] == "l'eau coûte 3.14 sister-in-law 25% d'at&t 10.30am"
    assert [word["word"] for word in best["words"]] == best["transcript"].split()


@pytest.mark.parametrize(
    ("language", "parts", "words"),
    [
        ("th", "ผ|ม|ใ|ช้| Facebook| แล้|ว| ครั|บ| คุ|ณ|ล่|ะ|?", ["ผม", "ใช้", "facebook", "แล้ว", "ครับ", "คุณ", "ล่ะ"]),
        ("lo", "ຂ້|ອ|ຍ|ໃຊ້| Wi|-Fi| ແລ້|ວ|.| ສ|ະ|ບ|າ|ຍ|ດີ", ["ຂ້ອຍ", "ໃຊ້", "wi-fi", "ແລ້ວ", "ສະ", "ບາຍ", "ດີ"]),
        ("my", "မြ|န်|မာ|စာ| Google|သုံး|၏|။|ဗု|ဒ္ဓ", ["မြန်", "မာ", "စာ", "google", "သုံး", "ဗုဒ္ဓ"]),
    ],
)
def test_words_without_spaces_are_no_fragments(language: str, parts: str, words: list[str]) -> None:
    best = answer(transcript([aligned(parts)], language=language), "")
    assert [word["word"] for word in best["words"]] == words


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("(-5 °C) and .5, -$3.", "-5 °c and .5 -$3"),
        ("۵٪ 50％、 3‰ § 5", "۵٪ 50％ 3‰ § 5"),
        ("--5 ...5 .NET 1-5- - ’90s", "5 5 net 1-5 90s"),
    ],
)
def test_signs_that_are_pronounced_are_no_punctuation(text: str, bare: str) -> None:
    assert answer(transcript([aligned(text.replace(" ", "| "))]), "")["transcript"] == bare


def test_lone_punctuation_is_printed_with_its_neighbour() -> None:
    best = answer(transcript([aligned("♪ Ça va ? — Oui")], language="fr"))
    assert best["transcript"] == "♪ Ça va ? — Oui"
    assert [word["word"] for word in best["words"]] == ["ça", "va", "oui"]
    assert answer(transcript([aligned("♪ ♪")]))["words"] == []


def test_latin_words_in_chinese_are_whole_words() -> None:
    best = answer(transcript([aligned("我|用|Open|AI|，|GPT|-|4|的| API")], language="zh"))
    assert [word["word"] for word in best["words"]] == ["我", "用", "openai", "gpt-4", "的", "api"]
    bare = answer(transcript([aligned("他|说|AI|，|GPT")], language="zh"), "")
    assert bare["transcript"] == "他说ai gpt"


def test_segments_of_spaced_scripts_meet_with_a_space() -> None:
    source = transcript([aligned("Hello."), aligned("World.", 5.0), aligned("你|好|。", 9.0)], language="zh")
    assert {
        line.replace("\n", "") for form, line in printed(source).items() if form.startswith(("json", "openai"))
    } == {"Hello. World.你好。"}


def test_replace_finds_a_compound() -> None:
    source = transcript([aligned("She is a self-employed 21-year-old, and AT&T pays.")])
    best = answer(source, "punctuate=true&replace=self-employed:freelance&replace=at%26t:Contoso")
    assert best["transcript"] == "She is a freelance 21-year-old, and Contoso pays."
