"""Times of day, percentages and amounts of money, as they are printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from functions.transcripts.edits.numerals.numbers import Number
from functions.transcripts.edits.numerals.tokens import Tokens

_DAY_HALVES = {("a", "m"): "a.m.", ("p", "m"): "p.m.", ("am",): "", ("pm",): "", ("a.m",): "", ("p.m",): ""}
_AMOUNT_JOINERS = frozenset({"and", "et", "und", "y", "con", "e", "en", "og"})
_MILLION = 10**6
_MINUTES_AROUND_HOUR = (5, 10, 20, 25)  # of "ten past three"
_BEFORE_MINUTES = frozenset(
    {"it's", "at", "about", "almost", "nearly", "until", "till", "by", "before", "around", "is"}
)
_RANGE_JOINERS = frozenset({"to", "or"})
_ENGLISH_SCALES = ("million", "billion", "trillion")


@dataclass(frozen=True)
class Written:
    """Tokens from `start` to before `end` as one word; an empty text leaves the first word's own."""

    start: int
    end: int
    text: str


class _Cardinals:
    """Cardinal numbers of one text by their place."""

    def __init__(self, tokens: Tokens, numbers: Sequence[Number]) -> None:
        self.tokens, self.vocabulary = tokens, tokens.vocabulary
        self.by_start = {number.start: number for number in numbers if not number.is_ordinal}
        self.ends = {number.end for number in self.by_start.values()}

    def written(self, write: Callable[[_Cardinals, Number], list[Written]]) -> list[Written]:
        """Return the words of all measures that `write` finds, in order."""
        found: list[Written] = []
        for start in sorted(self.by_start):
            if not found or found[-1].end <= start:
                found += write(self, self.by_start[start])
        return found

    def two_digits(self, at: int) -> Number | None:
        """Return the number at an index if it is written with two digits and less than sixty, as minutes are."""
        number = self.by_start.get(at) if self.tokens.word(at) else None
        return number if number and number.text.isdigit() and len(number.text) == 2 and number.value < 60 else None

    def is_clock_joiner(self, at: int) -> bool:
        """Tell whether the word at an index joins an hour and its minutes; the end of a phrase is none."""
        return bool(self.tokens.word(at)) and self.tokens.word(at) in self.vocabulary.clock_joiners

    def last_digit(self, at: int) -> Number | None:
        """Return the number at an index if it is a digit that ends its phrase: minutes of "um sieben Uhr fünf"."""
        number = self.by_start.get(at) if self.tokens.word(at) else None
        is_last = number and not self.tokens.word(number.end)
        return number if number and is_last and number.text.isdigit() and 0 < number.value < 10 else None


def times(tokens: Tokens, numbers: Sequence[Number]) -> list[Written]:
    """Return the times of day: "ten thirty a m" → 10:30 a.m., "zehn Uhr dreißig" → 10:30 Uhr."""
    return _Cardinals(tokens, numbers).written(_time)


def amounts(tokens: Tokens, numbers: Sequence[Number]) -> list[Written]:
    """Return percentages and amounts: "five per cent" → 5%, "three dollars and fifty cents" → $3.50."""
    return _Cardinals(tokens, numbers).written(
        lambda found, number: _percentage(found, number) or _money(found, number) or _length(found, number)
    )


def below_zero(tokens: Tokens, written: Sequence[Written]) -> list[Written]:
    """Return the words with "minus" as a sign before a percentage and a temperature: "minus five degrees" → -5."""
    result = []
    for part in written:
        after = tokens.word(part.end)
        is_percentage = part.text.endswith("%") or (bool(after) and tokens[part.end].is_percent)
        measured = is_percentage or after in tokens.vocabulary.degrees
        is_negative = tokens.word_before(part.start) in tokens.vocabulary.minus
        is_difference = is_negative and tokens.word_before(part.start - 1)[-1:].isdigit()
        is_difference = is_difference or any(
            before.end == part.start - 1 and bool(tokens.word_before(part.start - 1)) for before in written
        )
        is_sign = is_negative and measured and not is_difference and part.text[:1].isdigit()
        result.append(Written(part.start - 1, part.end, f"-{part.text}") if is_sign else part)
    return result


