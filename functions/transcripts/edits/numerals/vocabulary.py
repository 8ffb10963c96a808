"""Words around numbers, in each language that text2num knows: what they measure, join and may be mistaken for."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Vocabulary:
    """Words of one language, in lower case, as `TranscriptWord.normalised` has them.

    Attributes:
        ambiguous: Number words that, alone, are more often an article, a verb or an adjective.
        units: What is counted: a number word before it is a number, an ambiguous one too.
        ordinals_from: The smallest ordinal that is written in digits without a month beside it.
        fractions: Parts of a whole or of an hour; the number beside one stays a word ("two thirds", "half past ten").
        joiners: Words between a number and a fraction or a second number: "and" of "three and a half".
        months: Names of the months.
        month_joiners: Words between an ordinal and its month: "of" of "the second of May".
        percent: Phrases that mean percent.
        percent_space: Whether the language writes a space before the percent sign.
        money: Currencies and their sign; a currency with an empty sign keeps its name ("3,50 Euro").
        cents: Names of their hundredths.
        decimal_words: Names of the decimal mark.
        decimal_mark: The mark itself.
        years_in_pairs: Whether a year may be spoken as two numbers: "nineteen eighty-four".
        year_signs: Words before a number that is a year.
        hours: Words between hour and minutes, and how the whole time is written.
        clocks: Words before an hour, and the mark between it and its minutes.
        clock_joiners: Words between an hour after such a word and its minutes.
        zeros: Other names of zero among digits.
        idioms: Phrases with a number word that is no number.
        spellings: Regular expressions of spellings that text2num does not know, and the one that it knows.
    """

    ambiguous: frozenset[str]
    units: frozenset[str]
    fractions: frozenset[str]
    joiners: frozenset[str]
    months: frozenset[str]
    percent: tuple[tuple[str, ...], ...]
    percent_space: bool
    money: dict[str, str]
    cents: frozenset[str]
    decimal_words: frozenset[str]
    month_joiners: frozenset[str] = frozenset()
    ordinals_from: int = 11
    decimal_mark: str = ","
    years_in_pairs: bool = False
    year_signs: frozenset[str] = frozenset()
    hours: dict[str, str] = field(default_factory=dict)
    clocks: dict[str, str] = field(default_factory=dict)
    clock_joiners: tuple[str, ...] = ("",)
    zeros: frozenset[str] = frozenset()
    spellings: dict[str, str] = field(default_factory=dict)
    idioms: tuple[tuple[str, ...], ...] = ()


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _phrases(*phrases: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.split()) for phrase in phrases)


def _unsigned(words: str) -> dict[str, str]:
    return dict.fromkeys(words.split(), "")


VOCABULARIES = {
    "en": Vocabulary(
        ambiguous=_set("one o zero"),
        units=_set("years months weeks days hours minutes seconds miles people times percent degrees dollars euros"),
        ordinals_from=4,
        fractions=_set(
            "half halves third thirds quarter quarters fourths fifths sixths sevenths eighths ninths tenths"
        ),
        joiners=_set("and a past to of"),
        months=_set("january february march april may june july august september october november december"),
        month_joiners=_set("of"),
        percent=(("percent",), ("per", "cent")),
        percent_space=False,
        money={"dollar": "$", "dollars": "$", "euro": "€", "euros": "€", "pounds": "£"},
        cents=_set("cent cents pence"),
        decimal_words=_set("point"),
        decimal_mark=".",
        years_in_pairs=True,
        year_signs=_set("in of since by until till from before after during early mid late year circa around"),
        clocks={"at": ":", "until": ":", "till": ":"},
        zeros=_set("oh o"),
        spellings={"^oh$": "o"},
        idioms=_phrases("twenty twenty vision", "twenty twenty hindsight", "high five", "one two punch"),
    ),
    "fr": Vocabulary(
        ambiguous=_set("un une neuf zéro"),
        units=_set("ans mois jours semaines heures minutes secondes euros personnes kilomètres mètres kilos fois"),
        fractions=_set("demi demie demies tiers quart quarts cinquièmes sixièmes dixièmes centièmes"),
        joiners=_set("et"),
        months=_set("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
        percent=(("pour", "cent"), ("pourcent",)),
        percent_space=True,
        money=_unsigned("euro euros dollar dollars franc francs"),
        cents=_set("centime centimes cent cents"),
        decimal_words=_set("virgule"),
        year_signs=_set("en"),
        hours={"heure": "{} h {}", "heures": "{} h {}"},
        idioms=_phrases("son trente et un", "quoi de neuf"),
    ),
    "de": Vocabulary(
        ambiguous=_set("ein eine eins einen einem einer null"),
        units=frozenset(),
        fractions=_set("halb viertel dreiviertel drittel fünftel sechstel achtel zehntel"),
        joiners=_set("und nach vor"),
        months=_set("januar jänner februar märz april mai juni juli august september oktober november dezember"),
        percent=(("prozent",),),
        percent_space=True,
        money=_unsigned("euro dollar franken pfund"),
        cents=_set("cent cents rappen pence"),
        decimal_words=_set("komma"),
        years_in_pairs=True,
        year_signs=_set("jahr jahre seit ab"),
        hours={"uhr": "{}:{} Uhr"},
        idioms=_phrases("gib acht", "gebt acht", "geben acht", "gab acht", "habt acht", "außer acht", "in acht nehmen"),
    ),
    "es": Vocabulary(
        ambiguous=_set("un una uno cero"),
        units=frozenset(),
        fractions=_set("medio media medios cuarto cuartos tercio tercios quintos sextos octavos décimos"),
        joiners=_set("y menos"),
        months=_set(
            "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre"
        ),
        month_joiners=_set("de"),
        percent=(("por", "ciento"), ("por", "cien")),
        percent_space=True,
        money=_unsigned("euro euros dólar dólares peso pesos"),
        cents=_set("céntimo céntimos centavo centavos"),
        decimal_words=_set("coma punto"),
        year_signs=_set("año"),
        clocks={"las": ":", "la": ":"},
        clock_joiners=("y",),
        spellings={"veintiún$": "veintiuno"},
    ),
    "pt": Vocabulary(
        ambiguous=_set("um uma zero"),
        units=frozenset(),
        fractions=_set("meio meia meios terço terços quarto quartos quinto quintos sextos décimos"),
        joiners=_set("e para"),
        months=_set("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
        month_joiners=_set("de"),
        percent=(("por", "cento"),),
        percent_space=False,
        money=_unsigned("euro euros real reais dólar dólares"),
        cents=_set("cêntimo cêntimos centavo centavos"),
        decimal_words=_set("vírgula ponto"),
        year_signs=_set("ano"),
        hours={"hora": "{}h{}", "horas": "{}h{}"},
        clocks={"às": "h", "à": "h"},
        clock_joiners=("e",),
    ),
    "it": Vocabulary(
        ambiguous=_set("un uno una sei zero"),
        units=_set("anni mesi giorni settimane ore minuti secondi euro persone chilometri metri chili volte"),
        fractions=_set("mezzo mezza mezzi terzo terzi quarto quarti quinti sesti ottavi decimi"),
        joiners=_set("e meno un"),
        months=_set("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
        percent=(("per", "cento"), ("percento",)),
        percent_space=False,
        money=_unsigned("euro dollaro dollari franchi"),
        cents=_set("centesimo centesimi"),
        decimal_words=_set("virgola"),
        year_signs=_set("anno"),
        clocks={"le": ":", "alle": ":", "dalle": ":"},
        clock_joiners=("e",),
        spellings={"centott": "centoott"},
    ),
    "nl": Vocabulary(
        ambiguous=_set("een één nul"),
        units=frozenset(),
        fractions=_set("half halve kwart derde vierde vijfde zesde achtste tiende"),
        joiners=_set("en een over voor"),
        months=_set("januari februari maart april mei juni juli augustus september oktober november december"),
        percent=(("procent",),),
        percent_space=False,
        money=_unsigned("euro dollar"),
        cents=_set("cent"),
        decimal_words=_set("komma"),
        years_in_pairs=True,
        year_signs=_set("in sinds jaar tot van"),
        hours={"uur": "{}.{} uur"},
    ),
    "da": Vocabulary(
        ambiguous=_set("en et én ét nul"),
        units=frozenset(),
        fractions=_set("halv kvart tredjedel tredjedele fjerdedel fjerdedele femtedele tiendedele"),
        joiners=_set("og en over i"),
        months=_set("januar februar marts april maj juni juli august september oktober november december"),
        percent=(("procent",),),
        percent_space=True,
        money=_unsigned("krone kroner euro dollar"),
        cents=_set("øre cent"),
        decimal_words=_set("komma"),
        years_in_pairs=True,
        year_signs=_set("i siden fra år"),
        clocks={"klokken": ".", "kl": "."},
    ),
}
"""By Whisper's code of the language."""
