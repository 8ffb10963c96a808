"""`profanity_filter`: which words become asterisks."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from functions.options.options import Options
from functions.rendering.openai import text
from functions.transcripts.edit import edit
from tests.fixtures.results.transcripts import segment, timed_words, transcript


@pytest.mark.parametrize(
    ("language", "before", "expected"),
    [
        ("en", "What the fuck, that bullshit is fucked up.", "What the ****, that **** is **** up."),
        ("en", "You piece of shit! Shitting bricks.", "You **** **** ****! **** bricks."),
        (
            "en",
            "The assistant of Dick Turpin in Scunthorpe had sex.",
            "The assistant of Dick Turpin in Scunthorpe had sex.",
        ),
        ("de", "Bitte, so eine Scheiße!", "Bitte, so eine ****!"),
        ("fr", "Putain, fils de pute. Une bitte.", "****, **** **** ****. Une bitte."),
        ("es", "El martillo, hijo de puta", "El martillo, **** **** ****"),
        ("en", "Goddamn dickheads! Jackass.", "**** ****! ****."),
        ("es", "Joder, pendejo", "****, ****"),
        ("ru", "Блять, сука", "****, ****"),
        ("en", "Mother-fucker! A dumb-ass hot-dog, cock-a-doodle-doo.", "****! A **** hot-dog, cock-a-doodle-doo."),
        ("fr", "Espèce d'enculé, l’enfoiré d'à côté.", "Espèce ****, **** d'à côté."),
        ("en", "Moby-Dick, a dick-head.", "Moby-Dick, a ****."),
        ("vi", "fuck", "fuck"),
        # Inflected words, of which the lists have one form.
        ("de", "Arschlöcher, Schlampen und Wichsern, beschissene", "****, **** und ****, ****"),
        ("fr", "ces connards d'enculés", "ces **** ****"),
        ("es", "cabrones, putas y mierdas", "****, **** y ****"),
        ("it", "puttane e stronzi", "**** e ****"),
        ("pt", "merdas e putas", "**** e ****"),
        ("nl", "klootzakken en hoeren", "**** en ****"),
        ("pl", "kurwą, gówna", "****, ****"),
        ("ru", "суки и мудаки", "**** и ****"),
        # What the lists have, and is no insult.
        ("en", "a cocky booby", "a cocky booby"),
        ("fr", "Mille baisers", "Mille baisers"),
        ("it", "La regina non può venire, il pesce è duro.", "La regina non può venire, il pesce è duro."),
        ("pt", "Vou comer a mama do saco.", "Vou comer a mama do saco."),
        ("it", "I tetti di Chiavari, di Goldoni", "I tetti di Chiavari, di Goldoni"),  # like forms of listed words
        ("pt", "Carne na grelha", "Carne na grelha"),
        ("nl", "Het is jouw beurt, schatje.", "Het is jouw beurt, schatje."),
        ("pl", "jajko", "jajko"),
        ("sv", "hård sås", "hård sås"),
        ("ru", "голый", "голый"),
        ("fi", "muna ja tavara", "muna ja tavara"),
        ("tr", "Bu sayfa, bira ve sigara", "Bu sayfa, bira ve sigara"),
    ],
)
def test_profane_words_become_asterisks(language: str, before: str, expected: str) -> None:
    transcribed = transcript([segment(timed_words(before))], language=language)

    assert text(edit(transcribed, Options.from_query("profanity_filter=true"))) == expected
    assert text(edit(transcribed, Options())) == before


@pytest.mark.parametrize(
    ("replace", "expected"),
    [
        ("darn:fucking bullshit", "Oh ****, it is **** ****!"),
        ("darn:Fuck", "Oh ****, it is ****!"),
        ("shit:stuff", "Oh stuff, it is darn!"),
        ("shit:", "Oh it is darn!"),
    ],
)
def test_filter_masks_what_a_replacement_brings_in(replace: str, expected: str) -> None:
    transcribed = transcript([segment(timed_words("Oh shit, it is darn!"))], language="en")
    query = urlencode({"profanity_filter": "true", "replace": replace})

    assert text(edit(transcribed, Options.from_query(query))) == expected