def _time(found: _Cardinals, number: Number) -> list[Written]:
    if not number.text.isdigit() or number.value > 24:
        return []
    return (
        _with_hour_word(found, number)
        or _with_day_half(found, number)
        or _after_clock(found, number)
        or _around_hour(found, number)
    )


def _with_hour_word(found: _Cardinals, number: Number) -> list[Written]:
    form = found.vocabulary.hours.get(found.tokens.word(number.end), "")
    is_joined = found.is_clock_joiner(number.end + 1)
    at = number.end + 1 + is_joined
    minutes = found.two_digits(at) or (None if is_joined else found.last_digit(at))
    if not form or not minutes:
        return []
    texts = form.format(number.text, f"{int(minutes.value):02d}").split()
    ends = [*(number.end, number.end + 1)[: len(texts) - 1], minutes.end]
    return [Written(a, b, text) for a, b, text in zip([number.start, *ends], ends, texts, strict=False)]


def _with_day_half(found: _Cardinals, number: Number) -> list[Written]:
    if found.tokens.language != "en" or not 0 < number.value < 13:
        return []
    minutes = found.two_digits(number.end)
    end, text = (minutes.end, f"{number.text}:{minutes.text}") if minutes else (number.end, number.text)
    for phrase, written in _DAY_HALVES.items():
        if found.tokens.follows(end, phrase):
            half = [Written(end, end + len(phrase), written)] if written else []
            return [Written(number.start, end, text), *half]
    is_time = minutes and found.tokens.follows(end, ("o'clock",))
    return [Written(number.start, end, text)] if is_time else []


def _around_hour(found: _Cardinals, number: Number) -> list[Written]:
    """Return "ten past three" and "it's ten to four" as they are; "from ten to four" and a score are no time of day."""
    tokens = found.tokens
    if tokens.language != "en" or number.value not in _MINUTES_AROUND_HOUR:
        return []
    joiner, hour = tokens.word(number.end), found.by_start.get(number.end + 1)
    if not hour or not tokens.word(hour.start) or not 0 < hour.value < 13:
        return []
    is_before = joiner == "to" and tokens.word_before(number.start) in _BEFORE_MINUTES and not tokens.word(hour.end)
    return _unchanged(number.start, hour.end) if joiner == "past" or is_before else []


def _unchanged(start: int, end: int) -> list[Written]:
    """Return tokens as they are."""
    return [Written(at, at + 1, "") for at in range(start, end)]


def _after_clock(found: _Cardinals, number: Number) -> list[Written]:
    before = found.tokens.word_before(number.start)
    joiners = found.vocabulary.clock_joiners
    is_joined = found.is_clock_joiner(number.end)
    at = number.end + is_joined
    minutes = found.two_digits(at) or (found.last_digit(at) if is_joined else None)
    if minutes is None or (len(minutes.text) == 1 and minutes.value != 5):  # "le sette e cinque", not "le due e tre"
        return []
    is_last = not found.tokens.word(minutes.end)
    is_twelve_hours = 0 < number.value < 13
    is_time_of_day = is_last and is_twelve_hours and before in found.vocabulary.before_clocks
    mark = found.vocabulary.clocks.get(before, ":" if is_time_of_day else "")
    is_certain = is_joined or is_last or "" in joiners
    is_time = mark and is_certain and (is_last or is_twelve_hours or mark != ":")
    return [Written(number.start, minutes.end, f"{number.text}{mark}{int(minutes.value):02d}")] if is_time else []


def _length(found: _Cardinals, number: Number) -> list[Written]:
    """Return both numbers of "un mètre quatre-vingts", of which the first alone may be an article."""
    if not number.text.isdigit() or found.tokens.word(number.end) not in found.vocabulary.lengths:
        return []
    is_joined = found.tokens.word(number.end + 1) in ("e", "y", "et")
    parts = found.by_start.get(number.end + 1 + is_joined)
    if not parts or not found.tokens.word(parts.start) or not (parts.text.isdigit() and len(parts.text) == 2):
        return []
    if is_joined and found.tokens.word(parts.end):
        return []
    return [Written(n.start, n.end, n.text) for n in (number, parts)]


