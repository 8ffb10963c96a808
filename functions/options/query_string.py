"""Query strings of options: split into values, checked for options that are rejected, and scanned for warnings."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode

from functions.errors import bad_query
from functions.options.other_names import ADVICE
from functions.options.registry import OPTIONS
from functions.options.specification import OptionType, Support

# Options that are never ignored with only a warning: the transcript would contain what they remove.
NEVER_IGNORED = ("redact", "redact_audio")
_ALIKE = 0.8  # of difflib's ratio: `punctuation` and `punctuate` are alike, `endpointing` and `encoding` are not
_STREAMING_OPTIONS = ("utterance_end_ms",)  # Deepgram's; its name resembles an option's
_MAX_QUERY = 65_536  # characters: those of a form are far more than a URL has, and a row holds 400 KB
_MAX_NAME = 40  # characters of a name that may be misspelt
_MAX_MISSPELT = 50  # names that are warned about: a warning is five times as long as a name, and a row holds it
_INDEX = re.compile(r"\[\d*\]$")  # of a list's item: PHP and axios write `name[0]`, others `name[]`

RawOptions = dict[str, list[str]]  # option name → all its values, unparsed
Warnings = list[dict[str, str]]  # {parameter, type, message}, as in Deepgram's `metadata.warnings`


def query_string(pairs: list[tuple[str, str]]) -> str:
    """Encode decoded (key, value) pairs, repeated keys included."""
    return urlencode(pairs)


def upload_query(metadata: Mapping[str, str]) -> str:
    """Return the query string of an upload from its object's metadata, whose member `listen` has it.

    Without a language, it is detected: a file dropped into a folder does not name its language. `redact` in other
    members of the metadata takes effect, too, and a misspelt one is refused: `redact=pci` is usual there.
    """
    query = metadata.get("listen", "").strip().lstrip("?")
    language_options = {"language", "detect_language"} & raw_options(query).keys()
    elsewhere = [
        (name, value)
        for key, text in metadata.items()
        if key != "listen"
        for name, value in [(key, text), *parse_qsl(text)]
        if _is_redaction(name)
    ]
    return "&".join(filter(None, (query, urlencode(elsewhere), "" if language_options else "detect_language=true")))


def option_name(name: str) -> str:
    """Return a name as the table of options has it: in lower case, and without the brackets of a list's item."""
    return _INDEX.sub("", name.strip().lower())


def raw_options(query: str) -> RawOptions:
    """Split a query string into the values of the options it names.

    Case does not matter in the names, `name[]` and `name[0]` are `name`, unknown names and empty strings are left out.
    """
    found: RawOptions = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        name = option_name(key)
        if name in OPTIONS and (value.strip() or OPTIONS[name].type is not OptionType.STRING):
            found.setdefault(name, []).append(value)
    return found


def reject_too_long(query: str) -> None:
    """Raise ApiError for a query string that no row of the table should hold."""
    if len(query) > _MAX_QUERY:
        raise bad_query(f"The options take {len(query)} characters, percent-encoded; {_MAX_QUERY} are accepted.")


def reject_unsupported(raw: RawOptions) -> None:
    """Raise ApiError if an option is requested that an answer may not silently leave out."""
    if "diarize_model" in raw and ("diarize" in raw or "diarize_version" in raw):
        raise bad_query("diarize_model cannot be used together with diarize or diarize_version.")
    for name, values in raw.items():
        if OPTIONS[name].support is Support.REJECTED and was_requested(values):
            raise bad_query(f"{name} is not supported: {OPTIONS[name].summary}. Leave it out.")


def name_warnings(query: str, raw: RawOptions) -> Warnings:
    """Return a warning for each requested option that is ignored, and for each unknown name that resembles an option.

    Such a name almost is an option's, or is another service's. Other unknown names get no warning.
    """
    advised = {name: f"{meant} was probably meant." for name, meant in _misspelt(query)}
    for key, value in parse_qsl(query, keep_blank_values=True):
        if (advice := ADVICE.get(option_name(key))) and was_requested([value]):
            advised[key.strip()] = advice
    misspelt = [
        warning(name, "unknown_parameter", f"{name} was ignored: there is no such option. {advice}")
        for name, advice in islice(advised.items(), _MAX_MISSPELT)
    ]
    ignored = [
        warning(name, "unsupported_parameter", f"{name} was ignored: {OPTIONS[name].summary}.")
        for name, values in raw.items()
        if OPTIONS[name].support is Support.IGNORED and was_requested(values)
    ]
    return misspelt + ignored


