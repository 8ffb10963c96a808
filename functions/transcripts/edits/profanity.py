"""Edit `profanity_filter`: mask profane words by asterisks, as Deepgram does.

The words are those of glin-profanity, a package of lists by language; none of its code runs. Its lists also have words
that are seldom profane ("bitte" for French, "martillo" for Spanish); these stay.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from functions.transcripts.letters import normalised
from functions.transcripts.words import TranscriptWord

MASK = "****"  # whatever the word's length: Deepgram's documentation shows four

_LISTS = {
    "ar": "arabic",
    "zh": "chinese",
    "cs": "czech",
    "da": "danish",
    "nl": "dutch",
    "en": "english",
    "fi": "finnish",
    "fr": "french",
    "de": "german",
    "hi": "hindi",
    "hu": "hungarian",
    "it": "italian",
    "ja": "japanese",
    "ko": "korean",
    "no": "norwegian",
    "fa": "persian",
    "pl": "polish",
    "pt": "portuguese",
    "ru": "russian",
    "es": "spanish",
    "sv": "swedish",
    "th": "thai",
    "tr": "turkish",
}
PROFANITY_LANGUAGES = frozenset(_LISTS)

# Words of the lists that are no insults: people say them in offices and in courts, and they stay.
_PLAIN = {
    "en": """alaskan pipeline|anal|anus|bareback|barely legal|big black|bondage|bs|busty|butt|coon|coons|cornhole
        |date rape|domination|double penetration|ejaculation|erotic|erotism|escort|eunuch|fecal|foot fetish
        |genitals|girl on|grope|hard core|hardcore|hoe|hooker|hot chick|how to kill|how to murder|huge fat
        |humping|incest|intercourse|jelly donut|knobbing|leather restraint|lolita|lovemaking|make me come
        |missionary position|negro|neonazi|nipple|nipples|nude|nudity|orgasm|panties|panty|pedophile|paedophile
        |pegging|penis|playboy|pleasure chest|poof|porn|pornography|rape|raping|rapist|rectum|retarded|sadism
        |santorum|scat|semen|sex|sexy|simp|skeet|snatch|snowballing|sodomy|spic|strip club|suck|sucks
        |sultry women|swastika|swinger|tainted love|taste my|threesome|tied up|tight white|tit|tongue in a
        |topless|twinkie|undressing|vagina|vibrator|voyeur|vulva|white power|xx""",
    "fr": """bander|bite|bitte|bosser|bourré|bourrée|caca|cailler|chatte|clitoris|drague|folle|gerbe|gerber
        |grande folle|gueule|jouir|meuf|ménage à trois|pédale|péter|pipi|ramoner|suce|tanche|tapette|teuf|trique
        |veuve|zizi""",
    "de": """bonze|bumsen|fratze|ische|kimme|lümmel|möpse|mufti|nackt|nippel|onanieren|orgasmus|popel|poppen|rosette
        |schabracke|schiesser|vögeln|bimbo|reudig""",
    "es": """asesinato|asno|bastardo|caca|chupada|chupetón|concha|drogas|esperma|heroína|haciendo el amor|infierno
        |maciza|maldito|mamada|martillo|nazi|orina|pedo|pezón|pis|prostituta|racista|semen|sexo|sexo oral|trio
        |vulva|travesti|tetas grandes|verga|sádico""",
}
# What the lists leave out.
_MORE = {
    "en": "goddamn|goddamned|dickhead|prick|horseshit|dumbass|jackass|douchebag|wank|wanker|piss off|arsehole|"
    "bellend|twat",
    "de": "scheiß|scheisse|drecksau|mistkerl|arsch|verpiss dich|vollidiot|leck mich",
    "fr": "connasse|conne|bordel|chier|chiant|enfoiré|niquer|pétasse|ta gueule",
    "es": "joder|jodido|jodida|pendejo|pendeja|jodas|jodan|jode|jódete|me cago en|hostia|chingar|chingada|"
    "culero|huevón|putada|puta madre|malparido",
    "it": "cazzi|cazzate|minchia|coglioni|stronza|stronzi|bastardo|puttana|fottiti",
    "pt": "cuzão|arrombado|porra|desgraçado|buceta|viado",
    "nl": "mierenneuker|godver|klote",
    "pl": "spierdalaj|skurwysyn|pierdol|jebany|zajebisty",
    "ru": "блять|блядь|сука|пиздец|ебать|ёбаный|ебаный|нахуй|хуйня|мудак",
    "sv": "jävla|jävlar|skit",
    "da": "fanden|lort|for helvede",
    "cs": "píča|hovno|kurva|zmrd",
    "ja": "くそ|ちくしょう",
}
# "d'enculé", "l'enfoiré": the article before a word, in one with it.
_ELIDED = re.compile(r"(d|l|qu|dell|nell|un|quell)['’]")
_ELIDING = ("fr", "it")
_NAMES = frozenset({"dick"})  # stay with a capital
# "fucked", "shitting", "bitches": endings that the list leaves out, of English words of four letters or more.
_ENGLISH_ENDINGS = ("s", "es", "ed", "er", "ers", "in", "ing", "ings", "y")


def mask_profanity(words: list[TranscriptWord], language: str) -> list[TranscriptWord]:
    """Return the words with each profane one, and each word of a profane phrase, as asterisks.

    Args:
        words: Words in order of time.
        language: Whisper's code; one that is not in `PROFANITY_LANGUAGES` changes nothing.
    """
    phrases = _phrases(language)
    result = [*words]
    texts = [normalised(word.normalised) for word in words]  # a replacement's words are as the caller wrote them
    at = 0
    while at < len(words):
        length = next(_matches(words, texts, at, phrases, language), 0)
        for index in range(at, at + length):
            result[index] = _masked(words[index])
        at += length or 1
    return result


def _matches(
    words: list[TranscriptWord],
    texts: list[str],
    at: int,
    phrases: dict[str, tuple[tuple[str, ...], ...]],
    language: str,
) -> Iterator[int]:
    """Yield the lengths of the phrases that begin at a word, the longest first."""
    word = texts[at]
    if word.rpartition("-")[2] in _NAMES and words[at].text.rpartition("-")[2][:1].isupper():
        return  # "Dick Turpin", "Moby-Dick"
    for stem in _stems(word, language):
        for phrase in phrases.get(stem, ()):
            rest = texts[at + 1 : at + len(phrase)]
            if [stem, *rest] == [*phrase] and (stem == word or len(phrase) == 1):
                yield len(phrase)


def _stems(word: str, language: str) -> Iterator[str]:
    yield word
    if "-" in word:
        yield word.replace("-", "")  # "mother-fucker"
        yield word.rpartition("-")[2]
    if (elided := _ELIDED.match(word)) and language in _ELIDING:
        yield word[elided.end() :]
    if language != "en":
        return
    for ending in _ENGLISH_ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 3:
            yield stem
            if stem[-1] == stem[-2]:
                yield stem[:-1]  # "shitting"


def _masked(word: TranscriptWord) -> TranscriptWord:
    own = normalised(word.normalised)
    at = max(word.text.lower().find(own), 0)
    after = word.text[at + len(own) :]
    return replace(word, text=word.text[:at] + MASK + after, normalised=MASK)


@lru_cache(maxsize=len(_LISTS))
def _phrases(language: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the profane phrases by their first word, the longest first."""
    if language not in _LISTS:
        return {}
    plain = {" ".join(entry.split()) for entry in _PLAIN.get(language, "").split("|")}
    found: dict[str, list[tuple[str, ...]]] = {}
    listed = json.loads((_folder() / f"{_LISTS[language]}.json").read_text(encoding="utf-8"))["words"]
    for entry in [*listed, *filter(None, _MORE.get(language, "").split("|"))]:
        phrase = tuple(filter(None, (normalised(part) for part in re.split(r"\s+", entry))))
        if phrase and entry.lower() not in plain:
            found.setdefault(phrase[0], []).append(phrase)
    return {first: tuple(sorted(phrases, key=len, reverse=True)) for first, phrases in found.items()}


def _folder() -> Path:
    """Return the folder of the lists, without an import of the package: it costs a cold start."""
    package = importlib.util.find_spec("glin_profanity")
    assert package, "glin-profanity is one of the functions' packages."
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0]) / "data" / "dictionaries"
