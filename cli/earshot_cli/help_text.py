"""Names of values in the help: `URL`, `NUMBER` or their choices, instead of types in Python.

Typer 0.29 shows `<bool>` for an option without a value and `<list[str]>` for names of files; in 40 columns the words
beside them are then a column of syllables.
"""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperArgument, TyperOption

_TYPE_MARKS = re.compile(r"^<(list\[)?|\]?>$")


def name_values_without_types() -> None:
    """Change what Typer shows in the help of every command."""
    TyperArgument.display_type_rich = _nothing  # type: ignore[assignment,method-assign]
    TyperOption.display_type_rich = _value_name  # type: ignore[assignment,method-assign]


def _nothing(argument: TyperArgument, ctx: Any) -> None:
    """An argument's name stands before it already."""


def _value_name(option: TyperOption, ctx: Any) -> str | None:
    if option.metavar is not None or option.is_flag:
        return option.metavar
    return _TYPE_MARKS.sub("", option.display_type(ctx))
