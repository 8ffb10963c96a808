"""Sentences as Whisper writes them: secrets are redacted whole, and other numbers stay."""

from __future__ import annotations

from tests.fixtures.rows import each_row
from tests.unit.functions.transcripts.redaction.test_redact import redacted

ENTITIES = "pci,ssn,phone_number,email_address,account_number"


@each_row(
    ("language", "names", "text", "expected"),
    [
        # Interrupted, announced in parts, said in other words.
        ("en", "pci", "Okay, 4111. Mm-hmm. 1111. Yeah. 1111. And the last four? 1111.", "Okay, [CREDIT_CARD_1]."),
        ("en", "pci", "four triple one, quadruple one, eleven eleven eleven eleven, bye", "[CREDIT_CARD_1], bye"),
        ("en", "pci", "my Visa ending in 4242, please", "my Visa ending in [CREDIT_CARD_1], please"),
        ("en", "pci", "it expires in December", "it expires in [CREDIT_CARD_EXPIRATION_1]"),
        ("fr", "pci", "ma carte quarante et un onze onze onze onze onze onze onze", "ma carte [CREDIT_CARD_1]"),
        ("fr", "pci", "le code au dos est deux cent soixante-dix-neuf", "le code au dos est [CVV_1]"),
        ("en", "phone_number", "area code 415, and then 555 2671", "area code [PHONE_NUMBER_1]"),
        (
            "en",
            "phone_number",
            "reach me on 555 2671, area code 415",
            "reach me on [PHONE_NUMBER_1], area code [PHONE_NUMBER_2]",
        ),
        ("en", "phone_number", "(415) 555-2671, ext. 204", "[PHONE_NUMBER_1]"),
        # Written like amounts, and none.
        ("en", "pci", "it is 4,111,111,111,111,112", "it is [CREDIT_CARD_1]"),
        ("es", "phone_number", "es +34 612.345.678", "es [PHONE_NUMBER_1]"),
        # Letters belong to the number.
        ("en", "ssn", "my national insurance number is QQ 12 34 56 C.", "my national insurance number is [SSN_1]."),
        ("de", "ssn", "Sozialversicherungsnummer 65 170839 J 008", "Sozialversicherungsnummer [SSN_1]"),
        ("en", "account_number", "IBAN GB29 NWBK 6016 1331 9268 19", "IBAN [ACCOUNT_NUMBER_1]"),
        ("en", "account_number", "sort code 12-11-10. Bye", "sort code [ACCOUNT_NUMBER_1]. Bye"),
        # Addresses that are announced by a verb, and what stands before them.
        ("en", "email_address", "send it to jane smith 85 at outlook dot com", "send it to [EMAIL_ADDRESS_1]"),
        ("en", "email_address", "Email me at jane.smith@gmail. com", "Email me at [EMAIL_ADDRESS_1]"),
        # Dates with an abbreviation, with ranks, with "and" in the year; "born" behind.
        ("en", "date", "the 3rd of Sept. 2024", "the [DATE_1]"),
        ("de", "dob", "Ich bin am dritten dritten fünfundachtzig geboren.", "Ich bin am [DOB_1] geboren."),
        ("es", "date", "el tres de marzo de mil novecientos ochenta y cinco", "el [DATE_1]"),
        ("en", "account_number", "policy number 4 4 5 6 7 8 A as in apple.", "policy number [ACCOUNT_NUMBER_1]."),
        ("en", "account_number", "my account is 123456, I like it", "my account is [ACCOUNT_NUMBER_1], I like it"),
        # Words between an announcement and its number.
        ("pt", "account_number", "a agência bancária é 1234", "a agência bancária é [ACCOUNT_NUMBER_1]"),
        ("pt", "account_number", "agência do banco 0372", "agência do banco [ACCOUNT_NUMBER_1]"),
        ("en", "pci", "and the security is, uh, ninety nine one", "and the security is, uh, [CVV_1]"),
        ("pt", "date", "dia três de março de mil novecentos e oitenta e cinco", "dia [DATE_1]"),
    ],
)
def test_secret_in_a_sentence_is_redacted_whole(language: str, names: str, text: str, expected: str) -> None:
    assert redacted(text, names, language) == expected


@each_row(
    ("language", "names", "text"),
    [
        ("en", ENTITIES, "We looked at amazon.com and met at example.com."),
        ("en", ENTITIES, "On cards we saw 4 and 5. From 1939 to 1945 60 million died."),
        ("en", ENTITIES, "Call it 1,500,000 dollars. It shipped at 10:15:30, 25.5 kilos."),
        ("en", ENTITIES, "Open an account before 2025. On no account pay 5000 dollars."),
        ("en", ENTITIES, "The company expires 500 points in 90 days."),
        ("en", ENTITIES, "He is six foot two, born in 1980, and runs Python 3.12.1 on 192.168.1.1."),
        ("en", "date", "Then we may 5 times go to 10.0.19."),
        ("de", ENTITIES, "1933 bis 1945, Paragraph 242, 80 Millionen Menschen, 12.000 Euro auf dem Konto."),
        ("fr", ENTITIES, "Je me rends compte que 2500 personnes sont venues en 2019."),
        ("es", ENTITIES, "Nos dimos cuenta en 2019: página 123, 80 millones, 12.000 euros en la cuenta."),
        ("pt", ENTITIES, "Ele conta que em 2019 vieram 2500 pessoas."),
        ("pt", ENTITIES, "A agência de viagens fechou em 2019. Uma agência com 2500 funcionários."),
        ("en", ENTITIES, "The security is good: 500 guards. Security is what 350 men are paid for."),
        ("en", ENTITIES, "ten nine eight seven six five four three two one zero ignition"),
        ("en", ENTITIES, "Nine, eight, seven, six, five, four, three, two, one."),
    ],
)
def test_number_that_is_no_secret_stays(language: str, names: str, text: str) -> None:
    assert redacted(text, names, language) == text


@each_row(
    ("language", "text", "expected"),
    [
        ("en", "The one ending in 4242 guys", "The one ending in [CREDIT_CARD_1] guys"),
        ("en", "The one ending in 4242 declines.", "The one ending in [CREDIT_CARD_1] declines."),
        ("en", "The last four are 1500 folks", "The last four are [CREDIT_CARD_1] folks"),
        ("de", "Sie endet auf 4242 Frau Klein.", "Sie endet auf [CREDIT_CARD_1] Frau Klein."),
        ("de", "Die letzten vier sind 1500 Herr Müller.", "Die letzten vier sind [CREDIT_CARD_1] Herr Müller."),
        ("es", "Termina en 1500 gracias.", "Termina en [CREDIT_CARD_1] gracias."),
        ("es", "Los últimos cuatro son 4242 señores.", "Los últimos cuatro son [CREDIT_CARD_1] señores."),
        ("fr", "Elle se termine par 4242 vous voyez.", "Elle se termine par [CREDIT_CARD_1] vous voyez."),
        ("it", "finisce con 4242 quindi", "finisce con [CREDIT_CARD_1] quindi"),
    ],
)
def test_last_digits_go_though_the_next_word_looks_plural(language: str, text: str, expected: str) -> None:
    assert redacted(text, "pci", language) == expected
