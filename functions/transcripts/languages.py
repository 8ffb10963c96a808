"""The languages Whisper speaks: its codes, their English names, and what people write instead."""

from __future__ import annotations

# Code and name as in Whisper's own tokenizer; `jw` for Javanese is its spelling.
_NAMES = """
    en:english zh:chinese de:german es:spanish ru:russian ko:korean fr:french ja:japanese pt:portuguese
    tr:turkish pl:polish ca:catalan nl:dutch ar:arabic sv:swedish it:italian id:indonesian hi:hindi
    fi:finnish vi:vietnamese he:hebrew uk:ukrainian el:greek ms:malay cs:czech ro:romanian da:danish
    hu:hungarian ta:tamil no:norwegian th:thai ur:urdu hr:croatian bg:bulgarian lt:lithuanian la:latin
    mi:maori ml:malayalam cy:welsh sk:slovak te:telugu fa:persian lv:latvian bn:bengali sr:serbian
    az:azerbaijani sl:slovenian kn:kannada et:estonian mk:macedonian br:breton eu:basque is:icelandic
    hy:armenian ne:nepali mn:mongolian bs:bosnian kk:kazakh sq:albanian sw:swahili gl:galician mr:marathi
    pa:punjabi si:sinhala km:khmer sn:shona yo:yoruba so:somali af:afrikaans oc:occitan ka:georgian
    be:belarusian tg:tajik sd:sindhi gu:gujarati am:amharic yi:yiddish lo:lao uz:uzbek fo:faroese
    ht:haitian_creole ps:pashto tk:turkmen nn:nynorsk mt:maltese sa:sanskrit lb:luxembourgish my:myanmar
    bo:tibetan tl:tagalog mg:malagasy as:assamese tt:tatar haw:hawaiian ln:lingala ha:hausa ba:bashkir
    jw:javanese su:sundanese yue:cantonese
"""
LANGUAGES: dict[str, str] = dict(pair.split(":") for pair in _NAMES.split())
LANGUAGES["ht"] = "haitian creole"

# Tags that BCP-47 has and Whisper spells otherwise.
_OTHER_TAGS = {"jv": "jw", "iw": "he", "nb": "no", "fil": "tl", "in": "id", "ji": "yi", "cmn": "zh"}

# Written without spaces between words: their segments and words are joined by nothing.
UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue"})


def whisper_code(tag: str) -> str | None:
    """The Whisper code that a BCP-47 tag (`en-US`, `pt_BR`, `DE`) or an English name (`german`) means, or None."""
    wanted = tag.strip().lower().replace("_", "-")
    primary = wanted.partition("-")[0]
    if (code := _OTHER_TAGS.get(primary, primary)) in LANGUAGES:
        return code
    return next((code for code, name in LANGUAGES.items() if name == wanted), None)


def joined(pieces: list[str], language: str) -> str:
    """Pieces of speech as one line, with or without spaces as the language has it."""
    stripped = [piece.strip() for piece in pieces]
    return ("" if language in UNSPACED else " ").join(piece for piece in stripped if piece)
