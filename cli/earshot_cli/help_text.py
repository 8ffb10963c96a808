"""Help texts and usage errors: `URL`, `NUMBER` or choices instead of Python's types and Pydantic's messages.

Typer 0.29 shows `<bool>` for an option without a value and `<list[str]>` for names of files; in 40 columns there is
then no room for the words beside them.
"""

from __future__ import annotations

import re
from typing import Any

from typer import BadParameter
from typer.core import TyperArgument, TyperOption

_VALIDATOR = re.compile(r"Value error, |Input should be (?P<what>.+?)(?:, unable to .*)?$")  # of Pydantic
_TYPE_MARKS = re.compile(r"^<(list\[)?|\]?>$")


def name_values_without_types() -> None:
    """Change the names of values that Typer prints in the help of every command."""
    TyperArgument.display_type_rich = _nothing  # type: ignore[assignment,method-assign]
    TyperOption.display_type_rich = _value_name  # type: ignore[assignment,method-assign]


def say_mistakes_plainly() -> None:
    """Change Typer's message about a value that an option does not accept."""
    message_of = BadParameter.format_message

    def format_message(mistake: BadParameter) -> str:
        mistake.message = _VALIDATOR.sub(
            lambda found: f"it has to be {found['what']}." if found["what"] else "", mistake.message, count=1
        )
        return message_of(mistake)

    BadParameter.format_message = format_message  # type: ignore[assignment,method-assign]


def _nothing(argument: TyperArgument, ctx: Any) -> None:
    """Return None: the name of an argument stands before its description already."""


def _value_name(option: TyperOption, ctx: Any) -> str | None:
    if option.metavar is not None or option.is_flag:
        return option.metavar
    return _TYPE_MARKS.sub("", option.display_type(ctx))
