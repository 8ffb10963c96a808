"""Secrets that are begun twice, asked for on another channel, spelt, or said in another language than the text's."""

from __future__ import annotations

from functions.options.redacted_entities import parse_redact
from functions.transcripts.redaction.redact import redact
from tests.fixtures.results.transcripts import segment, timed_words, transcript
from tests.fixtures.rows import each_row
from tests.unit.functions.transcripts.redaction.test_redact import CARD, redacted


@each_row(
    ("language", "names", "text", "expected"),
    [
        # Begun anew, and read once more.
        ("en", "pci", "4111 no wait 4111 1111 1111 1111", "[CREDIT_CARD_1]"),
        ("en", "pci", "it's four one one one, that's four one one one" + " eleven" * 6, "it's [CREDIT_CARD_1]"),
        (
            "en",
            "pci",
            "Card number? 5 5 0 0. Hold on, I dropped it. 0 0 0 0. 0 0 0 0. 0 0 0 4.",
            "Card number? [CREDIT_CARD_1]. Hold on, I dropped it. [CREDIT_CARD_2].",
        ),
        ("en", "pci", "expires oh four slash twenty seven", "expires [CREDIT_CARD_EXPIRATION_1]"),
        ("es", "pci", "caduca el cero cuatro del veintisiete", "caduca el [CREDIT_CARD_EXPIRATION_1]"),
        ("en", "pci", "C V V is seven for two", "C V V is [CVV_1]"),
        # A card's number is stored as no other one's where that one is not requested.
        (
            "en",
            "pci",
            "Your account number? 4111 1111 1111 1111. Sorry, again, 4111 1111 1111 1111.",
            "Your account number? [CREDIT_CARD_1]. Sorry, again, [CREDIT_CARD_2].",
        ),
        ("en", "pci", "account 4111 1111, no wait, 1111 1111", "account [CREDIT_CARD_1]"),
        ("en", "account_number", "account 4111 1111, no wait, 1111 1111", "account [ACCOUNT_NUMBER_1]"),
        ("en", "pci,account_number", "account 4111 1111, no wait, 1111 1111", "account [ACCOUNT_NUMBER_1]"),
        # Announced by a long cue that begins five words behind it.
        (
            "es",
            "cvv",
            "123 es por cierto el código que está en la parte de atrás",
            "[CVV_1] es por cierto el código que está en la parte de atrás",
        ),
        # Announced in other words, and by words that name two things.
        ("en", "pci", "three digits on the signature strip? 742.", "three digits on the signature strip? [CVV_1]."),
        ("en", "pci", "my pin code is four two four two", "my pin code is [CVV_1]"),
        ("en", "pci", "the last four of your card please? 4242", "the last four of your card please? [CREDIT_CARD_1]"),
        ("en", "ssn", "social security number, the last four? 6789", "social security number, the last four? [SSN_1]"),
        ("en", "ssn", "the security code and my social are 1234", "the security code and my social are [SSN_1]"),
        ("en", "phone_number", "get me at five five five, oh one, double two", "get me at [PHONE_NUMBER_1]"),
        ("es", "phone_number", "mi número es seis doce treinta cincuenta y seis", "mi número es [PHONE_NUMBER_1]"),
        ("en", "ssn", "my number is 123-45-6789", "my number is [SSN_1]"),
        ("en", "dob", "born the fourth of the fifth, eighty five", "born the [DOB_1]"),
        # Announced by two cues that overlap, or as two numbers, the second of which corrects the first.
        ("fr", "account_number", "mon numéro de compte est 12345", "mon numéro de compte est [ACCOUNT_NUMBER_1]"),
        ("fr", "ssn", "mon numéro de sécurité sociale est 2 85 05 75", "mon numéro de sécurité sociale est [SSN_1]"),
        ("it", "credit_card", "il mio numero di carta è 4970 1012", "il mio numero di carta è [CREDIT_CARD_1]"),
        (
            "en",
            "pci",
            "The security code is 742. Sorry, 743. I mean 744.",
            "The security code is [CVV_1]. Sorry, [CVV_2]. I mean [CVV_3].",
        ),
        ("en", "dob", "born on 04051985. No, 05041985.", "born on [DOB_1]. No, [DOB_2]."),
        ("en", "ssn", "123-45-6789. So 5551234 is the other one.", "[SSN_1]. So 5551234 is the other one."),
        ("en", "pci", "I paid 350 with the pin", "I paid 350 with the pin"),
        ("en", "pci", "dropped the pin on 450 Main Street", "dropped the pin on 450 Main Street"),
        ("en", "pci", "in room 350 he paid with 5500 0000 0000 0004", "in room 350 he paid with [CREDIT_CARD_1]"),
        # By check digits alone.
        ("en", "account_number", "it is DE89370400440532013000", "it is [ACCOUNT_NUMBER_1]"),
        ("en", "account_number", "it is DE89 3704 0044 0532 0130 00", "it is [ACCOUNT_NUMBER_1]"),
        ("en", "account_number", "it is GB82WEST12345698765432", "it is [ACCOUNT_NUMBER_1]"),
        ("en", "account_number", "it is DE88370400440532013000", "it is DE88370400440532013000"),
        # In another language than the text's.
        ("es", "pci", f"mi tarjeta es {CARD} gracias", "mi tarjeta es [CREDIT_CARD_1] gracias"),
        ("cy", "pci", CARD, "[CREDIT_CARD_1]"),
        ("no", "pci", "kortet er fire" + " en" * 15, "kortet er [CREDIT_CARD_1]"),
        # Addresses that are spelt, or whose top-level domain goes without saying.
        ("en", "email_address", "my email: J A N E dot D O E at G M A I L dot C O M", "my email: [EMAIL_ADDRESS_1]"),
        ("en", "email_address", "it's J as in Juliet, A as in Alpha, N, at example dot org", "it's [EMAIL_ADDRESS_1]"),
        ("de", "email_address", "J wie Julius, A wie Anton at example punkt org", "[EMAIL_ADDRESS_1]"),
        ("en", "email_address", "ask jane at gmail", "ask [EMAIL_ADDRESS_1]"),
        ("en", "email_address", "jane at gmail", "[EMAIL_ADDRESS_1]"),
        ("en", "email_address", "my email is photos at gmail", "my email is [EMAIL_ADDRESS_1]"),
        ("en", "email_address", "it's jane underscore doe ninety nine at yahoo dot com", "it's [EMAIL_ADDRESS_1]"),
        ("en", "email_address", "jane period doe at example period com", "[EMAIL_ADDRESS_1]"),
        ("en", "email_address", "ask jane @ example . com", "ask [EMAIL_ADDRESS_1]"),
        ("ru", "email_address", "моя почта иван собака mail точка ru", "моя почта [EMAIL_ADDRESS_1]"),
        ("pl", "email_address", "mój mail to jan kropka kowalski małpa wp kropka pl", "mój mail to [EMAIL_ADDRESS_1]"),
    ],
)  # fmt: skip
def test_secret_is_redacted_in_each_form(language: str, names: str, text: str, expected: str) -> None:
    assert redacted(text, names, language) == expected


