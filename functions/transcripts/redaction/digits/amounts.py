"""Amounts: numbers that count or measure something, so that they are not digits of a card, telephone or account."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from functions.transcripts.edits.numerals.vocabularies import VOCABULARIES
from functions.transcripts.redaction.digits.numerals import Numeral, word_set
from functions.transcripts.words import TranscriptWord

_SIGNS = re.compile(r"[%$€£]")
_MILLIONS = re.compile(r"mil(li[oa]|lo|j|h|io)\w*|billion\w*", re.IGNORECASE)
_MEASURES = word_set(
    "dollars euros euro pounds percent people persons customers points units kilos kilograms miles minutes hours days "
    "feet foot inches meters metres centimeters months weeks years seconds times "
    "milliseconds millimeters millimetres centimetres kilometers kilometres grams milligrams liters litres degrees "
    "yards gigabytes megabytes pages "
    "jahre monate wochen minuten stunden tage meter ans mois semaines jours heures mètres años meses semanas días "
    "horas metros anni mesi settimane giorni ore metri anos dias jaar maanden weken dagen uur "
    "prozent menschen kunden personen kilo stück personas personnes persone pessoas mensen kroner kronor"
)
# Patterns of plural nouns, by Whisper's code of the language; and words that match and are not plural nouns.
_PLURALS = {
    **dict.fromkeys(("en", "es", "fr", "pt"), re.compile(r"[a-zà-ÿ]{3,}[sx]")),
    "de": re.compile(r"[A-ZÄÖÜ][a-zäöüß]{2,}"),
    "it": re.compile(r"[a-zà-ÿ]{3,}[ei]"),
    "nl": re.compile(r"[a-z]{3,}(?:en|s)"),
    "da": re.compile(r"[a-zæøå]{3,}er"),
}
_NO_NOUNS = word_set(
    "guys folks sometimes ours yours hers unless declines starts ends begins stays means lets "
    "herr frau sie ihnen ihre moment jawohl aber und gracias señores señoras entonces vamos vous nous merci très mais "
    "suis quindi direi signore signori adesso heren trouwens "
    "was has does this its yes thanks plus perhaps always expires needs works gets goes shows says looks seems comes "
    "belongs bitte danke dans les des nos vos mes tes ses sous puis alors pas más pues después mas depois "
    "anche oppure come dove scade vale grazie prego che voor maar deze dus sinds samen efter eller"
)
_BEFORE_NOUNS = word_set("more new other different extra nouveaux nuevos nuevas novos novas weitere neue nuovi nuove")
_CLOCK_OR_DECIMAL = re.compile(r"\d{1,2}:\d\d(:\d\d)?|\d+[.,]\d{1,2}|[1-9]\d{0,2}([.,]\d{3})+([.,]\d{1,2})?|\d+/\d+")


def is_amount(words: Sequence[TranscriptWord], numeral: Numeral, language: str) -> bool:
    """Return whether a numeral has a currency or percent sign, a unit behind it, or is millions."""
    following = words[numeral.last + 1].normalised if numeral.last + 1 < len(words) else ""
    return (
        bool(_SIGNS.search(numeral.text) or _MILLIONS.search(numeral.text) or _MILLIONS.fullmatch(following))
        or following in _MEASURES
        or following in _money(language)
    )


def counts_things(words: Sequence[TranscriptWord], numeral: Numeral, language: str) -> bool:
    """Return whether a count of things ends with a numeral: "ending in 1500 votes", "mit 2.340 Stimmen".

    It is whole hundreds or has a thousands mark, and a plural noun is behind it, which alone says too little: "ending
    in 4242 guys".
    """
    if not (re.search(r"\d00\b", numeral.text) or is_clock_or_decimal(numeral)):
        return False
    at = numeral.last + 1
    at += at < len(words) and words[at].normalised in _BEFORE_NOUNS
    if at >= len(words) or language not in _PLURALS or words[numeral.last].text[-1:] in ".,;:?!…":
        return False
    noun = words[at].text.rstrip(".,;:?!…")
    return bool(_PLURALS[language].fullmatch(noun)) and noun.lower() not in _NO_NOUNS


def is_clock_or_decimal(numeral: Numeral) -> bool:
    """Return whether a numeral is written as a time of day, a fraction, or with a decimal or thousands mark."""
    return bool(_CLOCK_OR_DECIMAL.fullmatch(numeral.text))


@lru_cache(maxsize=32)
def _money(language: str) -> frozenset[str]:
    return frozenset(VOCABULARIES[language].money) if language in VOCABULARIES else frozenset()
