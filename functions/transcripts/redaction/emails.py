"""E-mail addresses, written ("jo@example.com") and spoken ("jo dot doe at example dot com")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from functions.transcripts.redaction.entities import Entity, Found
from functions.transcripts.redaction.numerals import word_set
from functions.transcripts.words import TranscriptWord

_AT = word_set("at @ ät arobase arobas arroba chiocciola apenstaartje snabel-a klammeraffe")
_DOT = word_set("dot . punkt point punto ponto punt punktum")
_JOINERS = _DOT | word_set(
    "underscore dash hyphen minus plus unterstrich bindestrich tiret souligné guión guion bajo trattino hífen streepje"
)
_TOP_LEVEL = word_set(
    "com org net edu gov mil int info biz io ai app dev co me tv us uk ca au nz ie in za de at ch fr be es mx ar it "
    "pt br nl dk se no fi pl cz eu jp cn kr ru ua tr gr ro hu"
)
_WRITTEN = re.compile(r"[\w.+-]+(@|\(at\))[\w-]+(\.[\w-]+)*")
_TOP_LEVELS = "|".join(sorted(_TOP_LEVEL, key=len, reverse=True))
_DOMAIN = re.compile(rf"([\w-]+\.)+({_TOP_LEVELS})")
# "john.smithatgmail.com": how Whisper writes a spoken "at" before a domain that it knows.
_GLUED = re.compile(
    rf"[\w.+-]+((gmail|googlemail|yahoo|hotmail|outlook|icloud|aol|gmx|protonmail)\.(\w+)|web\.de)"
    rf"|[\w+-]+\.[\w+-]+at[\w-]{{3,}}\.({_TOP_LEVELS})"
)
_ANNOUNCED = re.compile(r"e-?mails?|mail|adresse|address|correo|endereço|indirizzo|courriel")
_SEND = re.compile(
    r"send|sent|write|mail|e-?mail|forward|schick\w*|schreib\w*|sende\w*|envo\w*|écri\w*|envía\w*|escrib\w*|manda\w*"
)
_TO = word_set("to at an à a")
_IS = word_set("is it's its ist lautet est es é è")
# Between an announcement and its address; and what looks, meets and buys "at example.com" without an address.
_LEADING = word_set("me us him her them at to on is it's its an mir uns à a bitte please under unter")
_NO_NAME = word_set(
    "look looks looked looking meet meets met meeting buy buys bought buying shop shopping order ordered find finds "
    "found see seen saw available work works worked working learn more register sign visit me us it him her them is "
    "are was were online here there people team starting hosted website site"
)
_MOST_LOCAL = 12  # words before the "at" that may belong to an address which is announced


def find_emails(words: Sequence[TranscriptWord]) -> list[Found]:
    """Return all e-mail addresses in order."""
    found: list[Found] = []
    for at, word in enumerate(words):
        free = found[-1].last + 1 if found else 0  # index of the first word that is no address yet
        if at < free:
            continue
        text = word.normalised.replace("(at)", "@")
        if "@" in text and text != "@" and _WRITTEN.match(text):
            is_whole = "." in text.partition("@")[2]
            end = at if is_whole else _domain_end(words, at + 1, after_name=True) or _end_after_stop(words, at)
            found.append(Found(Entity.EMAIL_ADDRESS, _local_start(words, at, free), end))
        elif _GLUED.fullmatch(text) and words[max(at - 1, 0)].normalised not in _AT:
            found.append(Found(Entity.EMAIL_ADDRESS, _local_start(words, at, free, glued=True), at))
        elif ((text in _AT and at) or text.endswith("@")) and (last := _domain_end(words, at + 1)):
            start = _local_start(words, at, free)
            if start < at - 1 or words[start].normalised not in _NO_NAME:
                found.append(Found(Entity.EMAIL_ADDRESS, start, last))
    return found


def _domain_end(words: Sequence[TranscriptWord], start: int, *, after_name: bool = False) -> int | None:
    """Return the index of a domain's last word; None if none begins at `start`.

    Args:
        words: All words.
        start: Index of the word after the "at", or with `after_name` after the domain's first name.
        after_name: Whether the first name was in the word before.
    """
    texts = [word.normalised for word in words[start : start + 8]]
    if texts and not after_name and _DOMAIN.fullmatch(texts[0]):
        return start
    at = 0 if after_name else next((n for n, text in enumerate(texts[:4]) if text in _DOT), 0)
    last = None
    while at + 1 < len(texts) and texts[at] in _DOT:
        if texts[at + 1] in _TOP_LEVEL or _DOMAIN.fullmatch(texts[at + 1]):
            last = start + at + 1
        at += 2
    if last is None and len(texts) > 1 and not after_name and words[start].text.endswith("."):
        following = words[start + 1].text.rstrip(".,;:?!")  # "at example. com"; a capital begins a sentence
        last = start + 1 if following in _TOP_LEVEL else None
    return last


def _end_after_stop(words: Sequence[TranscriptWord], at: int) -> int:
    """Return the last word of "jane@example. com"; `at` itself where no small top-level domain follows."""
    following = words[at + 1].text.rstrip(".,;:?!") if at + 1 < len(words) else ""
    return at + 1 if words[at].text.endswith(".") and following in _TOP_LEVEL else at


def _local_start(words: Sequence[TranscriptWord], at: int, free: int, *, glued: bool = False) -> int:
    """Return the index of an address's first word.

    What an announcement ("my e-mail is …") begins is taken whole; else what is joined by dots and the like, spelt
    letter by letter, or digits.
    """
    for first in range(at - 1, max(free - 1, at - 1 - _MOST_LOCAL), -1):
        if words[first].text[-1:] in ".?!" and words[first].normalised not in _DOT:
            break
        if _announces(words, first):
            return _without_leading(words, min(first + 1, at), at)
    first = at if glued or ("@" in words[at].normalised and words[at].normalised not in _AT) else at - 1
    while first > free and _belongs(words[first - 1].normalised, words[first].normalised):
        first -= 1
    return first


def _announces(words: Sequence[TranscriptWord], at: int) -> bool:
    """Tell whether an address begins after a word: "e-mail", its "is", or the "to" of "send it to"."""
    text = words[at].normalised
    if text in _TO and any(_SEND.fullmatch(word.normalised) for word in words[max(0, at - 3) : at]):
        return True
    return bool(_ANNOUNCED.fullmatch(text)) or (text in _IS and _announced_before(words, at))


def _without_leading(words: Sequence[TranscriptWord], first: int, at: int) -> int:
    """Return the index of an address's first word after words like "me at", of which one at least stays."""
    last = at if "@" in words[at].normalised and words[at].normalised not in _AT else at - 1
    while first < last and words[first].normalised in _LEADING:
        first += 1
    return first


def _announced_before(words: Sequence[TranscriptWord], at: int) -> bool:
    return any(_ANNOUNCED.fullmatch(word.normalised) for word in words[max(0, at - 3) : at])


def _belongs(before: str, after: str) -> bool:
    if before in _JOINERS or after in _JOINERS:
        return True
    if after.startswith(tuple(dot for dot in _DOT if len(dot) > 1)):
        return True  # "John Dotsmith"
    return len(before) == 1 or any(letter.isdigit() for letter in before)
