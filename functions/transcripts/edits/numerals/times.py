"""Times of day, as they are printed: "ten thirty a m" → 10:30 a.m."""

from __future__ import annotations

from collections.abc import Sequence

from functions.transcripts.edits.numerals.cardinals import Cardinals, Written, unchanged
from functions.transcripts.edits.numerals.numbers import Number
from functions.transcripts.edits.numerals.oven_heat import is_baking_heat
from functions.transcripts.edits.numerals.streets import is_before_street
from functions.transcripts.edits.numerals.tokens import Tokens

_DAY_HALVES = {("a", "m"): "a.m.", ("p", "m"): "p.m.", ("am",): "", ("pm",): "", ("a.m",): "", ("p.m",): ""}
# Between minutes and the hour before or after them; and before the minutes that an hour lacks: "las ocho menos veinte".
_TO_HOUR = {
    "de": (("vor",), ("nach",)),
    "nl": (("voor",), ("over",)),
    "da": (("i",), ("over",)),
    "pt": (("para", "as"), ("para", "a")),
}
_LESS = {"fr": ("moins",), "es": ("menos",), "it": ("meno",)}
_MINUTES_AROUND_HOUR = (5, 10, 20, 25)  # of "ten past three"
_DAY_PARTS = (
    *(("in", "the", part) for part in ("morning", "afternoon", "evening")),
    *(("this", part) for part in ("morning", "afternoon", "evening")),
    *((day,) for day in ["today", "tonight", "tomorrow", "yesterday", "sharp"]),
    ("at", "night"),
)
_SCHEDULED = frozenset(["train", "bus", "flight", "ferry", "appointment", "meeting", "show", "slot", "service", "bell"])
_SCHEDULED |= {"news", "showing", "screening", "kickoff", "mass", "class", "session", "curfew", "departure", "shuttle"}
_ROUGHLY = frozenset(["about", "around", "almost", "nearly", "roughly", "exactly"])  # "at about five fifteen"
_MOVES = "here there home back left leave leaves leaving arrive arrives arrived meet meets met"
_BEFORE_ROUGH_TIMES = frozenset(
    [*_MOVES.split(), "tonight", "tomorrow", "yesterday", "breakfast", "lunch", "dinner"]
)  # "be there around six forty-five", where "sold around six forty-five" may be a price
_MINUTES = frozenset(["minutes", "minuten", "minutos", "minuti", "minutter"])
_OF_ZONE = frozenset(["local", "hours", "utc", "gmt", "zulu", "eastern", "central", "pacific"])
_AFTER_TIMES = frozenset(["on", "in", "every", "this", "today", "tonight", "tomorrow", "and", "or"])
_FROM_TO = {"from": ("to", "until", "till"), "between": ("and",)}
_BEFORE_MINUTES = frozenset(
    {"it's", "at", "about", "almost", "nearly", "until", "till", "by", "before", "around", "is"}
)


def times(tokens: Tokens, numbers: Sequence[Number]) -> list[Written]:
    """Return the times of day: "ten thirty a m" → 10:30 a.m., "zehn Uhr dreißig" → 10:30 Uhr."""
    return Cardinals(tokens, numbers).written(_time)


def _time(found: Cardinals, number: Number) -> list[Written]:
    if not number.text.isdigit() or number.value > 24:
        return []
    return (
        _with_hour_word(found, number)
        or _with_day_half(found, number)
        or _after_clock(found, number)
        or _around_hour(found, number)
        or _between_times(found, number)
        or _at_time_of_day(found, number)
    )


def _with_hour_word(found: Cardinals, number: Number) -> list[Written]:
    form = found.vocabulary.hours.get(found.tokens.word(number.end), "")
    is_joined = found.is_clock_joiner(number.end + 1)
    at = number.end + 1 + is_joined
    minutes = found.two_digits(at) or (None if is_joined else found.last_digit(at))
    if not form or not minutes or found.tokens.word(minutes.end) in _MINUTES:  # "duas horas e vinte minutos"
        return []
    texts = form.format(number.text, f"{int(minutes.value):02d}").split()
    ends = [*(number.end, number.end + 1)[: len(texts) - 1], minutes.end]
    return [Written(a, b, text) for a, b, text in zip([number.start, *ends], ends, texts, strict=False)]


def _with_day_half(found: Cardinals, number: Number) -> list[Written]:
    if found.tokens.language != "en" or not 0 < number.value < 13:
        return []
    minutes = found.two_digits(number.end)
    end, text = (minutes.end, f"{number.text}:{minutes.text}") if minutes else (number.end, number.text)
    for phrase, written in _DAY_HALVES.items():
        if found.tokens.follows(end, phrase):
            half = [Written(end, end + len(phrase), written)] if written else []
            return [Written(number.start, end, text), *half]
    return [Written(number.start, end, text)] if found.tokens.follows(end, ("o'clock",)) else []


