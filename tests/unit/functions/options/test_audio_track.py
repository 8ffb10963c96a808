"""The option `audio_track`: a number or a language."""

from __future__ import annotations

import pytest

from functions.errors import ApiError
from functions.options.options import Options


@pytest.mark.parametrize(
    ("value", "stored", "number", "language"),
    [
        ("2", "2", 2, None),
        ("02", "2", 2, None),
        ("de", "de", None, "ger"),
        ("deu", "de", None, "deu"),
        ("pt-BR", "pt", None, "por"),
        ("German", "de", None, "de"),
    ],
)
def test_audio_track_is_number_or_language(value, stored, number, language):
    options = Options.from_query(f"audio_track={value}")

    assert options.audio_track == stored
    assert options.track_request.number == number
    assert language is None or language in options.track_request.languages
    assert Options.from_query("audio_track=").track_request is None


@pytest.mark.parametrize("value", ["0", "-1", "1000", "1.5", "second", "²"])
def test_audio_track_that_is_neither_is_refused(value):
    with pytest.raises(ApiError) as raised:
        Options.from_query(f"audio_track={value}")
    assert "counted from 1" in raised.value.failure.err_msg
