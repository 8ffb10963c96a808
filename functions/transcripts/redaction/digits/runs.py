"""Runs: numerals that are parts of one number, with words between them that do not end it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from operator import attrgetter

from functions.options.redacted_entities import Entity
from functions.transcripts.redaction.digits.numerals import AND, Numeral, word_set
from functions.transcripts.redaction.digits.spelt_letters import NATO_ALPHABET
from functions.transcripts.redaction.entity_span import MIN_DIGITS, EntitySpan
from functions.transcripts.words import TranscriptWord

# Words between two groups of digits of one number, of the speaker or of the listener.
BETWEEN = word_set(
    "uh um er ah eh ehm öh hm hmm mm mm-hm mm-hmm m-hm dash hyphen minus space slash stroke then dot point okay ok "
    "yes yeah yep mhm uh-huh right sure got it alright perfect great "
    "äh ähm ja genau gut strich bindestrich euh oui tiret d'accord sí si guión vale sì trattino va bene "
    "sim hífen traço ponto punto streep streepje barra schrägstrich barre"
)
# What Whisper writes for "four" and "two" within a number, and "double" without its digit: "782 double for 1903".
_MISHEARD = word_set("for to too double triple")
# Words with which a speaker starts a number again: "4111, no wait, 4112".
_CORRECTING = word_set(
    "hold on so that's again i i'm mean moment nochmal of de del du do da der des it's let me start over "
    "no sorry wait nein entschuldigung non pardon perdón perdona scusi scusa desculpe desculpa nee nej undskyld"
)
# Words that take back the digits before them.
_TAKING_BACK = word_set(
    "no nope sorry wait actually rather correction oops scratch nein entschuldigung quatsch verzeihung falsch non "
    "enfin plutôt perdón perdona digo mejor scusi scusa anzi desculpe desculpa aliás minto nee pardon nej undskyld"
)
# Words with which the listener asks for the next digits: "415." "Go ahead." "555 2671."
_PROMPTING = word_set(
    "go ahead on continue please next thanks thank you lovely brilliant cool super weiter bitte danke continuez merci "
    "allez-y adelante siga continúe gracias prego vada avanti grazie pode continuar obrigado obrigada verder fortsæt"
)
_QUESTIONS = AND | word_set("what")  # "3010." "Und?" "9903."
_SLASHES = word_set("slash stroke barra schrägstrich barre")
_MAX_BETWEEN = 3  # words
# "4111 and the last four are 1111": what leads on to the next digits, and the words beside it.
_LEADS_ON = word_set(
    "then rest last next first final letzten nächsten dann derniers puis últimos últimas luego ultime poi laatste "
    "sidste"
)
_AROUND_LEAD = word_set(
    "and the bit part group set block what's another more "
    "four three 4 3 digits numbers are is on line row und die vier drei ziffern sind et les quatre trois "
    "chiffres sont y los las cuatro tres dígitos cifras son e le quattro tre cifre sono os quatro três são en de drie "
    "cijfers zijn og fire er"
)
_THEN = word_set("then dann puis luego poi")
_FIRST = word_set("first ersten premiers primeros primeras prime primi primeiros eerste første")
_LETTER = re.compile(r"([B-HJ-Z]|(?!AM|PM|USD|EUR|GBP|CHF)[A-Z]{2,4})[,-]?")  # "A" and "I" are words
_MAX_LETTERS = 5  # between two groups of digits
_MAX_LEADING = 7  # words
_MAX_TAKEN_BACK = 4  # numerals
_MAX_REPEATED = 20  # digits
_MAX_GROUPS = 4  # that are repeated together
_SENTENCE_MARKS = ".?!…"

Run = list[Numeral]


def runs(numerals: Sequence[Numeral], words: Sequence[TranscriptWord], *, across_sentences: bool) -> Iterator[Run]:
    """Yield numerals that follow one another, perhaps with a word like "dash" or "okay" between them.

    Args:
        numerals: Numerals in order, ordinals are left out.
        words: The words they are in.
        across_sentences: Whether a full stop, or another speaker's word, may stand between them: people
            pause when they read a long number aloud, and Whisper writes a full stop.
    """
    run: Run = []
    for numeral in numerals:
        if numeral.is_ordinal:
            continue
        if run and not _continues(words, run[-1], numeral, across_sentences):
            yield run
            run = []
        run.append(numeral)
    if run:
        yield run


def joined_by_letters(
    parts: Sequence[Run], words: Sequence[TranscriptWord], announcing: Collection[int] = ()
) -> list[Run]:
    """Return runs, of which those with nothing but single letters between are one: "7 K L M 2 2 1".

    The words with indices in `announcing` are no letters: "BLZ", "SSN", "CVV" announce the next number.
    """
    joined: list[Run] = []
    for run in parts:
        between = range(joined[-1][-1].last + 1, run[0].first) if joined else range(0)
        are_letters = all(at not in announcing and _is_letter(words[at]) for at in between)
        if 0 < len(between) <= _MAX_LETTERS and are_letters:
            joined[-1] += run
        else:
            joined.append([*run])
    return joined


def _is_letter(word: TranscriptWord) -> bool:
    return bool(_LETTER.fullmatch(word.text)) or word.normalised in NATO_ALPHABET


def entity_span(entity: Entity, run: Run) -> EntitySpan:
    """Return a run as an entity."""
    return EntitySpan(entity, run[0].first, run[-1].last)


def digits_of(run: Sequence[Numeral]) -> str:
    """Return the digits of all numerals of a run."""
    return "".join(numeral.digits for numeral in run)


def numerals_in(entity: EntitySpan, numerals: Sequence[Numeral]) -> Sequence[Numeral]:
    """Return those of some numerals, in order, that are in an entity."""
    begin = bisect_left(numerals, entity.first, key=attrgetter("first"))
    return numerals[begin : bisect_right(numerals, entity.last, begin, key=attrgetter("last"))]


def text_of(run: Sequence[Numeral]) -> str:
    """Return the texts of all numerals of a run, with a space between."""
    return " ".join(numeral.text for numeral in run)


def is_corrected(words: Sequence[TranscriptWord], run: Sequence[Numeral]) -> bool:
    """Return whether a run has words like "no, wait" in it: it may be two numbers."""
    return not (_CORRECTING | _TAKING_BACK | _SLASHES).isdisjoint(_inside(words, run))


def is_taken_back(words: Sequence[TranscriptWord], run: Run, following: int) -> bool:
    """Return whether a run starts again at the word `following`, with nothing else between: "91, no, 191"."""
    between = [word.normalised for word in words[run[-1].last + 1 : following]]
    return not _TAKING_BACK.isdisjoint(between) and set(between) <= _CORRECTING | _TAKING_BACK | BETWEEN


def begun_anew(words: Sequence[TranscriptWord], run: Run) -> Iterator[Run]:
    """Yield a run without digits that its speaker took back: "07 81, no sorry, 82 11 …" without 81, without 07 81."""
    for at in range(1, len(run)):
        if run[at].first - run[at - 1].last > 1 and is_taken_back(words, run[:at], run[at].first):
            for start in range(at - 1, max(-1, at - 1 - _MAX_TAKEN_BACK), -1):
                yield [*run[:start], *run[at:]]


def without_echoes(words: Sequence[TranscriptWord], run: Run) -> Run:
    """Return a run without the groups that repeat the group before: "4539." "4539." "1488." "1488?".

    A listener who writes a number down repeats each group, and in one channel without speakers both are one run. A card
    may have the same four digits twice, so callers must classify the unchanged run first.
    """
    groups: list[Run] = []
    before = ""  # the digits right before, as many as may be said again
    begin = 0
    for at, numeral in enumerate(run):
        if at + 1 < len(run) and not _ends_group(words, numeral, run[at + 1]):
            continue
        digits = digits_of(run[begin : at + 1])
        if len(digits) < MIN_DIGITS or not before.endswith(digits):
            groups.append(run[begin : at + 1])
            before = (before + digits)[-_MAX_REPEATED:]
        begin = at + 1
        for length in range(2, _MAX_GROUPS + 1):  # "8821, 9908." "8821, 9908."
            last, first = groups[-length:], groups[-2 * length : -length]
            if [*map(digits_of, last)] == [*map(digits_of, first)]:
                del groups[-length:]
                break
    return [numeral for group in groups for numeral in group]


def _ends_group(words: Sequence[TranscriptWord], before: Numeral, after: Numeral) -> bool:
    last, first = words[before.last], words[after.first]
    return after.first - before.last > 1 or last.speaker != first.speaker or last.text[-1:] in f"{_SENTENCE_MARKS},"


def _inside(words: Sequence[TranscriptWord], run: Sequence[Numeral]) -> list[str]:
    own = {at for numeral in run for at in range(numeral.first, numeral.last + 1)}
    return [words[at].normalised for at in range(run[0].first, run[-1].last) if at not in own]


def misheard_digits(words: Sequence[TranscriptWord], run: Sequence[Numeral]) -> str:
    """Return a digit for each word inside a run that sounds like one: "seven for two"."""
    return "".join({"for": "4", "to": "2", "too": "2"}.get(text, "") for text in _inside(words, run))


def _continues(words: Sequence[TranscriptWord], before: Numeral, after: Numeral, across_sentences: bool) -> bool:
    between = words[before.last + 1 : after.first]
    if len(between) == 1 and between[0].normalised in AND and before.digits.endswith("00"):
        return True  # "nine hundred and twelve"
    allowed = BETWEEN | _MISHEARD | _CORRECTING | _TAKING_BACK | _PROMPTING if across_sentences else BETWEEN
    texts = {word.normalised for word in between}
    if texts == {"to"} and _are_years(before, after):
        return False
    if across_sentences and len(between) <= _MAX_LEADING and texts & _LEADS_ON:
        return texts <= allowed | _LEADS_ON | _AROUND_LEAD
    questions = _QUESTIONS if across_sentences else ()
    if len(between) > _MAX_BETWEEN or not all(
        word.normalised in allowed or (word.normalised in questions and word.text.endswith("?")) for word in between
    ):
        return False
    if across_sentences:
        return True
    last, first = words[before.last], words[after.first]
    return last.speaker == first.speaker and not any(
        word.text.rstrip("\"'”’)")[-1:] in _SENTENCE_MARKS for word in (last, *between)
    )


def _are_years(*numerals: Numeral) -> bool:
    return all(re.fullmatch(r"1\d{3}|20\d\d", numeral.digits) for numeral in numerals)


def counts_digits(words: Sequence[TranscriptWord], numeral: Numeral) -> bool:
    """Return whether a numeral says how many digits come ("the last four are …") and is none of them."""
    before = [word for word in words[max(0, numeral.first - 1) : numeral.first] if word.text[-1] not in _SENTENCE_MARKS]
    after = words[numeral.last + 1 : numeral.last + 2] if words[numeral.last].text[-1] not in _SENTENCE_MARKS else []
    neighbours = {word.normalised for word in (*before, *after)}
    is_count = numeral.digits in ("3", "4") or (numeral.digits in ("2", "5", "6", "8") and numeral.text.isalpha())
    return is_count and not neighbours.isdisjoint(_LEADS_ON - _THEN | _FIRST)
