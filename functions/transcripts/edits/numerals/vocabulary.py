"""Vocabulary of numbers in a language: words around them, what they measure, join and may be mistaken for."""

from __future__ import annotations

from dataclasses import dataclass, field

# Words behind an English year, and not behind "twenty, twenty-one people": "twenty twenty was a hard year".
_AFTER_YEARS = "was is has will had when because where that and but to with the it we they i he she"
AFTER_YEARS = frozenset(_AFTER_YEARS.split())


@dataclass(frozen=True)
class Vocabulary:
    """Words of one language, in lower case, as `TranscriptWord.normalised` has them.

    Attributes:
        ambiguous: Number words that, alone, are more often an article, a verb or an adjective.
        units: What is counted: a number word before it is a number, an ambiguous one too.
        ordinals_from: The smallest ordinal that is written in digits without a month beside it.
        fractions: Parts of a whole or of an hour; the number beside one stays a word ("two thirds", "half past ten").
        joiners: Words between a number and a fraction or a second number: "and" of "three and a half".
        months: Names of the months.
        month_joiners: Words between an ordinal and its month: "of" of "the second of May".
        percent: Phrases that mean percent.
        percent_space: Whether the language writes a space before the percent sign.
        money: Currencies and their sign; a currency with an empty sign keeps its name ("3,50 Euro").
        cents: Names of their hundredths.
        decimal_words: Names of the decimal mark.
        decimal_mark: The mark itself.
        group_mark: The mark between thousands.
        years_in_pairs: Whether a year may be spoken as two numbers: "nineteen eighty-four".
        year_signs: Words before a number that is a year.
        hours: Words between hour and minutes, and how the whole time is written.
        clocks: Words before an hour, and the mark between it and its minutes.
        clock_joiners: Words between an hour after such a word and its minutes.
        zeros: Other names of zero among digits.
        prices: Words before an amount without a currency, which is no year: "it costs nineteen ninety-nine".
        vague: Words before a number of which there are some: "a couple hundred dollars".
        codes: Words before digits that are one number although they count up: "the PIN is one two three four".
        designators: Words before a number that may be spoken in parts: "flight two forty-five".
        minus: Names of the minus sign.
        degrees: What a number below zero measures.
        lengths: Units between a number and its hundredths: "un mètre quatre-vingts".
        ranked: What "twenty second" ranks, where it is no time: "floor".
        before_clocks: Words before a time of day whose minutes end the phrase: "by eight forty-five".
        compounds: What is counted by a number with a hyphen: "year" of "twenty-one-year-old".
        counted_endings: Regular expression of what a number is one word with: "jährige" of "zwanzigjährige".
        fraction_ending: Regular expression of an ordinal that is a part of a whole: "tenths", "centesimi".
        elided: Regular expression of an article that is one word with a number: "l'" of "l'otto marzo".
        digit_names: Other names of a digit between digits: Brazil's "meia" is six.
        hundreds_of: What is counted by hundreds without the word: "pounds" of "one sixty pounds".
        spellings: Regular expressions of spellings that text2num does not know, and the one that it knows.
    """

    ambiguous: frozenset[str]
    units: frozenset[str]
    fractions: frozenset[str]
    joiners: frozenset[str]
    months: frozenset[str]
    percent: tuple[tuple[str, ...], ...]
    percent_space: bool
    money: dict[str, str]
    cents: frozenset[str]
    decimal_words: frozenset[str]
    month_joiners: frozenset[str] = frozenset()
    ordinals_from: int = 11
    decimal_mark: str = ","
    group_mark: str = "."
    years_in_pairs: bool = False
    year_signs: frozenset[str] = frozenset()
    hours: dict[str, str] = field(default_factory=dict)
    clocks: dict[str, str] = field(default_factory=dict)
    clock_joiners: tuple[str, ...] = ("",)
    zeros: frozenset[str] = frozenset()
    spellings: dict[str, str] = field(default_factory=dict)
    prices: frozenset[str] = frozenset()
    vague: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    designators: frozenset[str] = frozenset()
    minus: frozenset[str] = frozenset()
    degrees: frozenset[str] = frozenset()
    lengths: frozenset[str] = frozenset()
    ranked: frozenset[str] = frozenset()
    before_clocks: frozenset[str] = frozenset()
    compounds: frozenset[str] = frozenset()
    counted_endings: str = ""
    fraction_ending: str = ""
    elided: str = ""
    hundreds_of: frozenset[str] = frozenset()
    digit_names: dict[str, str] = field(default_factory=dict)
