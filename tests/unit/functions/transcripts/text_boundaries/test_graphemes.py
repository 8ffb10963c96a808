"""Grapheme clusters: what readers take for one letter is never cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.transcripts.text_boundaries.graphemes import grapheme_starts, graphemes
from tests.fixtures.rows import each_row


@each_row(
    "clusters",
    [
        ["a", "e\u0301", "o\u0308\u0323", "b"],
        ["🇩🇪", "🇫🇷", "🇮🇹", "x"],  # flags
        ["👨\u200d👩\u200d👧\u200d👦", "👍🏽", "❤\ufe0f\u200d🔥", "🏴\U000e0067\U000e0062\U000e007f", "1\ufe0f\u20e3"],
        ["कि", "ता", "ब", " ", "क्षे", "त्र"],  # Devanagari
        ["நி", "ரு"],
        ["เมื่", "อ", "น้ำ", "ที่"],  # Thai
        ["ເມື່", "ອ"],  # Lao
        ["ខ្ញុំ", "ស្រី"],  # Khmer
        ["မြ", "န်", "မ္မ"],  # Myanmar, one consonant under another
        ["각", "\u1112\u1161\u11ab"],  # Hangul, whole and of three letters
        ["が", "ｶﾞ"],
        ["\u0600١", "ب"],
        ["\r\n", "\n", "a"],
    ],
)
def test_clusters_are_whole(clusters: list[str]) -> None:
    assert graphemes("".join(clusters)) == clusters


@given(st.text())
def test_clusters_are_the_text(text: str) -> None:
    found = graphemes(text)
    assert "".join(found) == text
    assert all(found)
    assert len(grapheme_starts(text)) == len(found)
