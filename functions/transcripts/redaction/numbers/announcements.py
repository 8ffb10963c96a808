"""Announcements: whether a cue means a short number near it, and the letters that belong to an announced number."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from functions.options.redacted_entities import OFFICIAL_NUMBERS, Entity
from functions.transcripts.redaction.cues import Cue
from functions.transcripts.redaction.digits.numerals import Numeral, word_set
from functions.transcripts.redaction.digits.runs import Run
from functions.transcripts.redaction.digits.spelt_letters import NATO_ALPHABET, spelt_letter
from functions.transcripts.redaction.entity_span import EntitySpan
from functions.transcripts.words import TranscriptWord

# "Account", "compte" and "conta" alone also stand in sentences about no account: "on no account pay 5000", "il se rend
# compte que 2500". A number of less than six digits then needs words like these in between, and a year one that links.
LONG_ENOUGH = 6  # digits
_NAMES_NUMBER = re.compile(
    r"digits|ziffern|chiffres|dígitos|cifr|cijfers|number|nummer|numéro|número|numero|\bid\b|routing|code|iban|bankleitzahl"
)
_BRANCH = "agência"  # of a bank; of news or travel, where what follows at once is no number
_NUMBER = word_set("number numbers no nr nummer numéro número numero id")
_LINKING = word_set(
    "is are it's that's ending ends last four ist lautet endet est termine es termina terminada é è finisce eindigt er"
)
CONNECTING = (
    word_set("changed to now became currently neu jetzt maintenant ahora adesso agora nu")
    | word_set("bancária bancario banco do")
    | _NUMBER
    | _LINKING
    | word_set("stellen zahlen nummern numbers numéros números numeri nummers tal")
    | word_set("please uh um okay yes sure bitte ja s'il vous plaît oui por favor sí per sì alstublieft")
    | word_set(
        "that would be dat das wäre ça c'est sería sarebbe seria "
        "the a in with digits first die der auf mit sont se par son en em con op på of ziffern chiffres dígitos "
        "cifras cifre cijfers my meiner ma mi meu mia mijn mit sind são sono zijn son las les le os"
    )
)
# Words that people say while they look for a number.
LOOKING = word_set(
    "let me see look check hold on moment second just here well so think i believe moment bitte espera "
    "nochmal again encore otra vez ancora nogmaals igen"
)
_FIRST = re.compile(r"\b(first|ersten|premiers|primer[oa]s|prime|primeiros|eerste)\b")
_OF_THE_CARD = word_set("of on your this that card cards")
_ENDING = word_set(
    "ending ends finishes finishing endet endend termine terminant finit termina terminada acaba finisce eindigt "
    "ender slutter"
)
_LAST = word_set("last final letzten letzte derniers últimos últimas ultime ultimi laatste sidste")
_FOUR = word_set("four 4 vier quatre cuatro quatro quattro fire")
_EXTENSION = word_set("ext extension x durchwahl nebenstelle poste extensión interno ramal toestel lokalnummer")
_MAY_START = (*OFFICIAL_NUMBERS, Entity.PHONE_NUMBER)
_AREA = word_set("code vorwahl indicatif prefijo")
_STARTING = word_set(
    "start starts starting begin begins beginning beginnt fängt commence empieza comienza começa inizia begint starter "
    "first out with"
)
_NEAR_EXTENSION = word_set("is number the it's ist lautet die nummer est c'est le numéro es el número é o è il er nr")
_BACK = re.compile(
    r"\b(back|reverse|dos|verso|derrière|hinten|rückseite|a?trás|detrás|reverso|dietro|retro|achter\w+|bag\w+)\b"
)
YEAR = re.compile(r"(19|20)\d\d")
SINCE = word_set(
    "since in from by until till before after around depuis en desde hasta seit bis dal nel sinds siden até"
)
_CODE_LETTERS = re.compile(r"([A-Z]{1,6}|[A-Z](-[A-Z])+)\W*")
_NO_CODE = word_set("I A AM PM OK USD EUR GBP CHF US UK EU")
_DASHES = word_set("dash hyphen slash bindestrich schrägstrich strich tiret guion guión barra trattino hífen streepje")
_SINGLE_LETTER = 0.4  # of a group
_MAX_SPELT = 6  # letters before or behind a number
_MAX_LETTERS = 3  # groups of letters on one side of a number: "GB29 NWBK 6016 …"


def is_linked(words: Sequence[TranscriptWord], cue: Cue, run: Run, digits: str) -> bool:
    """Return whether a cue before a number can mean it; False only for short ones after the word "account" alone."""
    if cue.entity is not Entity.ACCOUNT_NUMBER or len(digits) >= LONG_ENOUGH:
        return True
    if cue.elsewhere:
        return cue.text == _BRANCH or any(map(_NAMES_NUMBER.search, cue.around))
    text = " ".join(word.normalised for word in words[cue.first : cue.last + 1])
    between = [word.normalised for word in words[cue.last + 1 : run[0].first]]
    if _NAMES_NUMBER.search(text) or (between and between[0] in _NUMBER):
        return True
    if not set(between) <= CONNECTING:
        return False
    return not (len(run) == 1 and YEAR.fullmatch(digits)) or bool(_LINKING.intersection(between))


def is_part(words: Sequence[TranscriptWord], cue: Cue, run: Run, digits: str) -> bool:
    """Return whether digits are the announced part of a number: "my Visa ending in 4242", "area code 415"."""
    between = [word.normalised for word in words[cue.last + 1 : run[0].first]]
    is_connected = set(between) <= CONNECTING | _STARTING
    if cue.entity is Entity.CREDIT_CARD:
        return len(digits) == 4 and _is_last_four(cue, between, is_year=len(run) == 1 and bool(YEAR.fullmatch(digits)))
    is_extension = cue.entity is Entity.PHONE_NUMBER and bool(_EXTENSION.intersection(cue.text.split()))
    if is_extension and set(between) <= _NEAR_EXTENSION:
        return len(digits) in range(2, 7)
    if not is_connected:
        return False
    says_part = _STARTING.intersection(between) or (cue.around | set(between)) & (_LAST | _ENDING)
    if cue.entity in _MAY_START and says_part:
        return len(digits) in range(2, 7) and not is_year(run, digits)
    is_area = cue.entity is Entity.PHONE_NUMBER and not cue.elsewhere and words[cue.last].normalised in _AREA
    return is_area and len(digits) in range(2, 6)


def is_year(run: Run, digits: str) -> bool:
    """Return whether a run may be a year: "2027", "twenty twenty-seven"."""
    return len(run) <= 2 and bool(YEAR.fullmatch(digits))


def are_last_four(words: Sequence[TranscriptWord], cue: Cue, run: Run, digits: str) -> bool:
    """Return whether four digits are those that "the last four" or "ending in" announce; a year may end a list."""
    if _FIRST.search(cue.text):
        between = {word.normalised for word in words[cue.last + 1 : run[0].first]}
        return len(digits) in (4, 6, 8) and between <= CONNECTING | _OF_THE_CARD
    says_digits = cue.around & _FOUR or _NAMES_NUMBER.search(cue.text)
    if len(digits) != 4 or (is_year(run, digits) and not says_digits):
        return False
    return {word.normalised for word in words[cue.last + 1 : run[0].first]} <= CONNECTING | LOOKING


def says_how_many(cue: Cue) -> bool:
    """Return whether a cue says that a number has four digits: "the last four", and not "ending in"."""
    return not _FOUR.isdisjoint(cue.text.split())


def are_code_and_back(texts: Collection[str]) -> bool:
    """Return whether weak cues are both a code and the side of a card it stands on, though apart."""
    return len({bool(_BACK.search(text)) for text in texts}) > 1


def _is_last_four(cue: Cue, between: Sequence[str], *, is_year: bool) -> bool:
    """Return whether four digits are a card's last: "the last four of the card on file?", "my card ending with …"."""
    near = cue.around.union(between)
    says_four = bool(near & _LAST and near & _FOUR)
    if not says_four and not near & _ENDING:
        return False
    ends_at = [at for at, text in enumerate(between) if text in _ENDING | _LAST | _FOUR]
    following = between[ends_at[-1] + 1 :] if ends_at else between
    return set(following) <= CONNECTING | LOOKING or (says_four and not ends_at and not is_year)


