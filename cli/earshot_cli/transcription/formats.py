"""Formats of results, as `--format` takes them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from earshot_cli.errors import CliError, Status


class Format(StrEnum):
    """Values of `--format`: the stored formats, of which `txt` is called `text`."""

    JSON = "json"
    TEXT = "text"
    SRT = "srt"
    VTT = "vtt"

    @property
    def api_name(self) -> str:
        """The API's name of the format, also the extension of a file that contains it."""
        return "txt" if self is Format.TEXT else self.value


def parse_formats(values: Iterable[str]) -> list[Format]:
    """Return the formats of an option that may be repeated, each value a list with commas; text if there is none.

    Raises:
        CliError: a value names no format.
    """
    names = [name.strip().lower() for value in values for name in value.split(",") if name.strip()]
    known = {form.value: form for form in Format} | {"txt": Format.TEXT}
    for name in names:
        if name not in known:
            raise CliError(f"--format {name}: the formats are {', '.join(Format)}.", Status.USAGE)
    return list(dict.fromkeys(known[name] for name in names)) or [Format.TEXT]