def _after_clock(found: Cardinals, number: Number) -> list[Written]:
    before = found.tokens.word_before(number.start)
    is_rough = before in _ROUGHLY and found.tokens.language == "en"
    before = found.tokens.word_before(number.start - 1) if is_rough else before
    is_roughly_then = is_rough and before in _BEFORE_ROUGH_TIMES
    joiners = found.vocabulary.clock_joiners
    is_joined = found.is_clock_joiner(number.end)
    at = number.end + is_joined
    minutes = found.two_digits(at) or (found.last_digit(at) if is_joined else None)
    if minutes is None or (len(minutes.text) == 1 and minutes.value != 5):  # "le sette e cinque", not "le due e tre"
        return []
    if 2 <= number.value <= 5 and minutes.value % 25 == 0 and is_baking_heat(found.tokens, number.start):
        return []
    is_last = not found.tokens.word(minutes.end)
    is_twelve_hours = 0 < number.value < 13
    is_time_of_day = is_last and is_twelve_hours and (is_roughly_then or before in found.vocabulary.before_clocks)
    is_now = before == "now" and found.tokens.word_before(number.start - 1) in ("it's", "is") and not is_joined
    is_now = is_now and found.tokens.word_before(number.start - 2) in ("", "it", "so", "and", "but", "because")
    is_time_of_day = is_time_of_day or (is_last and is_twelve_hours and is_now)
    mark = found.vocabulary.clocks.get(before, ":" if is_time_of_day else "")
    in_zone = found.tokens.word(minutes.end) in _OF_ZONE
    is_certain = is_joined or is_last or "" in joiners
    is_certain = is_certain and not is_before_street(found.tokens, minutes.end)  # "at twelve twenty-one Oak Street"
    is_time = mark and is_certain and (is_last or is_twelve_hours or mark != ":" or in_zone)
    return [Written(number.start, minutes.end, f"{number.text}{mark}{int(minutes.value):02d}")] if is_time else []


def _around_hour(found: Cardinals, number: Number) -> list[Written]:
    """Return "ten past three" and "it's ten to four" as they are; "from ten to four" and a score are no time of day."""
    tokens = found.tokens
    if number.value not in _MINUTES_AROUND_HOUR:
        return []
    if tokens.language != "en":
        return _around_hour_abroad(found, number)
    joiner, hour = tokens.word(number.end), found.by_start.get(number.end + 1)
    if not hour or not tokens.word(hour.start) or not 0 < hour.value < 13:
        return []
    is_around = (
        joiner in ("to", "till", "after")
        and tokens.word_before(number.start) in _BEFORE_MINUTES
        and not tokens.word(hour.end)
    )
    return unchanged(number.start, hour.end) if joiner == "past" or is_around else []


def _around_hour_abroad(found: Cardinals, number: Number) -> list[Written]:
    """Return "zehn vor acht" and "las ocho menos veinte" as they are."""
    tokens, language = found.tokens, found.tokens.language
    for phrase in _TO_HOUR.get(language, ()):
        hour = found.by_start.get(number.end + len(phrase))
        if hour and 0 < hour.value < 13 and tokens.follows(number.end, [*phrase, tokens[hour.start].lower]):
            after = tokens.word(hour.end)
            is_counted = after in found.vocabulary.money or (bool(after) and tokens[hour.end].is_percent)
            return [] if is_counted else unchanged(number.start, hour.end)
    before_minutes = tokens.word_before(number.start)
    if before_minutes not in _LESS.get(language, ()):
        return []
    start = number.start - 1
    start -= tokens.word_before(start) in found.vocabulary.hours
    hour = next((one for one in found.by_start.values() if one.end == start), None)
    is_hour = hour and (start < number.start - 1 or tokens.word_before(hour.start) in found.vocabulary.clocks)
    return unchanged(hour.start, number.end) if hour and is_hour and hour.value < 25 else []


def _clock_time(found: Cardinals, hour: Number | None) -> list[Written]:
    """Return an hour and its minutes as one time: "nine thirty" → 9:30; nothing if there are no minutes."""
    minutes = found.two_digits(hour.end) if hour and 0 < hour.value < 13 and hour.text.isdigit() else None
    return [Written(hour.start, minutes.end, f"{hour.text}:{minutes.text}")] if hour and minutes else []


def _between_times(found: Cardinals, number: Number) -> list[Written]:
    """Return both times of "from nine thirty to ten fifteen"; of "between eight thirty and nine" the first."""
    tokens = found.tokens
    joiners = _FROM_TO.get(tokens.word_before(number.start), ())
    is_price = tokens.word_before(number.start - 1) in tokens.vocabulary.prices
    first = _clock_time(found, number)
    end = first[0].end if first else number.end
    second = found.by_start.get(end + 1)
    is_hour = second and bool(tokens.word(second.start)) and second.text.isdigit() and 0 < second.value < 13
    if tokens.language != "en" or is_price or tokens.word(end) not in joiners or not is_hour or number.value > 12:
        return []
    last = _clock_time(found, second)
    after = tokens.word(last[0].end) if last else ""
    return [*first, *last] if not after or after in _AFTER_TIMES else []


def _at_time_of_day(found: Cardinals, number: Number) -> list[Written]:
    """Return the time of "three thirty in the afternoon" and of "the four fifteen train"."""
    tokens, time = found.tokens, _clock_time(found, number)
    if tokens.language != "en" or not time:
        return []
    is_in_day = any(tokens.follows(time[0].end, part) for part in _DAY_PARTS)
    is_scheduled = tokens.word_before(number.start) == "the" and tokens.word(time[0].end) in _SCHEDULED
    return time if is_in_day or is_scheduled else []
