"""E-mail addresses, written ("jo@example.com") and spoken ("jo dot doe at example dot com")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from functions.options.redacted_entities import Entity
from functions.transcripts.redaction.found import Found
from functions.transcripts.redaction.numerals import Numeral, word_set
from functions.transcripts.words import TranscriptWord

_AT = word_set(
    "at @ ät arobase arobas arrobase arrobas arroba chiocciola apenstaartje snabel-a klammeraffe собака собачка małpa "
    "zavináč 골뱅이"
)
_DOT = word_set("dot . punkt point punto ponto punt punktum period точка крапка kropka tečka nokta 닷 점")
_JOINERS = _DOT | word_set(
    "underscore dash hyphen minus plus unterstrich bindestrich tiret souligné guión guion bajo trattino hífen streepje "
    "ele eme ene efe hache jota erre uve equis zeta "  # Spanish letters
    "дефис тире подчёркивание подчеркивание myślnik podkreślnik pomlčka podtržítko tire"
)
_TOP_LEVEL = word_set(
    "com org net edu gov mil int info biz io ai app dev co me tv us uk ca au nz ie in za de at ch fr be es mx ar it "
    "fm tv cc gg ly sh xyz club shop online store tech cloud news agency studio design digital media lu li ee lv lt sk "
    "si hr bg rs il ae sg hk tw vn ng ke cl pe uy ec cr "
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
_ANNOUNCED = re.compile(
    r"e-?mails?|mail|adresse|address|correo|endereço|indirizzo|courriel|mejl|почт\w+|мейл|имейл|адрес\w*|adres|이메일"
)
_SEND = re.compile(
    r"send|sent|write|mail|e-?mail|forward|schick\w*|schreib\w*|sende\w*|envo\w*|écri\w*|envía\w*|escrib\w*|manda\w*"
)
_TO = word_set("to at an à a")
_IS = word_set("is it's its ist lautet est c'est es é è er är to это")
# Between an announcement and its address; and what looks, meets and buys "at example.com" without an address.
_LEADING = word_set("me us him her them at to on is it's its an mir uns à a bitte please under unter")
_NO_NAME = word_set(
    "look looks looked looking meet meets met meeting buy buys bought buying shop shopping order ordered find finds "
    "found see seen saw available work works worked working learn more register sign visit me us it him her them is "
    "are was were it's its that's online here there people team starting hosted website site"
)
_AND_SO_ON = word_set("and or und y et with from the my your und mit von der die le la el")
# A letter and a word that begins with it, which may stand behind: "J as in Juliet", "J wie".
_SPELT = re.compile(r"(?<!\S)\w (as in|comme dans|for|like|wie|as|comme|como|come|als)( \S+)?$")
# "At this point in time" has an "at", a "point" and a top-level domain, and is no address.
_ENGLISH_DOT = word_set("point period")
_ENGLISH_WORDS = word_set("in it me at us be no is so to")
# Mailboxes that are named without their top-level domain: "jane at gmail".
_MAILBOXES = word_set("gmail googlemail hotmail icloud protonmail gmx")
# Words before the "at" that are no name of a mailbox: "sign up at icloud", "my data at icloud".
_NO_MAILBOX_NAME = word_set(
    "up over out in on off back down away around data file files photo photos picture pictures backup backups storage "
    "account accounts mail mails email emails inbox password passwords contacts calendar support service team people "
    "job jobs engineer engineers login logged stored stuff everything anything something someone somebody only stay "
    "stayed start started live lives stop hosting based looking"
)
_DETERMINERS = word_set("my your his her its our their the a an this that these those some any all no which what")
# What the other says while an address is read: "jane dot doe." "Yes." "At gmail dot com."
_LISTENING = word_set("uh um er hmm mm-hmm mhm uh-huh okay ok yes yeah yep right ähm äh ja euh oui sì vale")
_MOST_SPELT = 40  # words of a domain that is spelt
_MOST_LOCAL = 12  # words before the "at" that may belong to an address which is announced


def find_emails(words: Sequence[TranscriptWord], numerals: Sequence[Numeral] = ()) -> list[Found]:
    """Return all e-mail addresses in order; `numerals` are the numbers in the words."""
    kept = [at for at, word in enumerate(words) if word.normalised not in _LISTENING]
    of_kept = {at: n for n, at in enumerate(kept)}
    digits = {of_kept[at] for numeral in numerals for at in range(numeral.first, numeral.last + 1) if at in of_kept}
    found = _find([words[at] for at in kept], digits)
    return [Found(entity.entity, kept[entity.first], kept[entity.last]) for entity in found]


def _find(words: Sequence[TranscriptWord], digits: set[int]) -> list[Found]:
    """Return the addresses among words, of which those with these indices are numbers."""
    found: list[Found] = []
    for at, word in enumerate(words):
        free = found[-1].last + 1 if found else 0  # index of the first word that is no address yet
        if at < free:
            continue
        text = word.normalised.replace("(at)", "@")
        if "@" in text and text != "@" and _WRITTEN.match(text):
            is_whole = "." in text.partition("@")[2]
            end = at if is_whole else _domain_end(words, at + 1, after_name=True) or _end_after_stop(words, at)
            found.append(Found(Entity.EMAIL_ADDRESS, _local_start(words, at, free, digits), end))
        elif _GLUED.fullmatch(text) and words[max(at - 1, 0)].normalised not in _AT:
            found.append(Found(Entity.EMAIL_ADDRESS, _local_start(words, at, free, digits, glued=True), at))
        elif ((text in _AT and at) or word.text.endswith("@")) and (last := _domain_end(words, at + 1)):
            start = _local_start(words, at, free, digits)
            is_mailbox = last == at + 1 and words[last].normalised in _MAILBOXES
            is_named = _has_sign(word) or words[at - 1].normalised not in _NO_NAME
            if is_mailbox and not _has_sign(word):
                is_named = is_named and _may_be_mailbox_name(words, at, free)
            if is_named or (start < at - 1 and not is_mailbox):
                found.append(Found(Entity.EMAIL_ADDRESS, start, last))
    return found


def _may_be_mailbox_name(words: Sequence[TranscriptWord], at: int, free: int) -> bool:
    """Tell whether the words before the "at" of a bare mailbox may be a name: "jane", and not "my data"."""
    if any(words[n].normalised in _IS and _announced_before(words, n) for n in range(max(free, at - 4), at)):
        return True  # "my e-mail is photos at gmail"
    before = words[at - 2].normalised if at > 1 else ""
    return words[at - 1].normalised not in _NO_MAILBOX_NAME and before not in _DETERMINERS


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
    if not after_name and (spelt := _spelt_domain_end(words, start)):
        return spelt
    at = 0 if after_name else next((n for n, text in enumerate(texts[:4]) if text in _DOT), 0)
    last = None
    while at + 1 < len(texts) and texts[at] in _DOT:
        if _is_top_level(texts[at], texts[at + 1]) or _DOMAIN.fullmatch(texts[at + 1]):
            last = start + at + 1
        at += 2
    if last is None and len(texts) > 1 and not after_name and words[start].text.endswith("."):
        following = words[start + 1].text.rstrip(".,;:?!")  # "at example. com"; a capital begins a sentence
        last = start + 1 if following in _TOP_LEVEL else None
    if last is None and texts and not after_name and texts[0] in _MAILBOXES:
        return start
    return last


def _is_top_level(dot: str, name: str) -> bool:
    return name in _TOP_LEVEL and not (dot in _ENGLISH_DOT and name in _ENGLISH_WORDS)


def _spelt_domain_end(words: Sequence[TranscriptWord], start: int) -> int | None:
    """Return the index of a domain's last word, of one that is spelt by letters: "g m a i l dot c o m"."""
    labels, dot, at = [""], "", start
    last = None
    while at < min(len(words), start + _MOST_SPELT):
        text = words[at].normalised
        if text in _DOT and labels[-1]:
            labels.append("")
            dot = text
        elif len(text) == 1 or (not labels[-1] and text not in _DOT):
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
    return at + 1 if words[at].text.endswith(".") and following in _TOP_LEVEL else at


