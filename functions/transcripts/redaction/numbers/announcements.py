"""Announcements: whether a cue means a short number near it, and the letters that belong to an announced number."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from functions.options.redacted_entities import OFFICIAL_NUMBERS, Entity
from functions.transcripts.redaction.cues import Cue
from functions.transcripts.redaction.digits.numerals import Numeral, word_set
from functions.transcripts.redaction.digits.runs import Run
from functions.transcripts.redaction.found import Found
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
_CONNECTING = (
    word_set("changed to now became currently neu jetzt maintenant ahora adesso agora nu")
    | word_set("bancária bancario banco do")
    | _NUMBER
    | _LINKING
    | word_set("please uh um okay yes sure bitte ja s'il vous plaît oui por favor sí per sì alstublieft")
    | word_set(
        "the a in with digits first die der auf mit sont se par son en em con op på of ziffern chiffres dígitos "
        "cifras cifre cijfers my meiner ma mi meu mia mijn mit sind são sono zijn son las les le os"
    )
)
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
_CODE_LETTERS = re.compile(r"([A-Z]{1,4}|[A-Z](-[A-Z])+)\W*")
# "W as in whiskey", "W wie Wilhelm": the words between a letter and one that begins with it.
_AS_IN = re.compile(r"(as in|for|like|wie|comme|como de|como|come|de|di|als|som|van)")
_PHONETIC = word_set(
    "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar papa "
    "quebec romeo sierra tango uniform victor whiskey whisky xray x-ray yankee zulu"
)
_NO_CODE = word_set("I A AM PM OK USD EUR GBP CHF US UK EU")
_SINGLE_LETTER = 0.4  # of a group
_MOST_LETTERS = 3  # groups of letters on one side of a number: "GB29 NWBK 6016 …"


def is_linked(words: Sequence[TranscriptWord], cue: Cue, run: Run, digits: str) -> bool:
    """Tell whether a cue before a number can mean it; true but for a few short ones after the word account alone."""
    if cue.entity is not Entity.ACCOUNT_NUMBER or len(digits) >= LONG_ENOUGH:
        return True
    if cue.elsewhere:
        return cue.text == _BRANCH or any(map(_NAMES_NUMBER.search, cue.around))
    text = " ".join(word.normalised for word in words[cue.first : cue.last + 1])
    between = [word.normalised for word in words[cue.last + 1 : run[0].first]]
    if _NAMES_NUMBER.search(text) or (between and between[0] in _NUMBER):
        return True
    if not set(between) <= _CONNECTING:
        return False
    return not (len(run) == 1 and YEAR.fullmatch(digits)) or bool(_LINKING.intersection(between))


def is_part(words: Sequence[TranscriptWord], cue: Cue, run: Run, digits: str) -> bool:
    """Tell whether digits are the announced part of a number: "my Visa ending in 4242", "area code 415"."""
    between = [word.normalised for word in words[cue.last + 1 : run[0].first]]
    is_connected = set(between) <= _CONNECTING | _STARTING
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
    """Tell whether a run may be a year: "2027", "twenty twenty-seven"."""
    return len(run) <= 2 and bool(YEAR.fullmatch(digits))


def are_last_four(words: Sequence[TranscriptWord], cue: Cue, run: Run, digits: str) -> bool:
    """Tell whether four digits are those that "the last four" or "ending in" announce; a year may end a list."""
    if "first" in cue.text:
        return len(digits) in (4, 6, 8) and not words[cue.last + 1 : run[0].first]
    if len(digits) != 4 or (is_year(run, digits) and not cue.around & _FOUR):
        return False
    return {word.normalised for word in words[cue.last + 1 : run[0].first]} <= _CONNECTING


def says_how_many(cue: Cue) -> bool:
    """Tell whether a cue says that a number has four digits: "the last four", and not "ending in"."""
    return not _FOUR.isdisjoint(cue.text.split())


def are_code_and_back(texts: Collection[str]) -> bool:
    """Tell whether weak cues are both a code and the side of a card it stands on, though apart."""
    return len({bool(_BACK.search(text)) for text in texts}) > 1


def _is_last_four(cue: Cue, between: Sequence[str], *, is_year: bool) -> bool:
    """Tell whether four digits are a card's last: "the last four of the card on file?", "my card that ends with …"."""
    near = cue.around.union(between)
    says_four = bool(near & _LAST and near & _FOUR)
    if not says_four and not near & _ENDING:
        return False
    ends_at = [at for at, text in enumerate(between) if text in _ENDING | _LAST | _FOUR]
    following = between[ends_at[-1] + 1 :] if ends_at else between
    return set(following) <= _CONNECTING or (says_four and not ends_at and not is_year)


