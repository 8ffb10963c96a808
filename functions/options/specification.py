"""OptionSpec: what one request option is, and how its values are parsed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from msgspec import Struct

from functions.errors import ApiError, bad_query

_COMMA = re.compile(r"\s*-?\d*,\d+\s*")  # of a fraction as many languages write it, or of thousands


class Support(StrEnum):
    """Support of an option."""

    IMPLEMENTED = "implemented"
    IGNORED = "ignored"  # with an entry in `metadata.warnings`
    REJECTED = "rejected"  # with 400: an answer without the option would mislead


class OptionType(StrEnum):
    """Type of an option's value, in JSON Schema's words."""

    BOOLEAN = "boolean"
    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    ARRAY = "array"  # of strings; the key is repeated


class Stage(StrEnum):
    """Stage of a job where an implemented option takes effect."""

    INPUT = "input"  # how the audio's header is read
    MODEL = "model"  # which model runs
    SHARD = "shard"  # what the worker is sent
    QUEUE = "queue"  # fast or bulk
    STORE = "store"  # what is stored of the transcript
    EDIT = "edit"  # the transcript's words
    RENDER = "render"  # an output format, given the same words
    METADATA = "metadata"  # Deepgram's `metadata`
    DELIVERY = "delivery"  # where the result is sent


class OptionSpec(Struct, frozen=True):
    """One request option of `/v1/listen`, also read from an upload's metadata."""

    name: str
    type: OptionType
    support: Support
    summary: str  # what it does; if it is not implemented, why
    stages: frozenset[Stage] = frozenset()  # implemented: at least one, or `no_effect` says why there is none
    no_effect: str = ""
    example: str = ""  # a value that changes the output of `stages`
    needs: str = ""  # query string that the example needs
    choices: tuple[str, ...] = ()
    minimum: float | None = None  # of a number
    maximum: float | None = None  # of a number; of an array its items; of a string its characters
    advice: str = ""  # what to write instead of an invalid value; ends the error message
    implies: tuple[str, ...] = ()  # boolean options that this one turns on
    overridden_by: str = ""  # an option that, if it is set, makes this one unused; then its value is not parsed
    parse: Callable[[list[str]], Any] | None = None  # all values → the option's; None: by type

    def read(self, values: list[str]) -> Any:
        """Parse all values that a query string has for this option; of a repeated key the last one counts.

        Raises:
            ApiError: A value has the wrong type, is not one of the choices, or is out of range.
        """
        if self.type is OptionType.ARRAY:
            items = [value.strip() for value in values if value.strip()]
            if self.maximum is not None and len(items) > self.maximum:
                raise invalid_value(self.name, f"{len(items)} values, more than {self.maximum:.0f}")
            return self.parse(values) if self.parse else items
        parsed = [self._read_one(value) for value in values]
        return self.parse(values) if self.parse else parsed[-1]

    def restore(self, value: Any) -> Any:
        """Return a stored value as the option's type; None if it is of another type."""
        match self.type, value:
            case OptionType.BOOLEAN, bool():
                return value
            case OptionType.INTEGER, int() | float() if not isinstance(value, bool):
                return int(value)
            case OptionType.NUMBER, int() | float() if not isinstance(value, bool):
                return float(value)
            case OptionType.STRING, str():
                return value
            case OptionType.ARRAY, dict() if self.name == "extra":
                return {str(key): str(item) for key, item in value.items()}
            case OptionType.ARRAY, list() if self.name == "replace":
                return [
                    (str(pair[0]), str(pair[1])) for pair in value if isinstance(pair, list | tuple) and len(pair) == 2
                ]
            case OptionType.ARRAY, list() if self.name != "extra":
                return [str(item) for item in value]
        return None

    def _read_one(self, value: str) -> bool | float | str:
        match self.type:
            case OptionType.BOOLEAN:
                return self._read_boolean(value)
            case OptionType.INTEGER:
                return self._read_number(value, int)
            case OptionType.NUMBER:
                return self._read_number(value, float)
        text = value.strip()
        if self.choices:
            if text.lower() not in self.choices:
                raise self._invalid(f"{value!r} is none of {', '.join(self.choices)}")
            return text.lower()
        if self.maximum is not None and len(text) > self.maximum:
            raise self._invalid(f"longer than {self.maximum:.0f} characters")
        return text

    def _invalid(self, reason: str) -> ApiError:
        return invalid_value(self.name, f"{reason}. {self.advice}" if self.advice else reason)

    def _read_boolean(self, value: str) -> bool:
        text = value.strip().lower()
        if text not in ("true", "false"):
            raise self._invalid(f"provided string {value!r} was not `true` or `false`")
        return text == "true"

    def _read_number(self, value: str, number_type: Callable[[str], float]) -> float:
        try:
            number = number_type(value)
        except ValueError:
            is_whole, advice = self.type is OptionType.INTEGER, ""
            if _COMMA.fullmatch(value):
                advice = (
                    ": write it without a comma"
                    if is_whole
                    else f": its decimal mark is a point, {value.replace(',', '.')}"
                )
            raise self._invalid(f"{value!r} is not {'an' if is_whole else 'a'} {self.type}{advice}") from None
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        if not math.isfinite(number) or not low <= number <= high:
            raise self._invalid(f"{value!r} is not between {self.minimum:g} and {self.maximum:g}")
        return number


def implemented(name: str, type: OptionType, summary: str, *stages: Stage, **rest: object) -> OptionSpec:
    """Return the row of an option that is implemented."""
    return OptionSpec(name, type, Support.IMPLEMENTED, summary, frozenset(stages), **rest)  # type: ignore[arg-type]


def ignored(name: str, type: OptionType, reason: str) -> OptionSpec:
    """Return the row of an option that is ignored with a warning."""
    return OptionSpec(name, type, Support.IGNORED, reason)


def rejected(name: str, type: OptionType, reason: str) -> OptionSpec:
    """Return the row of an option that is rejected with 400."""
    return OptionSpec(name, type, Support.REJECTED, reason)


def invalid_value(name: str, reason: str) -> ApiError:
    """Return the error for a value that cannot be parsed, in Deepgram's words."""
    return bad_query(f"Failed to deserialize query parameters: {name}: {reason}.")