def _local_start(words: Sequence[TranscriptWord], at: int, free: int, digits: set[int], *, glued: bool = False) -> int:
    """Return the index of an address's first word.

    What an announcement ("my e-mail is …") begins is taken whole; else what is joined by dots and the like, spelt
    letter by letter, or digits.
    """
    for first in range(at - 1, max(free - 1, at - 1 - _MOST_LOCAL), -1):
        if words[first].text[-1:] in ".?!" and words[first].normalised not in _DOT:
            break
        if _announces(words, first):
            return _without_leading(words, min(first + 1, at), at)
    first = at if glued or _has_sign(words[at]) else at - 1
    while first > free and (length := _belonging(words, first, digits)):
        first = max(free, first - length)
    return first


def _has_sign(word: TranscriptWord) -> bool:
    """Tell whether a word, or the lone punctuation behind it, has the "@": the word is part of the address's name."""
    return word.normalised not in _AT and ("@" in word.normalised or word.text.endswith("@"))


def _announces(words: Sequence[TranscriptWord], at: int) -> bool:
    """Tell whether an address begins after a word: "e-mail", its "is", or the "to" of "send it to"."""
    text = words[at].normalised
    is_spelt = len(text) == 1 and any(len(word.normalised) == 1 for word in words[max(0, at - 1) : at + 2 : 2])
    if text in _TO and not is_spelt and any(_SEND.fullmatch(word.normalised) for word in words[max(0, at - 3) : at]):
        return True
    return bool(_ANNOUNCED.fullmatch(text)) or (text in _IS and _announced_before(words, at))


