"""Vocabularies of numbers, in each language that text2num knows."""

from __future__ import annotations

from functions.transcripts.edits.numerals.vocabulary import Vocabulary

# Between thousands: French typography's mark, and the Royal Spanish Academy's, good from Mexico to Argentina.
NARROW_SPACE = "\u202f"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


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
        money={"dollar": "$", "dollars": "$", "euro": "€", "euros": "€", "pounds": "£", "buck": "", "bucks": ""},
        vague=_set("couple few several"),
        cents=_set("cent cents pence"),
        decimal_words=_set("point dot"),
        decimal_mark=".",
        group_mark=",",
        years_in_pairs=True,
        year_signs=_set("in of since by until till from before after during early mid late year circa around"),
        clocks={"at": ":", "until": ":", "till": ":"},
        zeros=_set("oh o"),
        spellings={"^oh$": "o"},
        prices=_set("cost costs costing pay pays paid price priced charge charged charges worth"),
        codes=_set("is was dash code pin number password passcode combination dial dialled call called extension zip"),
        designators=_set(
            "flight room route highway interstate freeway boeing airbus bmw bus gate exit apartment unit suite "
            "extension line port section form channel psalm"
        ),
        hundreds_of=_set("pounds miles degrees volts watts feet yards milligrams calories horsepower"),
        minus=_set("minus negative"),
        degrees=_set("degree degrees celsius fahrenheit"),
        ranked=_set(
            "of floor street avenue century birthday anniversary amendment psalm day week month year edition annual "
            "congress session round grade president place president's infantry regiment division district story"
        ),
        before_clocks=_set("by before after since from"),
        compounds=_set(
            "year month week day hour minute second mile foot inch yard meter metre kilometer kilometre pound ounce "
            "ton gallon dollar euro cent percent degree page point star story storey bedroom room seat door speed "
            "piece part man person member game week's bit megapixel watt volt"
        ),
        fraction_ending="(?:th|fif)s$|ths$",
    ),
    "fr": Vocabulary(
        ambiguous=_set("un une uns unes neuf zéro"),
        units=_set("ans mois jours semaines heures minutes secondes euros personnes kilomètres mètres kilos fois"),
        fractions=_set("demi demie demies tiers quart quarts cinquièmes sixièmes dixièmes centièmes"),
        joiners=_set("et"),
        months=_set("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
        percent=(("pour", "cent"), ("pourcent",)),
        group_mark=NARROW_SPACE,
        percent_space=True,
        money=_unsigned("euro euros dollar dollars franc francs"),
        cents=_set("centime centimes cent cents"),
        decimal_words=_set("virgule"),
        year_signs=_set("en"),
        hours={"heure": "{} h {}", "heures": "{} h {}"},
        codes=_set("est code numéro pin composez faites appelez"),
        minus=_set("moins"),
        degrees=_set("degré degrés"),
        lengths=_set("mètre mètres"),
        fraction_ending="i?èmes$",
    ),
    "de": Vocabulary(
        ambiguous=_set("ein eine eins einen einem einer null"),
        units=frozenset(),
        fractions=_set("halb halbe halbes viertel dreiviertel drittel fünftel sechstel achtel zehntel"),
        joiners=_set("und nach vor"),
        months=_set("januar jänner februar märz april mai juni juli august september oktober november dezember"),
        vague=_set("paar einige mehrere viele wenige"),
        percent=(("prozent",),),
        percent_space=True,
        money=_unsigned("euro dollar franken pfund"),
        cents=_set("cent cents rappen pence"),
        decimal_words=_set("komma"),
        years_in_pairs=True,
        year_signs=_set("jahr jahre seit ab"),
        hours={"uhr": "{}:{} Uhr"},
        prices=_set("kostet kosten kostete kosteten zahlt zahle zahlen zahlte bezahlt bezahle bezahlen für macht"),
        codes=_set("ist lautet code pin nummer wählen"),
        minus=_set("minus"),
        degrees=_set("grad"),
        lengths=_set("meter"),
        counted_endings="(?:jährig|tägig|stündig|minütig|prozentig)(?:e[rnsm]?)?",
    ),
    "es": Vocabulary(
        ambiguous=_set("un una uno cero"),
        units=frozenset(),
        fractions=_set(
            "medio media medios cuarto cuartos cuartas tercio tercios terceras quintos quintas sextos octavos décimos"
        ),
        joiners=_set("y menos"),
        months=_set(
            "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre"
        ),
        month_joiners=_set("de"),
        percent=(("por", "ciento"), ("por", "cien")),
        group_mark=NARROW_SPACE,
        percent_space=True,
        money=_unsigned("euro euros dólar dólares peso pesos"),
        cents=_set("céntimo céntimos centavo centavos"),
        decimal_words=_set("coma punto"),
        year_signs=_set("año"),
        clocks={"las": ":", "la": ":"},
        clock_joiners=("y",),
        spellings={
            "veintiún$": "veintiuno",
            "^primer$": "primero",
            "^tercer$": "tercero",
            "^veintidos$": "veintidós",
            "^veintitres$": "veintitrés",
            "^veintiseis$": "veintiséis",
        },
        codes=_set("es código pin número llame marque teléfono"),
        minus=_set("menos"),
        degrees=_set("grado grados"),
        lengths=_set("metro metros"),
        fraction_ending="(?:ésim|av)[oa]s$",
    ),
    "pt": Vocabulary(
        ambiguous=_set("um uma zero"),
        units=frozenset(),
        fractions=_set(
            "meio meia meios terço terços terças quarto quartos quartas quinto quintos quintas sextos décimos"
        ),
        joiners=_set("e para as"),
        months=_set("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
        month_joiners=_set("de"),
        percent=(("por", "cento"),),
        percent_space=False,
        money=_unsigned("euro euros real reais dólar dólares"),
        cents=_set("cêntimo cêntimos centavo centavos"),
        decimal_words=_set("vírgula ponto"),
        year_signs=_set("ano"),
        hours={"hora": "{}h{}", "horas": "{}h{}"},
        clocks={"às": "h", "à": "h", "das": "h", "pelas": "h"},
        clock_joiners=("e",),
        codes=_set("é código pin senha número ligue disque telefone"),
        minus=_set("menos"),
        degrees=_set("grau graus"),
        lengths=_set("metro metros"),
        fraction_ending="(?:ésim|av)[oa]s$",
        digit_names={"meia": "seis"},
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
        clocks={"le": ":", "alle": ":", "dalle": ":", "delle": ":", "ore": ":"},
        clock_joiners=("e",),
        spellings={"centott": "centoott", "(?<=.)trè$": "tré"},
        codes=_set("è codice pin numero chiami chiama componga"),
        minus=_set("meno"),
        degrees=_set("grado gradi"),
        lengths=_set("metro metri"),
        fraction_ending="esim[ie]$",
        elided="(?:l|all|dall|dell|nell|sull|quell)['’]",
    ),
    "nl": Vocabulary(
        ambiguous=_set("een één eén nul"),
        units=frozenset(),
        fractions=_set("half halve kwart derde vierde vijfde zesde achtste tiende"),
        joiners=_set("en een over voor"),
        months=_set("januari februari maart april mei juni juli augustus september oktober november december"),
        vague=_set("paar enkele enige vele"),
        percent=(("procent",),),
        percent_space=False,
        money=_unsigned("euro dollar"),
        cents=_set("cent"),
        decimal_words=_set("komma"),
        years_in_pairs=True,
        year_signs=_set("in sinds jaar tot van"),
        hours={"uur": "{}.{} uur"},
        prices=_set("kost kosten kostte betaal betaalt betaalde betaald voor"),
        codes=_set("is code pincode pin nummer bel"),
        minus=_set("min"),
        degrees=_set("graden graad"),
        lengths=_set("meter"),
        counted_endings="(?:jarige?n?|daagse|urige?)",
        spellings={
            "^eén$": "één",
            r"^((?:der|veer|vijf|zes|zeven|acht|negen)tien)(?=(?!honderd)\w*tig$)": r"\1honderd",
        },
    ),
    "da": Vocabulary(
        ambiguous=_set("en et én ét nul"),
        units=frozenset(),
        fractions=_set("halv kvart kvarter tredjedel tredjedele fjerdedel fjerdedele femtedele tiendedele"),
        joiners=_set("og en over i"),
        months=_set("januar februar marts april maj juni juli august september oktober november december"),
        vague=_set("par nogle flere mange"),
        percent=(("procent",),),
        percent_space=True,
        money=_unsigned("krone kroner euro dollar"),
        cents=_set("øre cent"),
        decimal_words=_set("komma"),
        years_in_pairs=True,
        year_signs=_set("i siden fra år"),
        clocks={"klokken": ".", "kl": "."},
        prices=_set("koster kostede betaler betalte betalt"),
        codes=_set("er koden pinkoden nummer nummeret ring"),
        minus=_set("minus"),
        degrees=_set("grad grader"),
        lengths=_set("meter"),
        counted_endings="(?:årige?s?|dages)",
    ),
}
"""By Whisper's code of the language."""
