"""`redact`: which words become tags, written and spoken, and that nothing else of them stays."""

from __future__ import annotations

import pytest

from earshot_contract.documents.shard_results import Segment
from functions.errors import ApiError
from functions.options.options import Options
from functions.options.redacted_entities import Entity, parse_redact
from functions.rendering.formats import FORMATS
from functions.transcripts.edit import edit
from functions.transcripts.redaction.redact import redact
from functions.transcripts.transcript import Transcript
from functions.transcripts.words import words_of
from tests.fixtures.results.transcripts import segment, timed_words, transcript
from tests.fixtures.rows import each_row

CARD = "four one one one one one one one one one one one one one one one"


def redacted(text: str, names: str, language: str = "en") -> str:
    """The text with what `names` ask for as tags; "|" begins another segment."""
    segments = [segment(timed_words(part, start=60.0 * n)) for n, part in enumerate(text.split("|"))]
    found = redact(transcript(segments, language=language, duration=600.0), parse_redact([names]))
    return " ".join(each.text for each in found.channels[0].segments)


@each_row(
    ("text", "expected"),
    [
        (
            "My card is 4111 1111 1111 1111, expires 04/27 and the CVV is 123.",
            "My card is [CREDIT_CARD_1], expires [CREDIT_CARD_EXPIRATION_1] and the CVV is [CVV_1].",
        ),
        ("It is 4111-1111-1111-1111.", "It is [CREDIT_CARD_1]."),
        (f"It's {CARD} and the code is one two three", "It's [CREDIT_CARD_1] and the code is [CVV_1]"),
        ("forty one eleven, uh, eleven eleven. Okay. Eleven eleven eleven eleven", "[CREDIT_CARD_1]"),
        (
            "Amex: 3782 822463 10005, expiring oh four thirty",
            "Amex: [CREDIT_CARD_1], expiring [CREDIT_CARD_EXPIRATION_1]",
        ),
        ("It ends 4111 1111|1111 1111. Thanks", "It ends [CREDIT_CARD_1]. Thanks"),
        # A digit was misheard, so that the check digit is wrong; a digit was lost; the number was broken off.
        ("4111 1111 1111 1112 please", "[CREDIT_CARD_1] please"),
        ("the card number is 4111 1111 1111 111", "the card number is [CREDIT_CARD_1]"),
        ("my visa is four one one one two two two two and", "my visa is [CREDIT_CARD_1] and"),
        # As Whisper base wrote what synthetic voices said.
        (
            "card number is 411111111111111111, it expires 0427",
            "card number is [CREDIT_CARD_1], it expires [CREDIT_CARD_EXPIRATION_1]",
        ),
        (
            "A card is 55, 55, 55, 55, 55, 44, 44, Xpiring in April 2028",
            "A card is [CREDIT_CARD_1], Xpiring in [CREDIT_CARD_EXPIRATION_1]",
        ),
        ("We met 25 people in 2019 at 4 pm.", "We met 25 people in 2019 at 4 pm."),
        ("The code of the room is 4411.", "The code of the room is 4411."),
    ],
)
def test_pci_redacts_card_expiry_and_code_only(text: str, expected: str) -> None:
    assert redacted(text, "pci") == expected


@each_row(
    ("names", "text", "expected"),
    [
        ("ssn", "five five five two two one one one one and 123-45-6789.", "[SSN_1] and [SSN_2]."),
        ("ssn", "The last four of my social are 6789, room 6780", "The last four of my social are [SSN_1], room 6780"),
        ("phone_number", "Call (415) 555-2671 or +44 20 7946 0958.", "Call [PHONE_NUMBER_1] or [PHONE_NUMBER_2]."),
        ("phone_number", "it was four one five five five five two six seven one", "it was [PHONE_NUMBER_1]"),
        ("account_number", "account number 0012 3456 78, room 12", "account number [ACCOUNT_NUMBER_1], room 12"),
        ("account_number", "IBAN D E 89 3704 0044 0532 0130 00", "IBAN [ACCOUNT_NUMBER_1]"),
        ("email_address", "My email is john dot smith at gmail dot com. Bye", "My email is [EMAIL_ADDRESS_1]. Bye"),
        ("email_address", "Write to jo.doe@example.co.uk, please.", "Write to [EMAIL_ADDRESS_1], please."),
        ("email_address", "j o h n 42 at example dot com", "[EMAIL_ADDRESS_1]"),
        (
            "email_address",
            "We met at noon. It rained at example, twice.",
            "We met at noon. It rained at example, twice.",
        ),
        ("date", "on the fifth of May nineteen eighty four, it may rain", "on the [DATE_1], it may rain"),
        ("date", "born July 12th, 1976, paid 11/28/2026", "born [DATE_1], paid [DATE_2]"),
        ("dob", "born July 12th, 1976, paid 11/28/2026", "born [DOB_1], paid 11/28/2026"),
        (
            "numbers",
            "Call 911. In 2019. 45 came, one or two",
            "Call [NUMERICAL_PII_1]. In [NUMERICAL_PII_2]. 45 came, one or two",
        ),
        ("true", "nine hundred and twelve, seven, or twelve", "[NUMERICAL_PII_1], or twelve"),
        ("aggressive_numbers", "45 paid $5, one left", "[NUMERICAL_PII_1] paid [NUMERICAL_PII_2], one left"),
        ("account_number", "The account number is 782 double for 1903", "The account number is [ACCOUNT_NUMBER_1]"),
        ("email_address", "or write to john.smithatgmail.com. Bye", "or write to [EMAIL_ADDRESS_1]. Bye"),
        ("email_address", "alright to John Dotsmith at mail.com", "alright to [EMAIL_ADDRESS_1]"),
        ("email_address", "We use gmail.com and python.org at home", "We use gmail.com and python.org at home"),
        ("ssn", "My Social Security Number is 219-099999 and", "My Social Security Number is [SSN_1] and"),
        ("ssn,cvv", "ssn 123-45-6789, cvv 123, 2019", "ssn [SSN_1], cvv [CVV_1], 2019"),
    ],
)
def test_entity_is_redacted_by_its_tag(names: str, text: str, expected: str) -> None:
    assert redacted(text, names) == expected


