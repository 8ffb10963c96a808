"""Body of POST /v1/listen: the URL in a JSON body, and the mistakes that clients make with a body."""

from __future__ import annotations

import json
import re
from typing import Any

from earshot_contract.signatures.file_signatures import HEAD_BYTES, is_quiet_audio
from functions.errors import bad_audio, bad_request

JSON_TYPES = ("application/json", "text/json")
EXAMPLE = '{"url": "https://…"}'
MAX_JSON_BYTES = 65_536  # of a body that is looked at for JSON although its type is another; a URL is far shorter
_OTHER_URL_MEMBERS = (
    "audio_url",
    "file_url",
    "media_url",
    "uri",
    "link",
    "audio",
    "source",
    "urls",
)  # other services' names of the member
_CONTENT_MEMBERS = (
    *("audio", "data", "content", "file", "audio_data", "audio_content", "audio_file", "base64", "inputs", "input"),
    *("buffer", "bytes", "payload", "body", "raw"),
)
_UTF_16_MARKS = (b"\xff\xfe{", b"\xfe\xff\0{", b"\xff\xfe\0\0{")
_STRIPPED_BYTES = 4096  # of audio without a single NUL or line break: chance makes one in 10^20 such files
_UNREADABLE = "Content-type was application/json, but we could not process the JSON payload. "


def is_json(content_type: str, body: bytes, headerless: bool = False) -> bool:
    """Return whether a body is JSON: its type says so, and its bytes do not contradict.

    A gateway sets the type where the client set none.

    Args:
        content_type: in lower case, without parameters.
        body: all of it.
        headerless: whether the caller says that the audio is samples without a header.
    """
    if content_type not in JSON_TYPES:
        return False
    if headerless:  # samples of mu-law may begin with a brace, and quiet ones are letters
        return not is_quiet_audio(body[:HEAD_BYTES]) and not _is_binary(body)
    # No file with a header begins with a brace: it is JSON of another character set.
    return body.startswith(_UTF_16_MARKS) or body.lstrip()[:1] == b"{" or not _is_binary(body)


def json_url(body: bytes) -> str:
    """Return the URL in a JSON body, with or without a byte order mark.

    Raises:
        ApiError: It is not JSON, or has no URL.
    """
    document = _parse(body)
    url = document.get("url") if isinstance(document, dict) else None
    if isinstance(url, str) and url.strip():
        return url.strip("\t\r\n")
    raise bad_request(f"{_UNREADABLE}{_advice(document, body)}")


def json_members(body: bytes) -> dict[str, Any]:
    """Return a JSON object's members; {} for anything else."""
    document = _parse(body)
    return document if isinstance(document, dict) else {}


def reject_mistaken_body(content_type: str, body: bytes) -> None:
    """Check a body that was sent as audio for the mistakes that its type or its bytes show.

    Raises:
        ApiError: It is a form, JSON, or a file of which curl dropped bytes.
    """
    if content_type == "multipart/form-data":
        raise bad_audio(
            "the body is a multipart form. Send the bytes of the file alone: curl --data-binary @FILE. "
            "Forms go to POST /v1/audio/transcriptions."
        )
    document = _parse(body) if body.lstrip()[:1] == b"{" and len(body) <= MAX_JSON_BYTES else None
    if isinstance(document, dict):
        if not {name.lower() for name in document} & {"url", *_OTHER_URL_MEMBERS, *_CONTENT_MEMBERS}:
            raise bad_audio(
                "this is JSON, not audio: perhaps an error that a server answered in place of the file. Send audio, or "
                f"{EXAMPLE} with the header Content-Type: application/json."
            )
        raise bad_request(
            f"Bad Request: the body is JSON, but its Content-Type is {content_type or 'missing'}. "
            f"Send {EXAMPLE} with the header Content-Type: application/json."
        )
    # Text of base64 has no such bytes either, and is no file of which bytes are missing.
    is_clean = not body.isascii() and not any(byte in body for byte in (b"\0", b"\r", b"\n"))
    stripped = len(body) >= _STRIPPED_BYTES and is_clean
    if content_type == "application/x-www-form-urlencoded" and stripped:
        raise bad_audio("curl's -d leaves out bytes of a file. Send it with curl --data-binary @FILE.")


def _advice(document: Any, body: bytes) -> str:
    """Return a message with the right JSON for a document that has no URL; None: it is not JSON."""
    if isinstance(document, dict):
        name = next((name for name in document if name.lower() in ("url", *_OTHER_URL_MEMBERS)), None)
        if name and isinstance(document[name], list) and document[name]:
            return f"A request has one address; send one for each: {EXAMPLE}."
        if name == "url":
            return f"url is one address, a string that is not empty: {EXAMPLE}."
        content = next((document[name] for name in document if name.lower() in _CONTENT_MEMBERS), None)
        is_bytes = isinstance(content, list) and content and all(isinstance(byte, int) for byte in content[:9])
        if is_bytes or (isinstance(content, str) and content and "://" not in content[:16]):
            return f"Audio is not sent in JSON: send the bytes of the file alone, or its address: {EXAMPLE}."
        return (f"The member is called url, not {name}: " if name else "Its member url is missing: ") + f"{EXAMPLE}."
    if body.lstrip().startswith(b"'"):
        return (
            "The shell has sent the quotes: on Windows curl takes double quotes, with backslashes inside, "
            f'-d "{{\\"url\\": \\"https://…\\"}}". The body is then {EXAMPLE}.'
        )
    if isinstance(document, list) and document:
        return f"A request has one address; send one for each: {EXAMPLE}."
    return f"{_syntax_error(body)}Send {EXAMPLE}, or the audio itself under another Content-Type."


def _syntax_error(body: bytes) -> str:
    """Return an error message about where a body stops being JSON; "" for one that is JSON."""
    try:
        json.loads(body)
    except json.JSONDecodeError as error:
        if re.match(rb"\s*\{\s*'", body):
            return "It is no JSON: its quotes are single ones, as Python prints them; JSON has double ones. "
        comma = error.doc.rfind(",", 0, error.pos + 1)  # where Python 3.13 has its error; before it was at the bracket
        trailing = re.compile(r",\s*([}\]])").match(error.doc, comma) if comma >= 0 else None
        if trailing and error.pos in (comma, trailing.start(1)):
            return f'It is no JSON: there is a comma too many before "{trailing[1]}". '
        position = f"line {error.lineno}, column {error.colno}" if error.lineno > 1 else f"column {error.colno}"
        return f"It is no JSON: {error.msg.rstrip(':').lower()}, {position}. "
    except UnicodeDecodeError as error:
        return f"It is not in UTF-8: byte {error.start + 1} is 0x{body[error.start]:02X}. "
    except RecursionError:
        return "It is nested too deeply. "
    except ValueError:  # a number of thousands of digits
        return "It has a number that is too long. "
    return ""


def _parse(body: bytes) -> Any:
    """Return a JSON document, None for anything else."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _is_binary(body: bytes) -> bool:
    try:
        return "\0" in body.decode()
    except UnicodeDecodeError:
        return True
