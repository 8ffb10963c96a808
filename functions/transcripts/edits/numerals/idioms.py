"""Idioms with a number word that is no number, by language; phrases of one string have commas between them."""

from __future__ import annotations

_IDIOMS = {
    "en": """
        twenty twenty vision, twenty twenty hindsight, high five, one two punch, cloud nine, two can play, saves nine,
        two peas in a pod, four score and seven years
    """,
    "fr": """
        mon trente et un, son trente et un, quoi de neuf, mille et une nuits, à deux doigts, l'un des deux, entre deux
        âges, quatre cents coups, tous les deux sont, toutes les deux sont
    """,
    "de": """
        gib acht, gebt acht, geben acht, gab acht, habt acht, acht geben, acht gibt, acht zu geben, außer acht,
        in acht nehmen, vier augen, sieben sie, wolke sieben, guten dinge sind drei
    """,
    "es": """
        unos, unas, mil y una noches, cada dos por tres, en un dos por tres, a las mil maravillas, tres pies al gato
    """,
    "pt": "uns, umas, mil e uma noites",
    "it": """
        mille e una notte, in quattro e, due senza tre, a due passi, tutti e due, tutte e due, tutti e tre, tutte e tre,
        due chiacchiere, quattro chiacchiere, fare quattro passi
    """,
    "nl": """
        acht geven, acht te geven, geef acht, geeft acht, acht slaan, in acht nemen, alle twee, alle drie
    """,
    "da": "",
}

IDIOMS = {
    language: tuple(tuple(idiom.split()) for idiom in idioms.split(",") if idiom.split())
    for language, idioms in _IDIOMS.items()
}
