"""Words before a number that says which of several: "chapter one", French "tapez un pour le français"."""

from __future__ import annotations

_LABELS = {
    "en": """
        chapter step page part level phase day week lesson verse act scene episode season volume section option
        grade type line item case exhibit question round stage track paragraph article figure table appendix
        press clause slide exercise exhibit platform problem highway route interstate gate terminal formula zone lane
        unit apartment version
    """,
    "fr": """
        chapitre page étape partie niveau phase leçon épisode saison volume section option type ligne article
        question tableau figure paragraphe annexe tapez appuyez formule version
    """,
    "de": """
        kapitel seite schritt teil stufe phase tag lektion folge staffel band abschnitt option typ linie artikel
        frage runde klasse paragraph absatz tabelle gleis zimmer raum version formel
    """,
    "es": """
        capítulo página paso parte nivel fase día lección episodio temporada volumen sección opción tipo línea
        artículo pregunta tabla figura párrafo anexo marque pulse oprima fórmula versión
    """,
    "pt": """
        capítulo página passo parte nível fase lição episódio temporada volume seção secção opção tipo linha
        artigo questão tabela figura parágrafo anexo disque pressione digite fórmula versão
    """,
    "it": """
        capitolo pagina passo parte livello fase lezione episodio stagione volume sezione opzione tipo linea
        articolo domanda tabella figura paragrafo allegato prema digiti formula versione
    """,
    "nl": """
        hoofdstuk pagina stap deel niveau fase les aflevering seizoen sectie optie type lijn artikel vraag tabel
        figuur paragraaf bijlage toets formule versie
    """,
    "da": """
        kapitel side trin del niveau fase lektion afsnit sæson bind valg type linje artikel spørgsmål tabel
        figur paragraf bilag tryk
    """,
}
_AFTER_LABELS = {
    "en": "for to if and or is was in on through",
    "fr": "pour",
    "de": "und oder ist war bis für",
    "es": "para",
    "pt": "para",
    "it": "per",
    "nl": "voor",
    "da": "for",
}

LABELS = {language: frozenset(words.split()) for language, words in _LABELS.items()}
"""By language. Verbs of telephone menus are among them."""
AFTER_LABELS = {language: frozenset(words.split()) for language, words in _AFTER_LABELS.items()}
"""Words that may follow such a number, by language: before another word it may be an article."""
OF_SEVERAL = {
    "en": ("of",),
    "fr": ("de", "sur"),
    "de": ("von",),
    "es": ("de",),
    "pt": ("de",),
    "it": ("di", "su"),
    "nl": ("van",),
    "da": ("af",),
}
"""Words between such a number and how many there are, by language: "page one of twelve"."""
