"""Document: strict JSON in and out for the dataclasses and Structs of this package."""

from __future__ import annotations

from typing import Any, Self

import msgspec


class InvalidDocument(ValueError):
    """A text that is no JSON, or JSON that is not the expected document; its message names the place."""


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
            raise InvalidDocument(f"This is not a {cls.__name__}: {error}") from error

    def to_dict(self) -> dict[str, Any]:
        """Return the document as dicts, lists, strings and numbers."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found

    def to_json(self) -> str:
        """Return the document as compact JSON text."""
        return msgspec.json.encode(self).decode()
