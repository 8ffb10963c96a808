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

# Codes of ISO 639-2 (both kinds where there are two), of ISO 639-3 and of older lists, by what Whisper calls them.
_OTHER_CODES = """
    en:eng zh:zho,chi,cmn de:deu,ger es:spa ru:rus ko:kor fr:fra,fre ja:jpn pt:por tr:tur pl:pol ca:cat nl:nld,dut,vls
    ar:ara,arb,arz,apc,ary sv:swe,sve it:ita id:ind,in hi:hin fi:fin vi:vie he:heb,iw uk:ukr el:ell,gre ms:msa,may,zsm
    cs:ces,cze ro:ron,rum,mo,mol da:dan hu:hun ta:tam no:nor,nb,nob th:tha ur:urd hr:hrv,sh,hbs,scr bg:bul lt:lit la:lat
    mi:mri,mao ml:mal cy:cym,wel sk:slk,slo te:tel fa:fas,per,pes,prs lv:lav,lvs bn:ben sr:srp,scc az:aze,azj,azb sl:slv
    kn:kan et:est,ekk mk:mkd,mac br:bre eu:eus,baq is:isl,ice hy:hye,arm ne:nep,npi mn:mon,khk bs:bos kk:kaz
    sq:sqi,alb,als sw:swa,swh gl:glg mr:mar pa:pan si:sin km:khm sn:sna yo:yor so:som af:afr oc:oci ka:kat,geo be:bel
    tg:tgk sd:snd gu:guj am:amh yi:yid,ydd,ji lo:lao uz:uzb,uzn fo:fao ht:hat ps:pus,pbt,pbu tk:tuk nn:nno mt:mlt sa:san
    lb:ltz my:mya,bur bo:bod,tib tl:tgl,fil mg:mlg,plt as:asm tt:tat ln:lin ha:hau ba:bak jw:jav,jv su:sun
"""
_CODES: dict[str, str] = {
    other: code
    for code, _, others in (entry.partition(":") for entry in _OTHER_CODES.split())
    for other in others.split(",")
}

# Names besides those of `LANGUAGES`: Whisper's own aliases, and what people write.
_OTHER_NAMES = {
    "burmese": "my",
    "valencian": "ca",
    "flemish": "nl",
    "haitian": "ht",
    "letzeburgesch": "lb",
    "pushto": "ps",
    "panjabi": "pa",
    "moldavian": "ro",
    "moldovan": "ro",
    "sinhalese": "si",
    "castilian": "es",
    "mandarin": "zh",
    "farsi": "fa",
    "filipino": "tl",
    "bokmal": "no",
    "norwegian bokmal": "no",
    "norwegian nynorsk": "nn",
    "serbo-croatian": "hr",
}

# Names of languages in themselves, if they are one word.
_OWN_NAMES = """
    de:deutsch es:español,espanol ru:русский ko:한국어 fr:français,francais ja:日本語 pt:português,portugues
    tr:türkçe,turkce pl:polski ca:català,catala nl:nederlands ar:العربية,عربي sv:svenska it:italiano
    hi:हिन्दी,हिंदी fi:suomi vi:tiếng-việt he:עברית uk:українська el:ελληνικά ms:melayu
    id:bahasa-indonesia cs:čeština,cestina,česky ro:română,romana da:dansk hu:magyar ta:தமிழ்
    no:norsk,bokmål th:ไทย,ภาษาไทย ur:اردو hr:hrvatski bg:български lt:lietuvių cy:cymraeg sk:slovenčina
    fa:فارسی lv:latviešu bn:বাংলা sr:српски,srpski sl:slovenščina et:eesti eu:euskara is:íslenska
    sq:shqip sw:kiswahili gl:galego af:afrikaans nn:nynorsk lb:lëtzebuergesch zh:中文,汉语,漢語,普通话,國語
    yue:粤语,粵語,廣東話
"""
_OTHER_NAMES |= {
    name.replace("-", " "): code
    for code, _, names in (entry.partition(":") for entry in _OWN_NAMES.split())
    for name in names.split(",")
}

# Codes of countries that people confuse with those of their languages. They are refused, with the right code in the
# error message: some are codes of languages that Whisper does not know.
_COUNTRIES = """
    jp:ja cn:zh tw:zh kr:ko ua:uk cz:cs dk:da gr:el il:he vn:vi se:sv us:en gb:en ir:fa rs:sr ee:et mx:es
"""
LANGUAGE_OF_COUNTRY: dict[str, str] = dict(pair.split(":") for pair in _COUNTRIES.split())

# Values that programs write for "detect it". `multi` is Deepgram's word for several languages in one file.
DETECTION_TAGS = frozenset({"auto", "autodetect", "auto-detect", "automatic", "detect", "und"})
MULTILINGUAL_TAGS = frozenset({"multi", "multilingual", "mul"})

# Written without spaces between words: their segments are joined without one (`functions.transcripts.words`).
UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
WRITTEN_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ps", "sd", "ur", "yi"})


def whisper_code(tag: str) -> str | None:
    """Return the Whisper code of a language tag or name, or None.

    Tags are those of BCP-47 (`en-US`, `zh-Hant-TW`, `nb-NO`) and of POSIX (`pt_BR.UTF-8`), and codes of two or three
    letters (`deu`, `ger`). Names are English (`German`).
    """
    name = _normalize(tag)
    if "," in name:
        return None  # a list
    primary, _, rest = name.partition("-")
    if primary == "zh" and rest.partition("-")[0] == "yue":
        return "yue"  # BCP-47 calls Cantonese zh-yue, too
    if (code := _CODES.get(primary, primary)) in LANGUAGES:
        return code
    words = name if name in _OTHER_NAMES else name.replace("-", " ")
    return _OTHER_NAMES.get(words) or next((code for code, english in LANGUAGES.items() if english == words), None)


def file_codes(code: str) -> list[str]:
    """Return the codes that media files use for a language of Whisper: of ISO 639-1, 639-2 (both kinds) and 639-3."""
    return [code, *(other for other, whisper in _CODES.items() if whisper == code)]


def is_detection(tag: str) -> bool:
    """Return whether a language option asks for detection, of one language or of several."""
    return _normalize(tag) in DETECTION_TAGS | MULTILINGUAL_TAGS


def names_several(tag: str) -> bool:
    """Return whether a language option says that a file has several languages."""
    return _normalize(tag) in MULTILINGUAL_TAGS


def script(tag: str) -> str | None:
    """Return the script that a tag names, as `Latn` of `sr-Latn`, or None."""
    subtags = [subtag for subtag in _normalize(tag).split("-")[1:] if len(subtag) == 4 and subtag.isalpha()]
    return subtags[0].title() if subtags and whisper_code(tag) else None


def _normalize(tag: str) -> str:
    """Return the tag in lower case with hyphens, without the encoding and the modifier of a POSIX locale."""
    name = tag.strip().lower().replace("_", "-")
    head, dot, encoding = name.partition(".")
    if dot and encoding.startswith(("utf", "iso", "cp")):
        name = head
    return " ".join(name.partition("@")[0].split())
