"""Messages of the API as the command prints them: for people, who know commands and no routes."""

from __future__ import annotations

import pytest

from earshot_cli.api_answers import plain
from functions.options.registry import OPTIONS

TRIED = "Bad Request: failed to process audio: corrupt or unsupported data: "


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (TRIED + "this is plain text, not audio.", "This is plain text, not audio."),
        (TRIED + "the body is empty. Send the audio, or JSON with a url.", "The file is empty."),
        ("There is no request 1b. GET /v1/requests lists those there are.", "There is no request 1b. `earshot jobs` "),
        ("It has no link 7 (any more). GET /v1/requests/{id}/shares lists them.", "`earshot share ID --list` lists"),
        ("Model x is not known.", "Model x is not known."),
        ("redact=names is not done.", "redact=names is not done."),
        (TRIED + "s3:// URLs name an object.", "s3:// URLs name an object."),
        ("", ""),
    ],
)
def test_message_is_shown_as_people_read_it(message: str, shown: str) -> None:
    assert shown in plain(message)
    assert "/v1/" not in plain(message)
    assert "Bad Request" not in plain(message)


@pytest.mark.parametrize("name", [*OPTIONS, "redatc", "days", "size"])
def test_name_of_an_option_is_spelled_as_it_is(name: str) -> None:
    """A message of the API that begins with a name begins so on the terminal, too: names have no capitals."""
    for rest in (" is no option.", " is not supported: it is not done. Leave it out.", ": there is no such option."):
        assert plain(name + rest) == name + rest
