"""Names of e-mail addresses: where the part before the "at" begins, "jo dot doe" or "J as in Juliet"."""

from __future__ import annotations

from collections.abc import Sequence

from functions.transcripts.redaction.email_words import (
    AND_SO_ON,
    ANNOUNCED,
    AT,
    DOT,
    IS,
    JOINERS,
    LEADING,
    MAX_LOCAL,
    NO_NAME,
    ONE_WORD,
    PARTICLES,
    SEND,
    SPELT,
    TO,
)
from functions.transcripts.words import TranscriptWord

_LONGEST_ONE_WORD = 5  # words
_MAX_NAMES = 3  # words that are said to be one


def local_start(words: Sequence[TranscriptWord], at: int, free: int, digits: set[int], *, glued: bool = False) -> int:
    """Return the index of an address's first word.

    After an announcement ("my e-mail is …") all words belong to the name; otherwise words joined by dots and the like,
    words spelt letter by letter, and digits.
    """
    for length in range(_LONGEST_ONE_WORD, 1, -1):
        line = " ".join(word.normalised for word in words[max(free, at - length) : at])
        if ONE_WORD.fullmatch(line) and at - length > free:
            names = [*range(max(free, at - length - _MAX_NAMES), at - length)]
            names = next((names[n + 1 :] for n in range(len(names) - 2, -1, -1) if _ends(words[names[n]])), names)
            return next((n for n in names if words[n].normalised not in LEADING), at - length - 1)
    if (start := _after_one_word(words, at, free)) is not None:
        return start
    for first in range(at - 1, max(free - 1, at - 1 - MAX_LOCAL), -1):
        is_question = words[first].text.endswith("?") and ANNOUNCED.fullmatch(words[first].normalised)
        if not is_question and words[first].text[-1:] in ".?!" and words[first].normalised not in DOT:
            break
        if _announces(words, first):
            return _without_leading(words, min(first + 1, at), at)
    first = at if glued or has_sign(words[at]) else at - 1
    while first > free and (length := _belonging(words, first, digits)):
        first = max(free, first - length)
    return first


def _after_one_word(words: Sequence[TranscriptWord], at: int, free: int) -> int | None:
    """Return where a name begins that is said to be one word before it: "it's all one word, blue sky at …"."""
    for end in range(at - 1, max(free, at - 1 - _MAX_NAMES - 1), -1):
        for length in range(_LONGEST_ONE_WORD, 1, -1):
            if ONE_WORD.fullmatch(" ".join(word.normalised for word in words[max(free, end - length) : end])):
                return end
    return None


def _ends(word: TranscriptWord) -> bool:
    """Return whether a sentence, or a part of one, ends with a word."""
    return word.text[-1] in ".?!,;:"


def has_sign(word: TranscriptWord) -> bool:
    """Return whether a word, or the lone punctuation behind it, has the "@": the word is part of the address's name."""
    return word.normalised not in AT and ("@" in word.normalised or word.text.endswith("@"))


def _announces(words: Sequence[TranscriptWord], at: int) -> bool:
    """Return whether an address begins after a word: "e-mail", its "is", or the "to" of "send it to"."""
    text = words[at].normalised
    is_spelt = len(text) == 1 and any(len(word.normalised) == 1 for word in words[max(0, at - 1) : at + 2 : 2])
    if text in TO and not is_spelt and any(SEND.fullmatch(word.normalised) for word in words[max(0, at - 3) : at]):
        return True
    return bool(ANNOUNCED.fullmatch(text)) or (text in IS and announced_before(words, at))


def _without_leading(words: Sequence[TranscriptWord], first: int, at: int) -> int:
    """Return the index of an address's first word after words like "me at", of which one at least stays."""
    last = at if has_sign(words[at]) else at - 1
    while first < last and words[first].normalised in LEADING and words[first + 1].normalised not in JOINERS:
        first += 1
    return first


def announced_before(words: Sequence[TranscriptWord], at: int) -> bool:
    """Return whether one of the five words before an index announces an address: "my e-mail"."""
    return any(ANNOUNCED.fullmatch(word.normalised) for word in words[max(0, at - 5) : at])


def _belonging(words: Sequence[TranscriptWord], first: int, digits: set[int]) -> int:
    """Return how many words before `first` belong to its address: those of "J as in Juliet", one, none."""
    before, after = words[first - 1], words[first]
    may_be_name = before.normalised not in NO_NAME | IS | TO | AND_SO_ON
    is_part = not ("@" in after.normalised and after.normalised[:1].isalpha())  # "all lower case, jane85@…"
    if may_be_name and is_part and not digits.isdisjoint((first - 1, first)):  # "doe ninety nine"
        return 1
    line = " ".join(word.normalised for word in words[max(0, first - 4) : first])
    if letters := SPELT.search(line):
        return len(letters[0].split())
    if before.normalised in IS:
        return 0  # "è luca punto …"
    if may_be_name and _is_spelt_after(words, first - 1):
        return 1  # "lee, l e e at …"
    if before.normalised in PARTICLES and first > 1 and words[first - 2].normalised in JOINERS | PARTICLES:
        return 1  # "piet dot van der meer at …"
    return int(_belongs(before.normalised, after.normalised))


def _is_spelt_after(words: Sequence[TranscriptWord], at: int) -> bool:
    """Return whether the letters of a word follow it one by one: "lee, l e e", "lee, l-e-e"."""
    name = words[at].normalised
    letters = "".join(word.normalised.replace("-", "") for word in words[at + 1 : at + 1 + len(name)])
    following = words[at + 1].normalised if at + 1 < len(words) else ""
    return len(name) > 1 and letters.startswith(name) and (len(following) == 1 or following[1:2] == "-")


def _belongs(before: str, after: str) -> bool:
    if before in JOINERS or after in JOINERS:
        return True
    if after.startswith(tuple(dot for dot in DOT if len(dot) > 1)):
        return True  # "John Dotsmith"
    return len(before) == 1 or any(letter.isdigit() for letter in before)
