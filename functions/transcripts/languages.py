"""Languages of Whisper: its codes, their English names, and other tags for them."""

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

# BCP-47 tags that Whisper spells differently.
_OTHER_TAGS = {"jv": "jw", "iw": "he", "nb": "no", "fil": "tl", "in": "id", "ji": "yi", "cmn": "zh"}

# Written without spaces between words: their segments are joined without one (`functions.transcripts.words`).
UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue"})


def whisper_code(tag: str) -> str | None:
    """Return the Whisper code of a BCP-47 tag (`en-US`, `pt_BR`, `DE`) or an English name (`german`), or None."""
    name = tag.strip().lower().replace("_", "-")
    primary = name.partition("-")[0]
    if (code := _OTHER_TAGS.get(primary, primary)) in LANGUAGES:
        return code
    return next((code for code, english in LANGUAGES.items() if english == name), None)
