"""Captions in all scripts: letters that stay whole, lines from right to left, columns of a language."""

from __future__ import annotations

import html

import pytest

from earshot_contract.documents.shard_results import Segment, Word
from functions.rendering import captions
from functions.rendering.caption_words import columns_of
from functions.rendering.srt import srt
from functions.rendering.text import text as plain_text
from functions.rendering.vtt import vtt
from tests.fixtures.results.transcripts import timed_segment, transcript


def test_unspaced_language_is_joined_and_counted_in_columns() -> None:
    text = "これはとても長い文章なので一行には収まりませんから二つに分けて表示することになります"
    segment = Segment(0.0, 6.0, text, [Word(c, n * 0.1, n * 0.1 + 0.1, 0.9) for n, c in enumerate(text)])
    found = captions.cues(transcript([segment], language="ja"))
    assert "".join(line for cue in found for line in cue.lines) == text
    assert all(len(line) <= 21 for cue in found for line in cue.lines)


def test_text_of_translation_has_spaces() -> None:
    document = transcript([timed_segment("Good morning")], language="ja", task="translate")
    assert plain_text(document) == "Good morning\n"


@pytest.mark.parametrize("letters", ["👨\u200d👩\u200d👧", "🇩🇪", "e\u0301", "क्षि", "เมื่", "각"])
@pytest.mark.parametrize("language", ["en", "th"])
def test_no_line_begins_inside_a_letter(letters: str, language: str) -> None:
    for text in (letters * 40, "x" + letters * 40):
        source = Segment(0.0, 30.0, text, [Word(text, 0.0, 30.0, 1.0)])
        codepoints = Segment(0.0, 30.0, text, [Word(c, n * 0.1, n * 0.1 + 0.1, 1.0) for n, c in enumerate(text)])
        for segment in (source, codepoints, Segment(0.0, 30.0, text)):
            lines = [line for cue in captions.cues(transcript([segment], language=language)) for line in cue.lines]
            assert "".join(lines) == text
            assert all(len(line.removeprefix("x")) % len(letters) == 0 for line in lines)


LINES = {
    "th": (
        "เมื่อวานนี้ผมไปตลาดกับแม่และซื้อผลไม้มากมายเพราะว่าราคาถูกมากกว่าที่ซูเปอร์มาร์เก็ต",
        {
            "เมื่อวาน",
            "นี้",
            "ผม",
            "ไป",
            "ตลาด",
            "กับ",
            "แม่",
            "และ",
            "ซื้อ",
            "ผล",
            "มาก",
            "เพราะ",
            "ว่า",
            "ราคา",
            "ถูก",
            "กว่า",
            "ที่",
            "ซูเปอร์",
            "มาร์เก็ต",
        },
    ),
    "ja": (
        "東京の会議で3.5リットルのコーヒーを飲みました。それからHello Worldと言ったので皆さんに驚かれました。",
        {
            "東京の",
            "会議で",
            "3.5リットルの",
            "コーヒーを",
            "飲みました。",
            "それから",
            "Hello",
            "言った",
            "皆さんに",
            "驚かれました。",
        },
    ),
    "zh": (
        "沒有辦法出去旅遊，請問您有什麼問題嗎？我們都在家裡工作。",
        {"沒有", "旅遊，", "請問您", "有", "什麼", "問題", "我們", "都", "在", "工作。", "去", "家裡"},
    ),
    "my": (
        "ကျွန်တော်မြန်မာစာကိုသုံးသည်ဖြစ်သောကြောင့်ဗုဒ္ဓဘာသာကိုလေ့လာသည်",
        {"ကျွန်", "တော်", "မြန်", "မာ", "စာ", "ကို", "သုံး", "သည်", "ဖြစ်", "သော", "ကြောင့်", "ဗုဒ္ဓ", "ဘာ", "သာ", "လေ့", "လာ"},
    ),
    "lo": ("ຂ້ອຍໃຊ້ຄອມພິວເຕີແລ້ວສະບາຍດີຫຼາຍໆ", {"ຂ້ອຍ", "ໃຊ້", "ຄອມ", "ພິວ", "ເຕີ", "ແລ້ວ", "ສະ", "ບາຍ", "ດີ", "ຫຼ"}),
    "km": ("ខ្ញុំប្រើកុំព្យូទ័រតើអ្នកសុខសប្បាយទេ", {"ខ្ញុំ", "ប្រើ", "កុំ", "ព្យូ", "ទ័រ", "តើ", "អ្នក", "សុខស", "ប្បាយ", "ទេ"}),
    "bo": ("བོད་ཡིག་བོད་སྐད་བོད་ཡིག་བོད་སྐད་བོད་ཡིག་", {"བོད་", "ཡིག་", "སྐད་"}),
}