def reject_misspelt(query: str) -> None:
    """Raise ApiError for a misspelt option without which an answer would mislead, unless its value requests nothing."""
    values: RawOptions = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(key.strip(), []).append(value)
    for name, meant in _misspelt(query):
        if meant in NEVER_IGNORED and was_requested(values[name]):
            raise bad_query(f"{name} is no option: {meant} was probably meant. Write it so, or leave it out.")


def redaction_like(name: str) -> str | None:
    """Return the option of redaction that a name probably means, in any spelling; None for the option's own name."""
    exact, lower = _INDEX.sub("", name), option_name(name)
    if exact in NEVER_IGNORED or len(exact) > _MAX_NAME:
        return None
    meant = lower if lower in OPTIONS else _option_like(exact)
    return meant if meant in NEVER_IGNORED else None


def reject_misplaced(pairs: Iterable[tuple[str, str]]) -> None:
    """Raise ApiError if the query of a route without options has one without which an answer would mislead."""
    for name, value in pairs:
        if _is_redaction(name) and was_requested([value]):
            raise bad_query(
                f"{name} is not read here: a transcript is redacted before it is stored. Send it with the audio: "
                "POST /v1/listen?redact=…"
            )


def misplaced_warnings(members: Mapping[str, Any]) -> Warnings:
    """Return a warning for each option that stands in a JSON body, where no option is read.

    Args:
        members: members of the body, with their values.

    Raises:
        ApiError: An option without which an answer would mislead is in the body, and its value requests something.
    """
    found = {}
    for name, value in members.items():
        option = redaction_like(name) or option_name(name)
        advice = f"options are read from the query string: /v1/listen?{option}=…"
        if option in NEVER_IGNORED and was_requested(values_of_member(value)):
            raise bad_query(f"{option} stands in the JSON body, but {advice}.")
        if option in OPTIONS:
            text = f"{option} in the JSON body was ignored: {advice}."
            found[option] = warning(option, "unsupported_parameter", text)
    return list(found.values())


def values_of_member(value: Any) -> list[str]:
    """Return the values of a JSON member as a query string would have them."""
    return ["" if each is None else str(each) for each in (value if isinstance(value, list) else [value])]


def _is_redaction(name: str) -> bool:
    return option_name(name) in NEVER_IGNORED or redaction_like(name) is not None


def _misspelt(query: str) -> list[tuple[str, str]]:
    """Return unknown names with the option that each almost is, as `smartFormat` and `smart-format`."""
    names = dict.fromkeys(key.strip() for key, _ in parse_qsl(query, keep_blank_values=True))
    unknown = [name for name in names if name and option_name(name) not in (*OPTIONS, *_STREAMING_OPTIONS)]
    found = ((name, _option_like(name)) for name in unknown if len(name) <= _MAX_NAME)
    return [(name, option) for name, option in found if option]


@functools.lru_cache(maxsize=1024)  # several steps look at one request, and a program sends the same names again
def _option_like(name: str) -> str | None:
    import difflib  # only for an unknown name: each module costs milliseconds of a cold start

    letters = re.sub(r"[\W_]", "", name.lower())
    if letters.startswith("redact") and "audio" not in letters:
        return "redact"
    known = {option.replace("_", ""): option for option in OPTIONS}
    found = difflib.get_close_matches(letters, known, 1, _ALIKE)
    return known[found[0]] if found else None


def was_requested(values: list[str]) -> bool:
    """Return whether an option that is not implemented was requested: `redact=false` was not."""
    return any(value.strip().lower() not in ("false", "") for value in values)


def warning(parameter: str, type: str, message: str) -> dict[str, str]:
    """Return one entry of Deepgram's `metadata.warnings`."""
    return {"parameter": parameter, "type": type, "message": message}
