"""Query strings of options: split into values, checked for options that are rejected, and scanned for warnings."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from functions.errors import bad_query
from functions.options.registry import OPTIONS
from functions.options.specification import OptionType, Support

RawOptions = dict[str, list[str]]  # option name → all its values, unparsed
Warnings = list[dict[str, str]]  # {parameter, type, message}, as in Deepgram's `metadata.warnings`


def query_string(pairs: list[tuple[str, str]]) -> str:
    """Encode decoded (key, value) pairs, repeated keys included."""
    return urlencode(pairs)


def upload_query(metadata: str) -> str:
    """Return the query string of an upload from its object's metadata `listen` ("" if it has none).

    Without a language, it is detected: a file dropped into a folder says nothing about its language.
    """
    query = metadata.strip().lstrip("?")
    language_options = {"language", "detect_language"} & raw_options(query).keys()
    return query if language_options else "&".join(filter(None, (query, "detect_language=true")))


def raw_options(query: str) -> RawOptions:
    """Split a query string into the values of the options it names.

    Case does not matter in the names, `name[]` is `name`, unknown names and empty strings are left out.
    """
    found: RawOptions = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        name = key.strip().lower().removesuffix("[]")
        if name in OPTIONS and (value.strip() or OPTIONS[name].type is not OptionType.STRING):
            found.setdefault(name, []).append(value)
    return found


def reject_unsupported(raw: RawOptions) -> None:
    """Raise ApiError if an option is requested that an answer may not silently leave out."""
    if "diarize_model" in raw and ("diarize" in raw or "diarize_version" in raw):
        raise bad_query("diarize_model cannot be used together with diarize or diarize_version.")
    for name, values in raw.items():
        if OPTIONS[name].support is Support.REJECTED and was_requested(values):
            raise bad_query(f"{name} is not supported: {OPTIONS[name].summary}. Leave it out.")


def ignored_warnings(raw: RawOptions) -> Warnings:
    """Return a warning for each requested option that is ignored."""
    return [
        warning(name, "unsupported_parameter", f"{name} was ignored: {OPTIONS[name].summary}.")
        for name, values in raw.items()
        if OPTIONS[name].support is Support.IGNORED and was_requested(values)
    ]


def was_requested(values: list[str]) -> bool:
    """Return whether an option that is not implemented was requested: `redact=false` was not."""
    return any(value.strip().lower() not in ("false", "") for value in values)


def warning(parameter: str, type: str, message: str) -> dict[str, str]:
    """Return one entry of Deepgram's `metadata.warnings`."""
    return {"parameter": parameter, "type": type, "message": message}
