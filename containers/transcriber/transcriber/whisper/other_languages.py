"""Other languages: speech that sounds like another language than the one it is written in. The answer warns of it.

Whisper writes it in the requested language all the same: translated, or as words that sound alike. Where none was
requested, speech that sounds like none of its languages is written in the one around it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from earshot_contract.documents.shard_results import ShardWarning
from transcriber.whisper.decoding.quality_checks import Hypothesis
from transcriber.whisper.languages import language_choice
from transcriber.whisper.languages.language_stretches import Ranking
from transcriber.whisper.window import Window
from transcriber.whisper.words.unwritten_speech import named_stretches

_MIN_SPEECH_SECONDS = 1.0  # less of it sounds like many languages
_MIN_PROBABILITY = 0.9
# Written in another language, pieces of speech had -0.5 and less; sentences in their own mostly have more.
_MAX_AVG_LOGPROB = -0.4
# Speech in no known language is ranked like this, and its text is a guess.
_MAX_UNKNOWN_PROBABILITY, _MAX_UNKNOWN_LOGPROB = 0.5, -0.9


def may_be_another(window: Window, hypothesis: Hypothesis) -> bool:
    """Return whether a window with a requested language is worth a detection, which takes a step of the decoder."""
    unsure = window.doubtful or hypothesis.avg_logprob <= _MAX_AVG_LOGPROB
    return unsure and not window.shard_state.detects_language and window.voiced_seconds >= _MIN_SPEECH_SECONDS


def is_unchecked(window: Window) -> bool:
    """Return whether the requested language was checked on no window of the shard yet, and this one can be."""
    state = window.shard_state
    return (
        state.profile.checks_language
        and not state.detects_language
        and not state.language_is_checked
        and window.voiced_seconds >= _MIN_SPEECH_SECONDS
    )


def other_detected(window: Window) -> str | None:
    """Return the language that the speech of a window surely sounds like, if detection may choose others only."""
    allowed = window.shard_state.shard.languages
    if not allowed or not window.language_ranking or window.voiced_seconds < _MIN_SPEECH_SECONDS:
        return None
    others = {detected_other(window.language_ranking, code) for code in allowed}
    return others.pop() if len(others) == 1 else None


def is_unknown(window: Window, hypothesis: Hypothesis) -> bool:
    """Return whether the speech of a window, whose language was detected, sounds like no language."""
    return (
        window.voiced_seconds >= _MIN_SPEECH_SECONDS
        and hypothesis.avg_logprob <= _MAX_UNKNOWN_LOGPROB
        and bool(window.language_ranking)
        and window.language_ranking[0][1] < _MAX_UNKNOWN_PROBABILITY
    )


def detected_other(ranking: Ranking, requested: str | None) -> str | None:
    """Return the code of the detected language, if it is surely another one than the requested."""
    language, probability = ranking[0]
    return language if probability >= _MIN_PROBABILITY and not language_choice.are_close(language, requested) else None


def warnings_of(
    codes: Collection[str],
    requested: str | None,
    unknown: Sequence[tuple[float, float]] = (),
    channel: int | None = None,
) -> list[ShardWarning]:
    """Warn of the languages that were detected: each in a sentence of its own, which is the same in every shard.

    A file's answer has each sentence once.

    Args:
        codes: codes of other languages than the requested.
        requested: the language in which all was written.
        unknown: speech that sounds like no language, (start, end) in seconds from the file's start.
        channel: the shard's, which is named with these times.
    """
    messages = [
        (
            "other_language",
            f"Some of the speech sounds like language={code}, but was taken for language={requested}; "
            "detect_language=true writes each language as it is spoken.",
        )
        for code in sorted(codes)
    ]
    if unknown:
        message = (
            f"The language of the speech{named_stretches(unknown, channel)} was not recognised: "
            "what is written there is a guess, or left out."
        )
        messages.append(("unknown_language", message))
    return [ShardWarning("language", type, message) for type, message in messages]
