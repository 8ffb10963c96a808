"""E-mail addresses, written ("jo@example.com") and spoken ("jo dot doe at example dot com")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from functions.options.redacted_entities import Entity
from functions.transcripts.redaction.digits.numerals import Numeral
from functions.transcripts.redaction.email_names import announced_before, has_sign, local_start
from functions.transcripts.redaction.email_words import (
    AT,
    BEFORE_LETTERS,
    DETERMINERS,
    DOMAIN,
    DOT,
    ENGLISH_DOT,
    ENGLISH_WORDS,
    GLUED,
    IS,
    JOINERS,
    LISTENING,
    MAILBOXES,
    MAX_SPELT,
    NO_MAILBOX_NAME,
    NO_NAME,
    TOP_LEVEL,
    WRITTEN,
)
from functions.transcripts.redaction.entity_span import EntitySpan
from functions.transcripts.words import TranscriptWord

_MIN_LETTERS, _MAX_BEFORE_LETTERS = 3, 3  # words
_MAX_DOMAIN_WORDS = 4  # before its first dot


def find_emails(words: Sequence[TranscriptWord], numerals: Sequence[Numeral] = ()) -> list[EntitySpan]:
    """Return all e-mail addresses in order; `numerals` are the numbers in the words."""
    kept = [at for at, word in enumerate(words) if word.normalised not in LISTENING]
    of_kept = {at: n for n, at in enumerate(kept)}
    digits = {of_kept[at] for numeral in numerals for at in range(numeral.first, numeral.last + 1) if at in of_kept}
    own = [words[at] for at in kept]
    found = [(entity, _end_of_spelling(own, entity.last)) for entity in _find(own, digits)]
    return [EntitySpan(entity.entity, kept[entity.first], kept[last]) for entity, last in found]


def _end_of_spelling(words: Sequence[TranscriptWord], last: int) -> int:
    """Return the last word of the letters that spell an address's name behind it; `last` itself where none follow."""
    at = last + 1
    while at < len(words) and at <= last + _MAX_BEFORE_LETTERS and words[at].normalised in BEFORE_LETTERS:
        at += 1
    if at < len(words) and re.fullmatch(r"\w(-\w){1,}", words[at].normalised):
        return at
    end = at
    while end < len(words) and len(words[end].normalised) == 1 and words[end].normalised.isalpha():
        end += 1
    return end - 1 if end - at >= _MIN_LETTERS else last


def _find(words: Sequence[TranscriptWord], digits: set[int]) -> list[EntitySpan]:
    """Return the addresses among words, of which those with these indices are numbers."""
    found: list[EntitySpan] = []
    for at, word in enumerate(words):
        free = found[-1].last + 1 if found else 0  # index of the first word that is no address yet
        if at < free:
            continue
        text = word.normalised.replace("(at)", "@")
        if "@" in text and text != "@" and WRITTEN.match(text):
            is_whole = "." in text.partition("@")[2]
            end = at if is_whole else _domain_end(words, at + 1, after_name=True) or _end_after_stop(words, at)
            found.append(EntitySpan(Entity.EMAIL_ADDRESS, local_start(words, at, free, digits), end))
        elif GLUED.fullmatch(text) and words[max(at - 1, 0)].normalised not in AT:
            found.append(EntitySpan(Entity.EMAIL_ADDRESS, local_start(words, at, free, digits, glued=True), at))
        elif ((text in AT and at) or word.text.endswith("@")) and (last := _domain_end(words, at + 1)):
            start = local_start(words, at, free, digits)
            is_mailbox = last == at + 1 and words[last].normalised in MAILBOXES
            is_named = has_sign(word) or words[at - 1].normalised not in NO_NAME
            if is_mailbox and not has_sign(word):
                is_named = is_named and _may_be_mailbox_name(words, at, free)
            if is_named or (start < at - 1 and not is_mailbox):
                found.append(EntitySpan(Entity.EMAIL_ADDRESS, start, last))
    return found


def _may_be_mailbox_name(words: Sequence[TranscriptWord], at: int, free: int) -> bool:
    """Return whether the words before the "at" of a bare mailbox may be a name: "jane", and not "my data"."""
    if any(words[n].normalised in IS and announced_before(words, n) for n in range(max(free, at - 4), at)):
        return True  # "my e-mail is photos at gmail"
    before = words[at - 2].normalised if at > 1 else ""
    return words[at - 1].normalised not in NO_MAILBOX_NAME and before not in DETERMINERS


def _domain_end(words: Sequence[TranscriptWord], start: int, *, after_name: bool = False) -> int | None:
    """Return the index of a domain's last word; None if none begins at `start`.

    Args:
        words: All words.
        start: Index of the word after the "at", or with `after_name` after the domain's first name.
        after_name: Whether the first name was in the word before.
    """
    texts = [word.normalised for word in words[start : start + 8]]
    if texts and not after_name and DOMAIN.fullmatch(texts[0]):
        return start
    if not after_name and (spelt := _spelt_domain_end(words, start)):
        return spelt
    maximum = _MAX_DOMAIN_WORDS + 2 * (
        not JOINERS.isdisjoint(texts[:_MAX_DOMAIN_WORDS])
    )  # "north wind dash traders dot"
    at = 0 if after_name else next((n for n, text in enumerate(texts[:maximum]) if text in DOT), 0)
    last = None
    while at + 1 < len(texts) and texts[at] in DOT:
        if _is_top_level(texts[at], texts[at + 1]) or DOMAIN.fullmatch(texts[at + 1]):
            last = start + at + 1
        at += 2
    if last is None and len(texts) > 1 and not after_name and words[start].text.endswith("."):
        following = words[start + 1].text.rstrip(".,;:?!")  # "at example. com"; a capital begins a sentence
        last = start + 1 if following in TOP_LEVEL else None
    apart = next((n for n, word in enumerate(words[start : start + 2]) if word.text.startswith(".")), None)
    if last is None and apart is not None and words[start + apart].normalised in TOP_LEVEL:
        return start + apart  # "icloud .com"
    if last is None and texts and not after_name and texts[0] in MAILBOXES:
        return start
    return last


def _is_top_level(dot: str, name: str) -> bool:
    return name in TOP_LEVEL and not (dot in ENGLISH_DOT and name in ENGLISH_WORDS)


def _spelt_domain_end(words: Sequence[TranscriptWord], start: int) -> int | None:
    """Return the index of a domain's last word, of one that is spelt by letters: "g m a i l dot c o m"."""
    labels, dot, at = [""], "", start
    last = None
    while at < min(len(words), start + MAX_SPELT):
        text = words[at].normalised
        if text in DOT and labels[-1]:
            labels.append("")
            dot = text
        elif len(text) == 1 or (not labels[-1] and text not in DOT):
            labels[-1] += text
        else:
            break
        if len(labels) > 1 and _is_top_level(dot, labels[-1]):
            last = at
        at += 1
    return last


def _end_after_stop(words: Sequence[TranscriptWord], at: int) -> int:
    """Return the last word of "jane@example. com"; `at` itself where no small top-level domain follows."""
    following = words[at + 1].text.rstrip(".,;:?!") if at + 1 < len(words) else ""
    return at + 1 if words[at].text.endswith(".") and following in TOP_LEVEL else at
