"""Answers of the API: the id of a created job, and error messages for people."""

from __future__ import annotations

import re

import httpx

from earshot_cli.errors import CliError, Status

# Beginnings of the API's messages that are for programs: the kind of the error, and what failed.
_FOR_PROGRAMS = re.compile(r"(?:Bad Request: )?(?:failed to process audio: )?(?:corrupt or unsupported data: )?")
_WORD = re.compile(r"[^\W\d_]+(?=[\s,.:;'’-]|$)(?!://)")  # not an option, an address or a path, whose spelling stays
_ALL_ROUTES = "GET /v1/openapi.json lists all routes."  # the end of what the API says of a route that it lacks
_COMMANDS = (  # sentences about routes and requests, and what the command says instead
    (re.compile(r"There is no (such )?request(?=[ .])"), r"There is no \1job"),
    (
        re.compile(r"The ids of (\d+) requests begin with (\S+)\. Send more of the id\."),
        r"The ids of \1 jobs begin with \2. Write more of it.",
    ),
    (re.compile(r"GET /v1/requests lists"), "`earshot jobs` lists"),
    (re.compile(r"GET /v1/requests/\S+/shares lists"), "`earshot share ID --list` lists"),
    (re.compile(r"the body is empty\. Send the audio, or JSON with a url\."), "the file is empty."),
)


def job_id_of(response: httpx.Response) -> str:
    """Return the id of the job that a POST created, from a 303 or from a finished answer.

    Raises:
        CliError: the response is not Earshot's.
    """
    try:
        body = response.json()
        return str(body.get("request_id") or body["metadata"]["request_id"])
    except (ValueError, KeyError, AttributeError):
        raise CliError(f"The answer of {response.url.host} is not Earshot's.", Status.UNREACHABLE) from None


def plain(message: str) -> str:
    """Return a message of the API for people: without its beginning for programs, and with commands instead of routes.

    A message that had such a beginning gets a capital. Any other stays as it is: it may begin with an option's name.
    """
    for route, command in _COMMANDS:
        message = route.sub(command, message)
    rest = _FOR_PROGRAMS.sub("", message, count=1)
    begins = len(rest) < len(message) and _WORD.match(rest)
    return rest[:1].upper() + rest[1:] if begins else rest


def error_from_response(response: httpx.Response) -> CliError:
    """Turn an error response into a CliError: the service's own message, and what to do about it."""
    try:
        body = response.json()
        message, code = body["err_msg"], body.get("err_code", "")
    except (ValueError, KeyError, TypeError):
        address = response.url.copy_with(query=None)
        return CliError(
            f"{address} answers with status {response.status_code}, and the answer is not Earshot's. "
            "Is the address right (--url or EARSHOT_URL)?",
            Status.UNREACHABLE,
        )
    if response.status_code in (404, 405) and message.endswith(_ALL_ROUTES):
        return CliError(
            f"{response.url.copy_with(query=None)} is no address of this deployment. Is --url or EARSHOT_URL right? "
            "Or the deployment is older than this command: `earshot upgrade STACK`.",
            Status.UNREACHABLE,
        )
    refused = response.status_code in (401, 403)
    hint = ""
    if refused and code != "INSUFFICIENT_PERMISSIONS":
        message = f"{message.partition('. ')[0].rstrip('.')}."  # the rest is about HTTP headers
        hint = " Pass a key with --key or EARSHOT_KEY; `earshot key create NAME` makes one."
        if "authorization" in response.request.headers:
            hint = " The key is wrong, has expired or was revoked; `earshot key list` shows those there are."
    return CliError(f"{plain(message)}{hint}", ends_all=refused)
