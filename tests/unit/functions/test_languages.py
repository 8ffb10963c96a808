"""Language tags and names as programs and people write them."""

from __future__ import annotations

from functions.languages import LANGUAGES, is_detection, whisper_code
from tests.fixtures.rows import each_row

WRITTEN = {
    "en": "en EN en-US en_US en_US.UTF-8 en-us@euro eng English",
    "de": "de deu ger de-AT de_DE German Deutsch",
    "zh": "zh zh-CN zh-Hant zh-Hant-TW zh-Hans-CN zh_TW zho chi cmn cmn-Hans Chinese mandarin",
    "no": "no nb nb-NO no-NO nor nob Norwegian bokmal",
    "nn": "nn nn-NO nno",
    "sr": "sr sr-Latn sr-Cyrl-RS srp scc",
    "hr": "hr hrv sh sh-Latn hbs",
    "yue": "yue zh-yue zh-yue-HK Cantonese yue-Hant-HK",
    "he": "he iw heb iw-IL",
    "id": "id in ind",
    "tl": "tl fil fil-PH tgl Filipino",
    "jw": "jw jv jav Javanese",
    "fr": "fr fra fre fr-CA",
    "nl": "nl nld dut nl-BE flemish",
    "ro": "ro mo ron rum ro-MD",
    "fa": "fa fas per farsi",
    "el": "el ell gre",
    "es": "es es-419 spa castilian Español espanol",
    "ht": "ht hat haitian_creole Haitian-Creole haitian",
    "haw": "haw haw-US Hawaiian",
    "ja": "ja jpn 日本語",
    "pt": "pt-BR Português portugues",
    "vi": "vi-VN vie Tiếng-Việt",
}


@each_row(("code", "tag"), [(code, tag) for code, tags in WRITTEN.items() for tag in tags.split()])
def test_written_tag_means_its_language(code, tag):
    assert whisper_code(tag) == code
    assert whisper_code(f" {tag.upper()} ") == code


@each_row(
    "tag",
    ["", "xx", "e", "Language.EN", "klingon", "en,de", "en-US,es", "jp", "cn", "auto", "multi", "-", "en.", "eng lish"],
)
def test_other_text_means_no_language(tag):
    assert whisper_code(tag) is None


def test_every_code_and_name_of_whisper_is_accepted():
    for code, name in LANGUAGES.items():
        assert whisper_code(code) == whisper_code(name) == code


@each_row("tag", ["auto", "AUTO", " auto ", "auto_detect", "detect", "und", "multi", "multilingual", "mul"])
def test_detection_has_several_names(tag):
    assert is_detection(tag)
    assert whisper_code(tag) is None
