"""Parsers of the options whose values are more than a boolean, a number, a choice or a list of strings.

Each takes all values that a query string has for the option, and raises ApiError for one that is invalid.
"""

from __future__ import annotations

import re

from functions.errors import bad_request
from functions.file_name import clean_name
from functions.languages import LANGUAGE_OF_COUNTRY, is_detection, whisper_code
from functions.missing_value import mistake_of_missing_value
from functions.network.callback_url import check_callback_url
from functions.options.specification import invalid_value

MAX_TAG, MAX_EXTRA = 128, 2048  # characters: Deepgram's limits
MAX_SEARCH = 200  # characters of one term
MAX_PROMPT = 4000  # characters; Whisper reads the last 223 tokens, and a token has some four
MAX_TRACK = 999  # an audio track's number; films have a dozen


def language(values: list[str]) -> str:
    """Return the Whisper code of the last value."""
    return _code("language", values[-1])


def detect_language(values: list[str]) -> list[str] | None:
    """Return the Whisper codes to choose from, [] to choose from all, None to detect nothing."""
    stripped = [part.strip() for value in values for part in value.split(",")]
    tags = [value for value in stripped if value.lower() not in ("true", "false") and not is_detection(value)]
    if tags:
        return list(dict.fromkeys(_code("detect_language", tag) for tag in tags))
    return [] if stripped[-1].lower() != "false" else None


def audio_track(values: list[str]) -> str:
    """Return the number of an audio track, from 1, or the Whisper code of its language."""
    value = values[-1].strip()
    if value.isascii() and value.isdigit():
        if not 1 <= int(value) <= MAX_TRACK:
            raise invalid_value("audio_track", f"{value} is not from 1 to {MAX_TRACK}: audio tracks are counted from 1")
        return str(int(value))
    if code := whisper_code(value):
        return code
    raise invalid_value("audio_track", f"{value!r} is neither a number, counted from 1, nor a language such as 'de'")


def prompt(values: list[str]) -> str | None:
    """Return the end of the last value, as OpenAI reads a long one; None for what a program writes for none."""
    text = values[-1].strip()
    return None if mistake_of_missing_value(text, prose=True) else text[-MAX_PROMPT:]


def replace(values: list[str]) -> list[tuple[str, str]]:
    """Return (find, replacement) pairs; an empty replacement deletes."""
    pairs = []
    for value in _not_blank(values):
        find, _, replacement = value.partition(":")
        if not find.strip():
            raise invalid_value("replace", f"{value!r} has nothing to find before its colon")
        pairs.append((find.strip(), replacement.strip()))
    return pairs


def search(values: list[str]) -> list[str]:
    """Return the terms, each once."""
    terms = list(dict.fromkeys(" ".join(value.split()) for value in _not_blank(values)))
    for term in terms:
        if len(term) > MAX_SEARCH:
            raise invalid_value("search", f"{len(term)} characters, more than {MAX_SEARCH}")
        if not any(letter.isalnum() for letter in term):
            raise invalid_value("search", f"{term!r} has no letter to look for")
    return terms


def tag(values: list[str]) -> list[str]:
    """Return the tags."""
    tags = _not_blank(values)
    for value in tags:
        if len(value) > MAX_TAG:
            raise invalid_value("tag", f"{len(value)} characters, more than {MAX_TAG}")
    return tags


def name(values: list[str]) -> str | None:
    """Return the last value without a path and control characters; None if nothing is left."""
    return clean_name(values[-1])


def extra(values: list[str]) -> dict[str, str]:
    """Return the values by their keys; of a repeated key the last one counts."""
    found: dict[str, str] = {}
    for pair in _not_blank(values):
        key, colon, value = pair.partition(":")
        if not colon or not key.strip():
            raise invalid_value("extra", f"{pair!r} is not KEY:VALUE")
        if len(pair) > MAX_EXTRA:
            raise invalid_value("extra", f"{len(pair)} characters, more than {MAX_EXTRA}")
        found[key.strip()] = value.strip()
    return found


def callback(values: list[str]) -> str:
    """Return the last URL, checked."""
    url = values[-1].strip()
    check_callback_url(url)
    return url


def callback_method(values: list[str]) -> str:
    """Return the HTTP method in upper case."""
    return values[-1].strip().upper()


def _not_blank(values: list[str]) -> list[str]:
    return [value.strip() for value in values if value.strip()]


def _code(name: str, tag: str) -> str:
    if code := whisper_code(tag):
        return code
    raise bad_request(
        f"Bad Request: No such model/language/tier combination found. {name}={tag!r} is not a language of Whisper. "
        f"{_advice(name, tag)}"
    )


def _advice(name: str, tag: str) -> str:
    """Return a message with a value that is right: what was probably meant, or examples."""
    if missing := mistake_of_missing_value(tag):
        return f"{missing} Leave {name} out, or write 'auto' to have it detected."
    listed = [code for part in re.split(r"[,;|+]", tag) if (code := whisper_code(part))]
    if len(set(listed)) > 1:
        languages = "&".join(f"detect_language={code}" for code in dict.fromkeys(listed))
        return f"It is one language: {name}={listed[0]}. To have it detected among several: {languages}."
    if of_country := LANGUAGE_OF_COUNTRY.get(tag.strip().lower()):
        return f"{tag!r} is a country's code. Write {name}={of_country}."
    parts = [part for part in re.split(r"[^\w-]+|(?<=[a-z])(?=[A-Z]{2}\b)", tag) if part]
    found = next((code for part in reversed(parts) if (code := whisper_code(part))), None)
    if found:
        return f"Write {name}={found}."
    return f"Write a code, such as {name}=en or {name}=pt-BR, or {name}=auto to have it detected."