def _percentage(found: _Cardinals, number: Number) -> list[Written]:
    phrase = next((p for p in found.vocabulary.percent if found.tokens.follows(number.end, p)), None)
    if phrase is None or _is_estimate(found, number):
        return []
    start, text, end = number.start, number.text, number.end + len(phrase)
    if found.tokens.word_before(start) in found.vocabulary.decimal_words and text.isdigit():
        start, text = start - 1, f"0{found.vocabulary.decimal_mark}{text}"  # "point five percent"
    if found.vocabulary.percent_space:
        return [Written(start, number.end, text), Written(number.end, end, "%")]
    return [Written(start, end, f"{text}%")]


def _is_estimate(found: _Cardinals, number: Number) -> bool:
    """Tell whether another number stands right before: "ten twenty percent"."""
    return number.is_sure is False and number.start in found.ends and bool(found.tokens.word(number.start))


def _money(found: _Cardinals, number: Number) -> list[Written]:
    tokens = found.tokens
    scale = tokens.word(number.end) if tokens.word(number.end) in _ENGLISH_SCALES else ""
    at = number.end + bool(scale)
    sign = found.vocabulary.money.get(tokens.word(at))
    is_idiom = number.is_sure is False and number.value >= _MILLION  # "a million dollars"
    if sign is None or is_idiom or _is_estimate(found, number) or _is_vague(found, number):
        return []
    cents, end = (None, at) if scale or not number.text.isdigit() else _cents(found, at + 1)
    if cents:
        amount = f"{number.text}{found.vocabulary.decimal_mark}{int(cents.value):02d}"
        if sign:
            return [Written(number.start, end, sign + amount)]
        return [Written(number.start, number.end, amount), Written(at, end, "")]
    is_joined = tokens.word(at + 1) in _AMOUNT_JOINERS
    if (rest := found.last_digit(at + 1 + is_joined)) and not scale:  # "twenty dollars five": 5 of what?
        return _unchanged(number.start, rest.end)
    is_round = number.is_sure is False and number.is_word and number.value < _MILLION  # "mille euros"
    if is_round and not sign:
        return [Written(number.start, number.end, number.text)]
    if sign in ("", "£"):  # a pound is also a weight
        return []
    least = _least(found, number)
    if least and not _has_own_scale(least, number):  # "two or three hundred dollars"
        return _unchanged(least.start, at + 1)
    signed = [Written(least.start, least.end, sign + least.text)] if least else []
    if scale:
        return [*signed, Written(number.start, number.end, sign + number.text), Written(number.end, at + 1, scale)]
    return [*signed, Written(number.start, at + 1, sign + number.text)]


def _is_vague(found: _Cardinals, number: Number) -> bool:
    """Tell whether the number is how many of something: "a couple hundred dollars"."""
    before = found.tokens.word_before(number.start)
    if before == "of":
        before = found.tokens.word_before(number.start - 1)
    return number.is_sure is False and before in found.vocabulary.vague


def _least(found: _Cardinals, number: Number) -> Number | None:
    """Return the first number of "ten to fifteen dollars", which is an amount, too."""
    tokens = found.tokens
    joiner = tokens.word_before(number.start)
    least = next((n for n in found.by_start.values() if n.end == number.start - 1), None)
    if not least or not tokens.word(least.end) or least.is_sure is False or not least.text[:1].isdigit():
        return None
    is_between = joiner == "and" and tokens.word_before(least.start) == "between"
    return least if (joiner in _RANGE_JOINERS or is_between) and least.value < number.value else None


def _has_own_scale(least: Number, number: Number) -> bool:
    """Tell whether the first number is meant as it stands: "ten to fifteen", not "two or three hundred"."""
    return least.value * 100 > number.value or number.value % 100 != 0


def _cents(found: _Cardinals, at: int) -> tuple[Number | None, int]:
    """Return the hundredths of an amount whose currency ends before `at`, and the index after them."""
    tokens = found.tokens
    is_joined = tokens.word(at) in _AMOUNT_JOINERS
    number = found.by_start.get(at + is_joined)
    if not number or not tokens.word(number.start) or not number.text.isdigit() or not 0 < number.value < 100:
        return None, at
    if tokens.word(number.end) in found.vocabulary.cents:
        return number, number.end + 1
    # "three dollars and fifty" may go on: "and fifty people".
    is_whole = number.value >= 10 and not (is_joined and tokens.word(number.end))
    return (number, number.end) if is_whole else (None, at)
