"""Lengths: how many digits an announced number has."""

from __future__ import annotations

from functions.options.redacted_entities import Entity
from functions.transcripts.redaction.entity_span import MIN_DIGITS
from functions.transcripts.redaction.numbers.announcements import YEAR

# Digits that a number has which these words announce. A card's may be its first groups, a social security number's its
# last four; telephone numbers have at most 15 (ITU-T E.164), account numbers at most 34 (IBAN).
TELEPHONE = range(7, 16)
ANNOUNCED = {
    Entity.CREDIT_CARD: range(8, 25),
    Entity.CREDIT_CARD_EXPIRATION: range(3, 7),
    Entity.CVV: range(3, 5),
    Entity.SSN: (4, *range(6, 17)),
    Entity.ACCOUNT_NUMBER: range(4, 35),
    Entity.PASSPORT_NUMBER: range(6, 13),
    Entity.DRIVER_LICENSE: range(6, 17),
    Entity.HEALTHCARE_NUMBER: range(5, 17),
    Entity.PHONE_NUMBER: TELEPHONE,
    Entity.DOB: range(4, 9),
}
_FOUR_AND_TWENTY = 2  # digits: "quatre vingt-sept", April 2027, is read as 87
_MIN_YEAR = "2020"  # the earliest expiry of a card that people may still read aloud


def is_announced(entity: Entity, digits: str, language: str) -> bool:
    """Return whether words that announce an entity may mean this number, by its length."""
    if entity is Entity.CREDIT_CARD_EXPIRATION and len(digits) == MIN_DIGITS:
        # "4 27": a month and a year. "zéro quatre vingt-huit" sounds like 0 and 88.
        return digits[1] in "23" or (language == "fr" and digits[0] == "0" and digits[1] in "89")
    if entity is Entity.CREDIT_CARD_EXPIRATION and language == "fr" and len(digits) == _FOUR_AND_TWENTY:
        return digits[0] in "89"
    if entity is Entity.CREDIT_CARD_EXPIRATION and YEAR.fullmatch(digits) and digits < _MIN_YEAR:
        return False
    if entity is Entity.SSN and language == "en":
        return len(digits) in (4, 8, 9, 10, 12)  # nine, or one misheard; India's Aadhaar has twelve
    return len(digits) in ANNOUNCED.get(entity, ())