def _with_extension(words: Sequence[TranscriptWord], phone: EntitySpan, starting: Mapping[int, Numeral]) -> EntitySpan:
    """Return a telephone number with its extension: "555-2671, ext. 204"; `starting` are numerals by first word."""
    following = words[phone.last + 1].normalised.rstrip(".") if phone.last + 1 < len(words) else ""
    last = phone.last + 1
    while following in _EXTENSION and (numeral := starting.get(last + 1)):
        last = numeral.last
    return replace(phone, last=last) if last > phone.last + 1 else phone


def completed(
    words: Sequence[TranscriptWord], found: Sequence[EntitySpan], numerals: Sequence[Numeral], cues: Sequence[Cue]
) -> list[EntitySpan]:
    """Return entities in order with what belongs to them: "QQ 12 34 56 C", "GB29 NWBK 6016 …", "555-2671 ext. 204"."""
    written = {numeral.first: numeral for numeral in numerals}
    announcing = {at for cue in cues if not cue.elsewhere for at in range(cue.first, cue.last + 1)}
    taken = {at for entity in found for at in range(entity.first, entity.last + 1)}

    def end(at: int, step: int) -> int:
        """Return the last index from `at` on, in a direction, to which letters lead."""
        groups, best = 0.0, at
        while groups <= _MAX_LETTERS and 0 <= (following := at + step) < len(words):
            if following in announcing or following in taken:
                break
            if words[following].normalised in _DASHES:
                groups += _SINGLE_LETTER  # "2 2 0 1 dash K"
            elif following in written and groups:
                best = following
            elif (other := _other_end(words, following, step)) is not None:
                groups += 1
                best = following = other
            elif _is_letters(words[following].text) or _is_letter_a(words, following, step):
                groups += 1 if len(words[following].normalised) > 1 else _SINGLE_LETTER
                is_last = words[following].text[-1] in ".,;?!"  # "882 106 JX."
                best = following if step < 0 or is_last or len(words[following].normalised) == 1 else best
            else:
                break
            at = following
        return best

    def whole(entity: EntitySpan) -> EntitySpan:
        if entity.entity is Entity.PHONE_NUMBER:
            return _with_extension(words, entity, written)
        if entity.entity in OFFICIAL_NUMBERS:
            return replace(entity, first=end(entity.first, -1), last=end(entity.last, 1))
        return entity

    return [whole(entity) for entity in found]


