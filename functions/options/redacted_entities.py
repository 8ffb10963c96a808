"""Entities that `redact` may name: those that patterns find, Deepgram's groups of them; and names that it refuses."""

from __future__ import annotations

from enum import StrEnum

from functions.errors import bad_query


class Entity(StrEnum):
    """Kind of a span of words, by Deepgram's name; its tag in the text is the name in capitals with a number."""

    CREDIT_CARD = "credit_card"
    CREDIT_CARD_EXPIRATION = "credit_card_expiration"
    CVV = "cvv"
    SSN = "ssn"
    ACCOUNT_NUMBER = "account_number"
    PASSPORT_NUMBER = "passport_number"
    DRIVER_LICENSE = "driver_license"
    HEALTHCARE_NUMBER = "healthcare_number"
    PHONE_NUMBER = "phone_number"
    EMAIL_ADDRESS = "email_address"
    DATE = "date"
    DOB = "dob"
    NUMERICAL_PII = "numerical_pii"  # any other number of three digits or more


# Numbers that an authority or a company assigns to a person: they may have letters, and callers confuse their names.
OFFICIAL_NUMBERS = (
    Entity.SSN,
    Entity.ACCOUNT_NUMBER,
    Entity.PASSPORT_NUMBER,
    Entity.DRIVER_LICENSE,
    Entity.HEALTHCARE_NUMBER,
)

# Any number at all: wider than `numbers`, where a number has at least three digits.
EVERY_NUMBER = "aggressive_numbers"

_GROUPS = {
    "pci": (Entity.CREDIT_CARD, Entity.CREDIT_CARD_EXPIRATION, Entity.CVV),
    "numbers": tuple(entity for entity in Entity if entity is not Entity.EMAIL_ADDRESS),
}
_GROUPS |= {"true": _GROUPS["numbers"], EVERY_NUMBER: _GROUPS["numbers"]}
# Groups that contain names, places or diseases, which patterns cannot find: such a request is refused.
_GROUPS_WITH_NAMES = {"pii": "names and places", "phi": "diseases, drugs and names"}


def parse_redact(values: list[str]) -> list[str]:
    """Return the requested names, each an entity's, a group's or `aggressive_numbers`; [] for `false`.

    Several may stand in one value, separated by commas.

    Raises:
        ApiError: A name is not known, or is one that patterns cannot find, or no value names anything: a
            program whose variable is empty sends `redact=`, and its user would take the transcript for a redacted one.
    """
    names = [name.strip().lower() for value in values for name in value.split(",")]
    if names and not any(names):
        raise bad_query("redact names nothing. Write what is to be redacted, redact=pci, or redact=false.")
    requested = list(dict.fromkeys(name for name in names if name not in ("", "false")))
    for name in requested:
        if name in _GROUPS_WITH_NAMES:
            raise bad_query(
                f"redact={name} is not done: {_GROUPS_WITH_NAMES[name]} belong to it, and patterns do not find them. "
                f"Name what is found: {_choices()}."
            )
        if name not in _GROUPS and name not in {*Entity}:
            raise bad_query(f"redact={name} is not done: patterns do not find it. What is found: {_choices()}.")
    return requested


def requested_entities(names: list[str]) -> frozenset[Entity]:
    """Return the entities that names of `parse_redact` stand for."""
    return frozenset(entity for name in names for entity in _GROUPS.get(name, ()) or (Entity(name),))


def _choices() -> str:
    return ", ".join(["pci", "numbers", EVERY_NUMBER, *(entity for entity in Entity)])