@pytest.mark.parametrize(
    ("language", "names", "text", "expected"),
    [
        (
            "de",
            "pci",
            f"Kreditkarte {'eins ' * 15}eins, Prüfnummer eins zwei drei.",
            "Kreditkarte [CREDIT_CARD_1], Prüfnummer [CVV_1].",
        ),
        (
            "de",
            "phone_number",
            "Telefonnummer null eins sieben eins zwei drei vier fünf sechs",
            "Telefonnummer [PHONE_NUMBER_1]",
        ),
        ("fr", "pci", "ma carte est 4111 1111 1111 1111", "ma carte est [CREDIT_CARD_1]"),
        ("fr", "numbers", "quatre-vingt-dix-sept soixante deux", "[NUMERICAL_PII_1]"),
        ("es", "date", "el cinco de mayo de 1984", "el [DATE_1]"),
        ("ja", "pci", "4111 1111 1111 1111 です", "[CREDIT_CARD_1]です"),
        ("ar", "pci", "٤١١١ ١١١١ ١١١١ ١١١١", "[CREDIT_CARD_1]"),
        ("tr", "email_address", "Adresim “İLKER@example.com”, evet.", "Adresim “[EMAIL_ADDRESS_1]”, evet."),
    ],
)
def test_entity_is_redacted_in_other_languages(language: str, names: str, text: str, expected: str) -> None:
    assert redacted(text, names, language) == expected


def test_redacted_segment_keeps_times_and_loses_its_tokens() -> None:
    words = timed_words("My number is 123-45-6789.")
    first_segment = Segment(0.0, 2.0, "My number is 123-45-6789.", words, tokens=[1, 2, 3])
    plain = Segment(3.0, 4.0, "Bye.", timed_words("Bye.", start=3.0), tokens=[4])

    found = redact(transcript([first_segment, plain]), ["ssn"])

    first, second = found.channels[0].segments
    assert (first.text, first.tokens, second.tokens) == ("My number is [SSN_1].", [], [4])
    assert (first.words[-1].start, first.words[-1].end) == (words[-1].start, words[-1].end)
    (span,) = found.redactions
    assert span.entity == "ssn"
    assert span.start <= words[-1].start < words[-1].end <= span.end
    again = Transcript.from_json(found.to_json())
    tag = words_of(again, again.channels[0])[3]
    assert (tag.text, tag.normalised) == ("[SSN_1].", "[SSN_1]")


@pytest.mark.parametrize("query", ["", "smart_format=true&numerals=true", "utterances=true&replace=is:was"])
def test_no_format_has_a_digit_of_a_redacted_card(query: str) -> None:
    options = Options.from_query(query)
    text = f"The card {CARD} is 4111 1111 1111 1111."
    stored = redact(transcript([segment(timed_words(text))], [segment(timed_words(CARD))]), ["pci"])

    for form in FORMATS:
        body = form.render(edit(stored, options), options).lower()
        assert "[credit_card_2]" in body
        assert not any(digits in body for digits in ("4111", "1111", "one one", '"one"', '"four"'))


@pytest.mark.parametrize(
    ("text", "at", "next_start", "expected"),
    [
        ("born in 1976", 2, 9.0, (1.0 - 0.1, 1.0 + 4 * 0.65)),  # the pause before it is 0.1 s
        ("born in 1976", 2, 1.6, (0.9, 1.6)),
        ("born in nineteen", 2, 9.0, (0.9, 1.0 + 8 * 0.15)),
    ],
)
def test_span_has_the_pause_that_a_long_word_may_be_in(text, at, next_start, expected) -> None:
    """Whisper gives "1976" the time of a short word, and the copy of the audio would keep the rest of it."""
    words = timed_words(text)
    following = segment(timed_words("Bye.", start=next_start))

    found = redact(transcript([segment(words), following]), ["aggressive_numbers", "dob"])

    (span,) = found.redactions
    assert (span.start, span.end) == (pytest.approx(expected[0]), pytest.approx(expected[1]))


def test_names_are_counted_over_all_channels() -> None:
    channels = [[segment(timed_words("123-45-6789"))], [segment(timed_words("987-65-4321, 223-45-6789"))]]

    found = redact(transcript(*channels), ["numbers"])

    texts = [each.text for channel in found.channels for each in channel.segments]
    assert "6789" not in str(texts)
    assert [span.channel for span in found.redactions] == [0, 1, 1]


@pytest.mark.parametrize("name", ["pii", "phi", "name", "location", "organization", "password"])
def test_entity_that_patterns_cannot_find_is_refused(name: str) -> None:
    with pytest.raises(ApiError, match=f"redact={name} is not done"):
        Options.from_query(f"redact=pci&redact={name}")


def test_redact_false_redacts_nothing() -> None:
    assert Options.from_query("redact=false&redact=").redact == []
    assert Options.from_query("redact=pci,ssn&redact=PCI").redact == ["pci", "ssn"]
    assert redacted("123-45-6789", "false") == "123-45-6789"


def test_every_entity_may_be_requested_by_its_name() -> None:
    assert parse_redact([*Entity]) == [*Entity]