@pytest.mark.parametrize("language", LINES)
@pytest.mark.parametrize("columns", [14, 20, 30])
@pytest.mark.parametrize("timed", [True, False])
def test_no_line_begins_inside_a_word_or_syllable(
    language: str, columns: int, timed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, words = LINES[language]
    monkeypatch.setattr(captions, "LINE_COLUMNS", columns)
    monkeypatch.setattr(captions, "COLUMNS_BY_LANGUAGE", {})
    parts = [Word(c, n * 0.1, n * 0.1 + 0.1, 0.9) for n, c in enumerate(text)] if timed else []
    document = transcript([Segment(0.0, 9.0, text, parts)], language=language)
    lines = [line for cue in captions.cues(document) for line in cue.lines]
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert max(map(columns_of, lines)) <= columns
    assert len(lines) > 1
    assert [line for line in lines if not any(line.startswith(word) for word in words)] == []


RLE, LRE, PDF = "\u202b", "\u202a", "\u202c"


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("אני משתמש ב-WhatsApp.", "he", f"{RLE}אני משתמש ב-WhatsApp.{PDF}"),
        ("WhatsApp היא אפליקציה, נכון?", "he", f"{RLE}WhatsApp היא אפליקציה, נכון?{PDF}"),
        ("السعر 3.50 دولار (تقريبا)!", "ar", f"{RLE}السعر 3.50 دولار (تقريبا)!{PDF}"),
        ("قال: «Hello World».", "ar", f"{RLE}قال: «Hello World».{PDF}"),
        ("The word שלום means peace.", "en", f"{LRE}The word שלום means peace.{PDF}"),
        ("No marks here, 3.50!", "en", "No marks here, 3.50!"),
    ],
)
def test_right_to_left_lines_are_embedded(text: str, language: str, expected: str) -> None:
    document = transcript([timed_segment(text, each=0.1)], language=language)
    assert srt(document).splitlines()[2] == expected
    assert html.unescape(vtt(document)).splitlines()[3] == expected
    assert plain_text(document) == f"{text}\n"


def test_each_right_to_left_line_has_its_label_and_marks_inside() -> None:
    text = "זה משפט ארוך מאוד שלא נכנס בשורה אחת, ולכן הוא מחולק לשתי שורות."
    first = [
        timed_segment(text, each=0.2),
        timed_segment("Google Maps.", start=9.0),
        timed_segment("2024!", start=20),
    ]
    document = transcript(first, [timed_segment("שלום.", start=30.0)], language="he")
    lines = [line for line in srt(document).splitlines() if line and " --> " not in line and not line.isdigit()]
    is_embedded = [line[0] == RLE and line[-1] == PDF for line in lines]
    assert is_embedded == ["Google" not in line for line in lines]
    assert lines[0].startswith(f"{RLE}[Channel 0] זה")
    assert "<v Channel 1>\u202bשלום.\u202c" in vtt(document)
    assert all(len(line) <= 42 for line in lines)


@pytest.mark.parametrize(("language", "columns"), [("ja", 26), ("zh", 32), ("yue", 32), ("ko", 32), ("th", 42)])
def test_lines_keep_width_of_their_language(language: str, columns: int) -> None:
    text = {"ko": "아주 긴 문장 " * 20, "th": "ภาษาไทย" * 20}.get(language, "とても長い文章です" * 12)
    segment = Segment(0.0, 10.0, text, [])
    lines = [line for cue in captions.cues(transcript([segment], language=language)) for line in cue.lines]
    assert columns - 12 <= max(map(columns_of, lines)) <= columns


@pytest.mark.parametrize("language", ["ja", "zh", "ko", "en"])
def test_split_word_leaves_its_marks_where_they_belong(language: str) -> None:
    """Lines of several channels are short."""
    for letters in range(1, 30):
        text = "…" + "語" * letters + "『語』。" + "w" * letters + "!?)" + "「ね」"
        segment = Segment(0.0, 20.0, text, [Word(text, 0.0, 20.0, 0.9)])
        found = captions.cues(transcript([segment], [], language=language))
        lines = [line for cue in found for line in cue.lines]
        assert "".join(lines) == text
        assert not [line for line in lines if line[0] in "』。!?)」" or line[-1] in "『「"], lines
