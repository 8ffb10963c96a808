"""Numbers alone: whether a word that can be a number is one."""

from __future__ import annotations

from collections.abc import Sequence

from functions.transcripts.edits.numerals.bound_pairs import is_of_one, is_with_larger
from functions.transcripts.edits.numerals.kings import is_of_king
from functions.transcripts.edits.numerals.labels import AFTER_LABELS, LABELS, OF_SEVERAL
from functions.transcripts.edits.numerals.numbers import Number, is_fraction
from functions.transcripts.edits.numerals.streets import MIN_OF_STREET, is_street_word
from functions.transcripts.edits.numerals.tokens import Tokens, is_number
from functions.transcripts.edits.numerals.uncounted import is_uncounted

NEAR = 3  # numbers before and after one that may say what it is: none is looked for further than three words away
_LARGEST_ESTIMATE = 10  # "one or two" stays; "one or fifty" is "one or 50"
_BEFORE_PARTS = frozenset({"a", "an", "one"})  # "a fifth", "one tenth", "a twenty second clip"
_WEEKDAYS = frozenset(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
_DETERMINERS = frozenset(["the", "this", "that", "my", "your", "his", "her", "its", "our", "their"])
_STRESSED = frozenset({"één", "eén"})  # Dutch, where the article is "een"
_SCORE_JOINERS = frozenset({"to", "zu", "a", "à"})


def is_certain(tokens: Tokens, number: Number, others: Sequence[Number], minimum: int = 0) -> bool:
    """Return whether a number that is no part of a measure is certainly one.

    Args:
        tokens: The text.
        number: The number.
        others: Such numbers near it, at least `NEAR` on each side, in order of time.
        minimum: A smaller one that is a single word, and no date, stays as it was.
    """
    if number.is_sure is not None:
        return number.is_sure and not tokens[number.start].is_name
    if number.is_ordinal:
        return _is_rank(tokens, number, minimum)
    is_bound = is_with_larger(tokens, number, others, minimum)
    if number.is_word and number.value < minimum and not is_bound and not _is_next_to_month(tokens, number):
        return False
    if is_of_one(tokens, number):
        return False
    if _is_label(tokens, number) or _is_score(tokens, number, others):
        return True
    is_estimate = _is_estimate(tokens, number, others) or _shares_scale(tokens, number, others)
    is_count = _is_count(tokens, number, others) or (is_bound and _is_many(tokens, number))
    return is_count and not is_estimate


def _is_many(tokens: Tokens, number: Number) -> bool:
    """Return whether a word that may be none is a number beside another one: "de neuf à douze"."""
    return number.is_word and number.value != 1 and tokens[number.start].lower in tokens.vocabulary.ambiguous


def _is_label(tokens: Tokens, number: Number) -> bool:
    """Return whether the number says which of several: "chapter one", "tapez un pour le français"."""
    labels, after = LABELS[tokens.language], tokens.word(number.end)
    at = number.start - (tokens.word_before(number.start) == "number")  # "question number one"
    is_label = number.is_word and tokens.word_before(at) in labels
    is_of_several = after in OF_SEVERAL[tokens.language] and is_number(tokens.word(number.end + 1), tokens.language)
    return is_label and (not after or after in labels or after in AFTER_LABELS[tokens.language] or is_of_several)


def _is_score(tokens: Tokens, number: Number, others: Sequence[Number]) -> bool:
    """Return whether the number belongs to "three to one" or "deux à zéro", where the second is no article."""
    pairs = [(number, other) for other in others if other.start == number.end + 1]
    pairs += [(other, number) for other in others if other.end == number.start - 1]
    return any(_goes_down(tokens, first, second) for first, second in pairs)


def _goes_down(tokens: Tokens, first: Number, second: Number) -> bool:
    is_joined = tokens.word(first.end) in _SCORE_JOINERS and bool(tokens.word(second.start))
    is_count = not (first.is_ordinal or second.is_ordinal or first.is_sure is False)
    is_last = second.value == 0 or (second.value == 1 and not tokens.word(second.end))
    return is_joined and is_count and is_last and first.value > second.value


def _is_count(tokens: Tokens, number: Number, others: Sequence[Number]) -> bool:
    vocabulary = tokens.vocabulary
    before = tokens.word_before(number.start)
    if tokens[number.start].is_name or before in vocabulary.decimal_words or before in vocabulary.money:
        return False
    if not number.is_word:
        return True
    if is_of_king(tokens, number) or is_uncounted(tokens, number):
        return False
    if _is_next_to_fraction(tokens, number, others):
        return False
    is_ambiguous = tokens[number.start].lower in vocabulary.ambiguous
    if is_ambiguous and _is_day(tokens, number):
        return True
    return not is_ambiguous or (number.value != 1 and tokens.word(number.end) in vocabulary.units | vocabulary.degrees)


def _is_next_to_fraction(tokens: Tokens, number: Number, others: Sequence[Number]) -> bool:
    """Return whether the number belongs to "two thirds", "three and a half" or "half past ten"."""
    if tokens.word(number.end) and is_fraction(tokens, number.end):
        return True
    before, after = _words_around(tokens, number)
    is_mixed = after[:1] and after[0] in ("and", "et", "und", "y", "e", "en", "og")  # "two and three quarters"
    is_mixed = is_mixed and after[2:] and after[2] in tokens.vocabulary.fractions
    is_article = bool(is_mixed) and after[1] in tokens.vocabulary.ambiguous  # "drei und eine halbe Million"
    if is_article or (is_mixed and any(other.start == number.end + 1 and other.is_word for other in others)):
        return True
    is_after_rank = any(
        other.is_ordinal and other.start + 1 < other.end and 0 <= number.start - other.end < 3 for other in others
    )
    for words in ([] if is_after_rank else before, after):  # the third of "twenty third" is no part of a whole
        while words and words[0] in tokens.vocabulary.joiners:
            words.pop(0)
        is_day = words[1:] and words[1] in tokens.vocabulary.months  # "third May"
        if words and words[0] in tokens.vocabulary.fractions and not is_day:
            return True
    return False


def _is_rank(tokens: Tokens, number: Number, minimum: int) -> bool:
    if tokens.word_before(number.start) in _BEFORE_PARTS:
        return False
    if _is_next_to_month(tokens, number):
        return True
    last, after = tokens[number.end - 1].lower, tokens.word(number.end)
    if last.endswith("second") and number.value > 2 and after not in tokens.vocabulary.ranked:
        return False  # "a thirty second timer"
    is_one_part = tokens[number.start].lower == "one" and number.end == number.start + 2
    is_of_whole = after == "of" and tokens.word(number.end + 1) in ("a", "an", "one")
    if is_one_part and (is_of_whole or tokens.word_before(number.start) not in _DETERMINERS):
        return False  # "one hundredth of a second"
    if number.text.endswith(".") and not tokens.word(number.end):
        return False  # its full stop would look like the sentence's
    if number.is_word and is_of_king(tokens, number):
        return False  # Italian "Papa Giovanni ventitreesimo"
    is_street = number.value >= MIN_OF_STREET and is_street_word(tokens, number.end)
    is_name = tokens[number.start].is_name and not is_street
    return number.value >= max(tokens.vocabulary.ordinals_from, minimum) and not is_name


def _is_next_to_month(tokens: Tokens, number: Number) -> bool:
    """Return whether the number is the day of a date: "May second", "the second of May", "tres de mayo"."""
    vocabulary = tokens.vocabulary
    before, after = _words_around(tokens, number)
    if before[:1] == ["the"] and before[1:2] and before[1] in _WEEKDAYS:
        return True
    month_before = before[1:2] if before[:1] == ["the"] else before[:1]
    month_after = after[1:2] if after and after[0] in vocabulary.month_joiners else after[:1]
    return any(word in vocabulary.months for word in [*month_before, *month_after])


def _is_day(tokens: Tokens, number: Number) -> bool:
    """Return whether a word that may be an article or an adjective is a day: "le neuf mai", "el uno de octubre"."""
    vocabulary, after = tokens.vocabulary, tokens.word(number.end)
    if after in vocabulary.month_joiners:
        return tokens.word(number.end + 1) in vocabulary.months
    return (number.value > 1 or tokens[number.start].lower in _STRESSED) and after in vocabulary.months


def _is_estimate(tokens: Tokens, number: Number, others: Sequence[Number]) -> bool:
    """Return whether a small number stands beside an ambiguous one: "one or two"."""
    return (
        number.is_word
        and number.value <= _LARGEST_ESTIMATE
        and any(
            0 < abs(other.start - number.start) <= 2
            and not any(token.ends_phrase for token in tokens[slice(*sorted((number.start, other.start)))])
            and not other.is_ordinal
            and other.is_word
            and other.value > 0
            and tokens[other.start].lower in tokens.vocabulary.ambiguous
            and not _is_label(tokens, other)
            and (other.value == 1 or abs(other.start - number.start) == 1)  # "neuf sur dix", "due per tre fa sei"
            for other in others
        )
    )


def _shares_scale(tokens: Tokens, number: Number, others: Sequence[Number]) -> bool:
    """Return whether the number belongs to "two or three thousand", where the first is 2000, too."""
    return any(
        _is_alternative(tokens, first, second)
        and not (first.is_ordinal or second.is_ordinal)
        and any(second.value % scale == 0 and first.value < second.value / scale < scale for scale in (1000, 100))
        for other in others
        for first, second in ((number, other), (other, number))
    )


def _is_alternative(tokens: Tokens, first: Number, second: Number) -> bool:
    """Return whether a word or a comma alone stands between two numbers: "two or three", "two, three"."""
    if first.end == second.start:
        return tokens[first.end - 1].ends_phrase and not tokens[first.end - 1].ends_sentence
    is_joined = first.end + 1 == second.start and bool(tokens.word(second.start))
    return is_joined and tokens.word(first.end) not in ("", "of", *tokens.vocabulary.decimal_words)


def _words_around(tokens: Tokens, number: Number) -> tuple[list[str], list[str]]:
    """Return up to three words before a number, the nearest first, and after it; none beyond punctuation."""
    before: list[str] = []
    while len(before) < 3 and (word := tokens.word_before(number.start - len(before))):
        before.append(word)
    after: list[str] = []
    while len(after) < 3 and (word := tokens.word(number.end + len(after))):
        after.append(word)
    return before, after
