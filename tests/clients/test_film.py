"""The film in the README: a recording is dropped on the page, and its words appear. Made again when it is asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.browser import Seen, checked, drive_page
from tests.clients.film import write_film

FILM_BYTES = 1_500_000  # of the README's film, which every reader of the README loads


@pytest.mark.skipif("EARSHOT_PICTURES" not in os.environ, reason="EARSHOT_PICTURES names no folder for the pictures.")
def test_film_shows_drop_to_transcript(page_config: Seen, say: Callable[[str], None]) -> None:
    """Not a check of the page: it makes the film in the README again."""
    folder = Path(page_config["pictures"])
    film = checked(drive_page(["film"], page_config, say)["film"])
    pictures = list((folder / "film").iterdir())

    seconds = write_film(pictures, tuple(film["waits"]), folder / "film.webp")

    shutil.rmtree(folder / "film")
    assert len(pictures) == film["number"] > 20
    assert 10 < seconds < 40
    assert (folder / "film.webp").stat().st_size < FILM_BYTES