def _without_leading(words: Sequence[TranscriptWord], first: int, at: int) -> int:
    """Return the index of an address's first word after words like "me at", of which one at least stays."""
    last = at if _has_sign(words[at]) else at - 1
    while first < last and words[first].normalised in _LEADING:
        first += 1
    return first


def _announced_before(words: Sequence[TranscriptWord], at: int) -> bool:
    return any(_ANNOUNCED.fullmatch(word.normalised) for word in words[max(0, at - 5) : at])


def _belonging(words: Sequence[TranscriptWord], first: int, digits: set[int]) -> int:
    """Return how many words before `first` belong to its address: those of "J as in Juliet", one, none."""
    before, after = words[first - 1], words[first]
    may_be_name = before.normalised not in _NO_NAME | _IS | _TO | _AND_SO_ON
    is_part = not ("@" in after.normalised and after.normalised[:1].isalpha())  # "all lower case, jane85@…"
    if may_be_name and is_part and not digits.isdisjoint((first - 1, first)):  # "doe ninety nine"
        return 1
    line = " ".join(word.normalised for word in words[max(0, first - 4) : first])
    if letters := _SPELT.search(line):
        return len(letters[0].split())
    if before.normalised in _IS:
        return 0  # "è luca punto …"
    if may_be_name and _is_spelt_after(words, first - 1):
        return 1  # "lee, l e e at …"
    return int(_belongs(before.normalised, after.normalised))


def _is_spelt_after(words: Sequence[TranscriptWord], at: int) -> bool:
    """Tell whether the letters of a word follow it one by one: "lee, l e e", "lee, l-e-e"."""
    name = words[at].normalised
    letters = "".join(word.normalised.replace("-", "") for word in words[at + 1 : at + 1 + len(name)])
    following = words[at + 1].normalised if at + 1 < len(words) else ""
    return len(name) > 1 and letters.startswith(name) and (len(following) == 1 or following[1:2] == "-")


def _belongs(before: str, after: str) -> bool:
    if before in _JOINERS or after in _JOINERS:
        return True
    if after.startswith(tuple(dot for dot in _DOT if len(dot) > 1)):
        return True  # "John Dotsmith"
    return len(before) == 1 or any(letter.isdigit() for letter in before)