def _with_extension(words: Sequence[TranscriptWord], phone: Found, starting: Mapping[int, Numeral]) -> Found:
    """Return a telephone number with its extension: "555-2671, ext. 204"; `starting` are numerals by first word."""
    following = words[phone.last + 1].normalised.rstrip(".") if phone.last + 1 < len(words) else ""
    last = phone.last + 1
    while following in _EXTENSION and (numeral := starting.get(last + 1)):
        last = numeral.last
    return replace(phone, last=last) if last > phone.last + 1 else phone


def completed(
    words: Sequence[TranscriptWord], found: Sequence[Found], numerals: Sequence[Numeral], cues: Sequence[Cue]
) -> list[Found]:
    """Return entities in order with what belongs to them: "QQ 12 34 56 C", "GB29 NWBK 6016 …", "555-2671 ext. 204"."""
    written = {numeral.first: numeral for numeral in numerals}
    announcing = {at for cue in cues if not cue.elsewhere for at in range(cue.first, cue.last + 1)}
    taken = {at for entity in found for at in range(entity.first, entity.last + 1)}

    def end(at: int, step: int) -> int:
        """Return the last index from `at` on, in a direction, to which letters lead."""
        groups, best = 0.0, at
        while groups <= _MOST_LETTERS and 0 <= (following := at + step) < len(words):
            if following in announcing or following in taken:
                break
            if following in written and groups:
                best = following
            elif (other := _other_end(words, following, step)) is not None:
                groups += 1
                best = following = other
            elif _is_letters(words[following].text) or _is_letter_a(words, following, step):
                groups += 1 if len(words[following].normalised) > 1 else _SINGLE_LETTER
                best = following if step < 0 or len(words[following].normalised) == 1 else best
            else:
                break
            at = following
        return best

    def whole(entity: Found) -> Found:
        if entity.entity is Entity.PHONE_NUMBER:
            return _with_extension(words, entity, written)
        if entity.entity in OFFICIAL_NUMBERS:
            return replace(entity, first=end(entity.first, -1), last=end(entity.last, 1))
        return entity

    return [whole(entity) for entity in found]


def spelt_letter(words: Sequence[TranscriptWord], last: int) -> int | None:
    """Return the first word of a spelt letter that ends with a word: "W as in whiskey", "whiskey"; else None."""
    text = words[last].normalised
    for first in range(last - 2, max(-1, last - 4), -1):
        between = " ".join(word.normalised for word in words[first + 1 : last])
        if len(letter := words[first].normalised) == 1 and text.startswith(letter) and _AS_IN.fullmatch(between):
            return first
    return last if text in _PHONETIC else None


def _other_end(words: Sequence[TranscriptWord], at: int, step: int) -> int | None:
    """Return where a spelt letter ends whose first word in a direction is at an index; None: there is none.

    Behind a number it has its letter: "A as in apple". A word alone may be a name there: "123456. Mike will call".
    """
    if step < 0:
        return spelt_letter(words, at)
    if words[at].normalised == "i" or words[at - 1].text[-1] in ".?!":  # "I like it"
        return None
    return next((n for n in range(at + 2, min(len(words), at + 4)) if spelt_letter(words, n) == at), None)


def _is_letter_a(words: Sequence[TranscriptWord], at: int, step: int) -> bool:
    """Tell whether a word is the letter A and no article: "QQ 12 34 56 A.", "L R A, 90"."""
    if words[at].text.rstrip(".,;?!") != "A":
        return False
    if step > 0:
        return words[at].text[-1] in ".,;?!"
    return at > 0 and words[at - 1].text[-1] not in ".?!"  # the article is written small inside a sentence


def has_letters(words: Sequence[TranscriptWord], run: Run) -> bool:
    """Tell whether capital letters are in a number or right before it, as in a British insurance number."""
    before = words[run[0].first - 1].text if run[0].first else ""
    return _is_letters(before) or any(letter.isalpha() for numeral in run for letter in numeral.text)


def _is_letters(text: str) -> bool:
    return bool(_CODE_LETTERS.fullmatch(text)) and text.strip(",.;:?!") not in _NO_CODE
