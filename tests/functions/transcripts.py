"""Canonical transcripts for tests: said by hand, or any that hypothesis can think of."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from events.shards import AudioFacts, ModelFacts, Segment, Word
from functions.transcript import Channel, Transcript

SHA = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"


def said(text: str, start: float = 0.0, step: float = 0.5, probability: float = 0.9) -> list[Word]:
    """Words of `text`, `step` seconds from each to the next, each four fifths of it long."""
    return [
        Word(word, start + index * step, start + index * step + 0.8 * step, probability)
        for index, word in enumerate(text.split())
    ]


def segment(words: list[Word]) -> Segment:
    return Segment(words[0].start, words[-1].end, " ".join(word.text for word in words), words)


def transcript(
    *channels: list[Segment], language: str = "en", duration: float = 60.0, **changes: Any
) -> Transcript:
    fields: dict[str, Any] = {
        "job_id": "5f3f2bd5-6a6c-4b43-9a3e-9bd5d1a1c0de",
        "created": "2026-11-22T12:00:00.123Z",
        "options": "",
        "task": "transcribe",
        "audio": AudioFacts("ab" * 32, duration, max(1, len(channels)), 16000, "mp3"),
        "model": ModelFacts("base", SHA, True, "int8", "cpu"),
        "channels": [Channel(index, language, 0.98, segments) for index, segments in enumerate(channels)],
        "model_seconds": 1.5,
    }
    return Transcript(**fields | changes)


FORMATTING = ["punctuate=true", "paragraphs=true", "smart_format=true", "numerals=true", "filler_words=true"]
RUNS = ["utterances=true", "utt_split=0.2", "replace=hello:Good+Bye", "replace=world", "multichannel=true"]
REST = ["detect_language=true", "tag=x", "extra=k:v", "topics=true", "task=translate"]

# Times a model might give, sensible or not: back in time, negative, behind the end of the audio.
_times = st.floats(-5, 130, allow_nan=False)
_texts = st.one_of(
    st.sampled_from(
        [
            "Hello,",
            "world.",
            "it's",
            "...",
            "—",
            "U.S.",
            "3.5%",
            "uh,",
            "Um",
            "twenty",
            "first",
            "one",
            "¿Qué?",
            "♪",
            "&",
        ]
    ),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12),
)
_words = st.builds(Word, text=_texts, start=_times, end=_times, probability=st.floats(-0.1, 1.1))


@st.composite
def _segments(draw: st.DrawFn) -> Segment:
    words = draw(st.lists(_words, max_size=12))
    text = " ".join(word.text for word in words)
    return Segment(draw(_times), draw(_times), text, words if draw(st.booleans()) else [])


def transcripts() -> st.SearchStrategy[Transcript]:
    """One or more channels of zero or more segments, in any language, of audio of any length."""
    return st.builds(
        lambda channels, language, duration: transcript(*channels, language=language, duration=duration),
        st.lists(st.lists(_segments(), max_size=4), min_size=1, max_size=3),
        st.sampled_from(["en", "de", "zh", "ja", "ar"]),
        st.floats(0, 120),
    )


def listen_queries() -> st.SearchStrategy[str]:
    """Query strings of /v1/listen, everything that shapes an answer in any combination."""
    return st.lists(st.sampled_from(FORMATTING + RUNS + REST), unique=True).map("&".join)
