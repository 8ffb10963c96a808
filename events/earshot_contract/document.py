"""Document: strict JSON in and out for the dataclasses and Structs of this package."""

from __future__ import annotations

import re
from typing import Any, Self

import msgspec

_JSON_TYPES = {"int": "integer", "str": "string", "float": "number", "bool": "boolean"}  # by msgspec's names
_OTHER_TYPE = re.compile(r"Expected `([^`]+)`(.*), got `([^`]+)`")
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_LOCATION = re.compile(r" - at `\$\.?(.*)`$")


class InvalidDocument(ValueError):
    """Text that is not JSON, or JSON that is not the expected document; the message names the location.

    The message is for the log. `problem` says the same for the person who wrote the JSON, in JSON's terms.
    """

    def __init__(self, message: str, problem: str) -> None:
        super().__init__(message)
        self.problem = problem


class Document:
    """Base class of dataclasses and Structs that travel as JSON.

    Reading is strict on types and lenient on additions: a value of another type raises, an unknown member is
    ignored (a newer program may have written it), an absent one takes its default. An integer is accepted where a
    float is declared.
    """

    @classmethod
    def from_json(cls, data: str | bytes | dict[str, Any]) -> Self:
        """Build the document from JSON text, or from a dict of parsed JSON.

        Raises:
            InvalidDocument: the text is no JSON, a member is missing, or one has the wrong type.
        """
        try:
            if isinstance(data, dict):
                return msgspec.convert(data, cls)
            return msgspec.json.decode(data, type=cls)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InvalidDocument(f"This is not a {cls.__name__}: {error}", _in_json_words(str(error))) from error

    def to_dict(self) -> dict[str, Any]:
        """Return the document as dicts, lists, strings and numbers."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found

    def to_json(self) -> str:
        """Return the document as compact JSON text."""
        return msgspec.json.encode(self).decode()


def _in_json_words(message: str) -> str:
    """Return a message of msgspec without the names that Python's types and this package's classes have."""
    if "codec can't decode" in message:
        return "it is not in UTF-8"
    found = _LOCATION.search(message)
    location = f"`{found[1]}`" if found and found[1] else "the JSON"
    message = _LOCATION.sub("", message)
    if missing := _MISSING.fullmatch(message):
        return f"{location} has no member `{missing[1]}`"
    if other := _OTHER_TYPE.fullmatch(message):
        expected, actual = (_json_types(names) for names in (other[1], other[3]))
        return f"{location} is of the type {actual}, not {expected}{other[2]}"
    if message == "Input data was truncated":
        return "the JSON is incomplete"
    message = re.sub(r"`(\w+)`", lambda name: _json_types(name[1]), message)
    return f"{location} is not accepted: {message[:1].lower()}{message[1:]}" if found else message


def _json_types(names: str) -> str:
    return " or ".join(_JSON_TYPES.get(name, name) for name in names.split(" | "))
