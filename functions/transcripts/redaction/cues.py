"""Cues: words that say what a number near them is, in the eight languages whose spoken numbers are read."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import attrgetter

from functions.transcripts.redaction.entities import Entity
from functions.transcripts.words import TranscriptWord

BEFORE = 20  # words within which a cue before a number counts: question, answer, "let me see"
AFTER = 5  # words within which one after it counts: "4111 … is the card"
_LONGEST = 5  # words of a cue, at most: "four digits on the back"
_AROUND = 6  # words around a cue that say what is asked for: "the last four of your card"
_ANSWER_SECONDS = 20.0  # within which somebody on another channel begins to answer

# Stems of words and phrases; a stem also begins longer words. German ones may stand inside a compound.
_STEMS = {
    Entity.CREDIT_CARD: (
        r"(credit |debit )?cards?\b|visa\b|master ?card|amex|american express|pan\b|\w*kreditkarte"
        r"|\w*kartennummer|karte\b|carte (bancaire|bleue|de crédit)|numéro de carte|carte\b|tarjeta|cartão"
        r"|carta di credito|numero di carta"
        r"|\w*kaartnummer|creditcard|kortnummer|\w*kort\b"
    ),
    Entity.CREDIT_CARD_EXPIRATION: (
        r"expir|exp\b|valid (thru|through|until)|good (thru|through)|ablauf|gültig bis|date d'expiration|caduc|läuft ab"
        r"|vencimiento|validade|scadenza|vervaldatum|geldig tot|udløb"
    ),
    Entity.CVV: (
        r"cvv|cvc|cv (code|two)|c v v|c v c|csc\b|signature (strip|panel)"
        r"|security code|verification (code|value|number)|card code"
        r"|(three|3|four|4) digits on the (back|front)|(drei|3) ziffern|code au dos|(trois|3) (derniers )?chiffres"
        r"|(tres|três|3) (dígitos|números)|(tre|3) cifre|(drie|3) cijfers|\w*prüfnummer|prüfziffer"
        r"|\w*sicherheits(code|nummer|zahl)|security (number|digits)|cryptogramme|code de vérification"
        r"|code de sécurité|código de seguridad|código de segurança|codice di sicurezza|beveiligingscode|kontrolcifre"
    ),
    Entity.SSN: (
        r"social security|social insurance|social number|socials?\b|ssn|s s n|taxpayer|national insurance|itin\b"
        r"|\w*sozialversicherung|steuer ?-?(id|nummer|identifikation)|sécurité sociale|numéro de sécu|seguridad social"
        r"|dni\b|nie\b|nif\b|cpf\b|codice fiscale|burgerservicenummer|bsn\b|cpr"
    ),
    Entity.ACCOUNT_NUMBER: (
        r"accounts?\b|acct|routing|sort code|iban|bank number|member (number|id)|policy number|customer (number|id)"
        r"|\w*kontonummer|konto\b|bankleitzahl|\w*kundennummer|numéro de compte|compte\b|cuenta|conta\b|conto\b"
        r"|\w*rekeningnummer|rekening\b"
    ),
    Entity.PHONE_NUMBER: (
        r"\w*phone|cell( number)?\b|mobile"
        r"|(call|reach|text|ring|dial|get|try|contact|message) (me|us|him|her|them|back)|call\b|whatsapp|fax|hotline"
        r"|callback number|area code|vorwahl|indicatif|prefijo"
        r"|\w*telefon|handy|\w*rufnummer|ruf mich|téléphone|portable\b|appele|rappele|teléfono|móvil"
        r"|celular|llám|telefone|telemóvel|cellulare|chiam|mobiel|mobil"
    ),
    Entity.DOB: (
        r"date of birth|birth ?(date|day)|birthday|born\b|d o b|dob\b|\w*geburtsdatum|geburtstag|geboren"
        r"|date de naissance|né le|née le|né\b|née\b|fecha de nacimiento|nací|nacid|data de nascimento|nasci"
        r"|data di nascita|nat[oa] il"
        r"|geboortedatum|fødselsdato|født"
    ),
}
# A telephone's, unless the digits themselves are another's: "my number is 123-45-6789".
_WEAK = re.compile(r"(?<!\S)(my|meine|mon|mi|il mio|meu|o meu|mijn|mit|your) (nummer|numéro|número|numero|number)\b")
# Asked for, and never what a number before it was: "I paid 350 with the pin". A pin on a map is dropped.
_BEFORE_ONLY = re.compile(r"(?<!\S)(?<!drop the )(?<!dropped the )(?<!drop a )(?<!dropped a )pin( (number|code))?\b")
_PATTERNS = {entity: re.compile(rf"(?<!\S)(?:{stems})") for entity, stems in _STEMS.items()}


@dataclass(frozen=True)
class Cue:
    """A word or phrase that says what a number near it is.

    Attributes:
        entity: What the number is.
        first: Index of its first word; of a cue on another channel, of the word before which it was said.
        last: Index of its last word; of a cue on another channel the same as `first`.
        around: The words around it, its own included.
        elsewhere: Whether it was said on another channel: a question that is answered on this one.
        before_only: Whether it counts only before a number, and not behind one.
        weak: Whether it counts only where the digits themselves say nothing.
    """

    entity: Entity
    first: int
    last: int
    around: frozenset[str] = frozenset()
    elsewhere: bool = False
    before_only: bool = False
    weak: bool = False


def find_cues(words: Sequence[TranscriptWord]) -> list[Cue]:
    """Return the cues of all words, in order of their last word."""
    texts = [word.normalised for word in words]
    line = " ".join(texts)
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    found: list[Cue] = []
    for entity, pattern in (*_PATTERNS.items(), (Entity.CVV, _BEFORE_ONLY), (Entity.PHONE_NUMBER, _WEAK)):
        for match in pattern.finditer(line):
            first = bisect_right(starts, match.start()) - 1
            last = bisect_right(starts, max(match.start(), match.end() - 1)) - 1
            around = frozenset(texts[max(0, first - _AROUND) : last + 1 + _AROUND])
            found.append(Cue(entity, first, last, around, before_only=pattern is _BEFORE_ONLY, weak=pattern is _WEAK))
    # "mon numéro de carte": the weak "mon numéro" hides no cue that begins inside it.
    apart = [*_apart(cue for cue in found if not cue.weak), *(cue for cue in found if cue.weak)]
    return sorted(apart, key=lambda cue: (cue.last, cue.first))


def _apart(cues: Iterable[Cue]) -> Iterator[Cue]:
    """Yield the cues but those that begin inside another: the "security number" of "social security number"."""
    furthest, furthest_before, at = -1, -1, -1
    for cue in sorted(cues, key=lambda cue: cue.first):
        if cue.first > at:
            at, furthest_before = cue.first, furthest
        if cue.first > furthest_before:
            yield cue
        furthest = max(furthest, cue.last)


def questions(
    words: Sequence[TranscriptWord], others: Iterable[tuple[Sequence[TranscriptWord], Sequence[Cue]]]
) -> list[Cue]:
    """Return the cues on other channels, each where it was said among the words of this one.

    A recording with a channel for each side of a call has the question on one and the number on the other.

    Args:
        words: The words of this channel.
        others: The words of each other channel with their cues (`find_cues`).
    """
    starts = [word.start for word in words]
    found: list[Cue] = []
    for other, cues in others:
        for cue in cues:
            following = bisect_left(starts, other[cue.first].start)
            if following < len(words) and starts[following] - other[cue.last].end <= _ANSWER_SECONDS:
                found.append(replace(cue, first=following - 1, last=following - 1, elsewhere=True))
    return found


def cues_before(cues: Sequence[Cue], first: int) -> list[Cue]:
    """Return the cues that announce a number whose first word is at `first`, the nearest first; one of each kind.

    Args:
        cues: In order of their last word.
        first: Index of a word.
    """
    near = [cue for cue in _ending_in(cues, first - BEFORE, first) if not cue.weak]
    return list({cue.entity: cue for cue in near}.values())[::-1]


def cues_after(cues: Sequence[Cue], last: int) -> list[Cue]:
    """Return the cues, in order of their last word, that follow a number whose last word is at `last`."""
    near = (cue for cue in _ending_in(cues, last + 1, last + AFTER + _LONGEST) if cue.first > last)
    return [cue for cue in near if cue.first <= last + AFTER and not (cue.elsewhere or cue.before_only or cue.weak)]


def is_weakly_announced(cues: Sequence[Cue], first: int) -> bool:
    """Tell whether words like "my number is" stand before a number whose first word is at `first`."""
    return any(cue.weak for cue in _ending_in(cues, first - BEFORE, first))


def _ending_in(cues: Sequence[Cue], start: int, stop: int) -> Sequence[Cue]:
    """Return the cues whose last word is at `start` or behind it, and before `stop`, without looking at all others."""
    key = attrgetter("last")
    begin = bisect_left(cues, start, key=key)
    return cues[begin : bisect_left(cues, stop, begin, key=key)]