def _other_end(words: Sequence[TranscriptWord], at: int, step: int) -> int | None:
    """Return where a spelt letter ends whose first word in a direction is at an index; None: there is none.

    Behind a number it has its letter: "A as in apple". A word alone may be a name there, "123456. Mike will call",
    where neither another follows nor the sentence ends: "12 34 56 Alpha."
    """
    if step < 0:
        return spelt_letter(words, at)
    if words[at].normalised == "i" or words[at - 1].text[-1] in ".?!":  # "I like it"
        return None
    if words[at].normalised in NATO_ALPHABET:
        is_followed = at + 1 < len(words) and words[at + 1].normalised in NATO_ALPHABET
        is_end = at + 1 == len(words) or words[at].text[-1] in ".,;?!"
        return at if is_followed or (is_end and words[at - 1].text[-1] not in ",;:") else None
    return next((n for n in range(at + 2, min(len(words), at + 4)) if spelt_letter(words, n) == at), None)


def _is_letter_a(words: Sequence[TranscriptWord], at: int, step: int) -> bool:
    """Return whether a word is the letter A and no article: "QQ 12 34 56 A.", "L R A, 90"."""
    if words[at].text.rstrip(".,;?!") != "A":
        return False
    if step > 0:
        return words[at].text[-1] in ".,;?!"
    # The article is written small inside a sentence; an answer begins with the number itself.
    return at == 0 or words[at - 1].text[-1] not in ".!"


def has_letters(words: Sequence[TranscriptWord], run: Run) -> bool:
    """Return whether capital letters are in a number or right before it, as in a British insurance number."""
    before = run[0].first - 1
    is_after_letter = before >= 0 and (_is_letters(words[before].text) or spelt_letter(words, before) is not None)
    return is_after_letter or any(letter.isalpha() for numeral in run for letter in numeral.text)


def spelt_letters_of(words: Sequence[TranscriptWord], run: Run) -> int:
    """Return how many letters of the NATO alphabet are before, in and behind a number: 2 in "Charlie 0 1 X-ray 0"."""
    begin = run[0].first
    while begin > 0 and run[0].first - begin < _MAX_SPELT and words[begin - 1].normalised in NATO_ALPHABET:
        begin -= 1
    end = run[-1].last + 1
    while end < len(words) and end - run[-1].last <= _MAX_SPELT and words[end].normalised in NATO_ALPHABET:
        end += 1
    return sum(word.normalised in NATO_ALPHABET for word in words[begin:end])


def _is_letters(text: str) -> bool:
    return bool(_CODE_LETTERS.fullmatch(text)) and text.strip(",.;:?!") not in _NO_CODE
