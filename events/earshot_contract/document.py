"""Dataclasses that travel as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Any, Self, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Document:
    """JSON in and out for the dataclasses below: unknown keys are ignored, absent ones
    take their defaults."""

    @classmethod
    def from_json(cls, data: str | bytes | dict[str, Any]) -> Self:
        return _read(cls, data if isinstance(data, dict) else json.loads(data))

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)  # type: ignore[call-overload]

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))


def _read(kind: type[T], value: Any) -> T:
    """Build dataclass `kind` from parsed JSON, following its annotations into lists, dicts and
    nested dataclasses."""
    hints = get_type_hints(kind)
    names = [f.name for f in fields(kind) if f.name in value]  # type: ignore[arg-type]
    return kind(**{name: _convert(hints[name], value[name]) for name in names})


def _convert(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(hint) in (Union, UnionType):
        return _convert(next(a for a in get_args(hint) if a is not type(None)), value)
    if get_origin(hint) is list:
        return [_convert(get_args(hint)[0], item) for item in value]
    if get_origin(hint) is dict:
        return {key: _convert(get_args(hint)[1], item) for key, item in value.items()}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if is_dataclass(hint) and isinstance(value, dict):
        return _read(hint, value)  # type: ignore[arg-type]
    return float(value) if hint is float else value
