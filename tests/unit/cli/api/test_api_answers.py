"""Messages of the API as the command prints them: for people, who know commands and no routes."""

from __future__ import annotations

import httpx
import pytest

from earshot_cli.api.answers import error_from_response, plain
from earshot_cli.errors import Status
from functions.handlers.api.routes.unknown_routes import _ALL_ROUTES
from functions.options.registry import OPTIONS

TRIED = "Bad Request: failed to process audio: corrupt or unsupported data: "


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (TRIED + "this is plain text, not audio.", "This is plain text, not audio."),
        (TRIED + "the body is empty. Send the audio, or JSON with a url.", "The file is empty."),
        ("There is no request 1b. GET /v1/requests lists those there are.", "There is no job 1b. `earshot jobs` lists"),
        ("There is no such request. GET /v1/requests lists those there are.", "There is no such job. `earshot jobs` "),
        ("The ids of 2 requests begin with 1bcdef. Send more of the id.", "The ids of 2 jobs begin with 1bcdef. Write"),
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


@pytest.mark.parametrize(
    "message", [f"There is no such path or method. {_ALL_ROUTES}", f"There is no GET /v1/v2/requests. {_ALL_ROUTES}"]
)
def test_route_that_is_not_there_is_a_wrong_address(message: str) -> None:
    request = httpx.Request("GET", "https://bob:hunter2@host/nothing/v1/requests?limit=5")

    error = error_from_response(
        httpx.Response(404, json={"err_code": "NOT_FOUND", "err_msg": message}, request=request)
    )

    assert error.message.startswith("https://host/nothing/v1/requests is no address of this deployment. Is --url")
    assert (error.status, error.ends_all) == (Status.UNREACHABLE, True)
    assert "openapi" not in error.message
