"""Requested language: `language=auto` and the like ask for detection; other tags may get a warning."""

from __future__ import annotations

from functions.languages import is_detection, names_several, script
from functions.options.query_string import RawOptions, Warnings, warning


def with_detection(raw: RawOptions) -> RawOptions:
    """Return the options with `language=auto`, and the like, as `detect_language`."""
    if not is_detection(raw.get("language", [""])[-1]):
        return raw
    named = [value for value in raw.get("detect_language", []) if value.strip().lower() not in ("false", "")]
    rest = {name: values for name, values in raw.items() if name != "language"}
    return rest | {"detect_language": named or ["true"]}


def language_warnings(raw: RawOptions) -> Warnings:
    """Return warnings about a tag that names several languages, or a script."""
    tag = raw.get("language", [""])[-1]
    if names_several(tag):
        message = (
            f"language={tag.strip()} was read as detect_language=true: whether several are told apart is uncertain."
        )
        return [warning("language", "unsupported_value", message)]
    if name := script(tag):
        message = f"Whisper chooses the script of its text itself; {name} was not enforced."
        return [warning("language", "unsupported_value", message)]
    return []