@each_row(
    ("names", "text"),
    [
        ("email_address", "We are at this point in time, at some point in the story, at one point me and he looked."),
        ("email_address", "They keep my data at icloud. Just sign up at icloud. She works over at gmail."),
        ("email_address", "I have an account at gmail, and her photos at icloud. A friend at gmail says no."),
        ("email_address", "Look at gmail. I work at gmail. It's at example dot com."),
        ("pci", "In 2019 I got 250 points for my card 4111."),
        ("pci", "There are 300 people. No, 400. So, 4 5 6 7."),
        ("phone_number", "Your number is 55 in the line."),
        ("date", "The second of the third row, the first of a second."),
        ("pci", "Sei otto nove o due, one of these."),
    ],
)
def test_what_is_no_secret_stays(names: str, text: str) -> None:
    assert redacted(text, names) == text


@each_row(
    ("question", "answer", "names", "expected"),
    [
        ("And what is the security code on the back please?", "It is seven four two.", "pci", "It is [CVV_1]."),
        ("When does it expire?", "Oh four twenty seven", "pci", "[CREDIT_CARD_EXPIRATION_1]"),
        ("The last four digits of your card?", "4242", "pci", "[CREDIT_CARD_1]"),
        ("Your social security number, the last four?", "6789", "ssn", "[SSN_1]"),
        ("What is your account number?", "Yes, 1234", "account_number", "Yes, [ACCOUNT_NUMBER_1]"),
        ("What is your date of birth?", "04/05/85", "dob", "[DOB_1]"),
        ("What number can I call you back on?", "555 0122", "phone_number", "[PHONE_NUMBER_1]"),
        ("Tell me about the account.", "I paid 2500 in 2019", "account_number", "I paid 2500 in 2019"),
    ],
)
@each_row("asks", [0, 1])
def test_answer_on_another_channel_is_redacted(
    asks: int, question: str, answer: str, names: str, expected: str
) -> None:
    """A call with a channel for each side has the question on one and the number on the other."""
    channels = [[segment(timed_words(question))], [segment(timed_words(answer, start=7.0))]]

    found = redact(transcript(*(channels if asks == 0 else channels[::-1]), duration=60.0), parse_redact([names]))

    assert found.channels[1 - asks].segments[0].text == expected
    assert found.channels[asks].segments[0].text == question


def test_question_long_before_announces_no_number() -> None:
    channels = [[segment(timed_words("The security code?"))], [segment(timed_words("Room 742", start=40.0))]]

    found = redact(transcript(*channels, duration=60.0), ["pci"])

    assert found.channels[1].segments[0].text == "Room 742"
