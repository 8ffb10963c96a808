"""A query string read by the table of parameters: what is known, what is refused, what is warned of."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from functions.errors import bad_query
from functions.options.registry import PARAMETERS, Fate, Kind, asked, unparsable, value

Given = dict[str, list[str]]  # known keys in their own spelling, each with all its values


def query_of(pairs: list[tuple[str, str]]) -> str:
    """Decoded pairs, repeated keys and all, as the query string that `Options.parse` reads."""
    return urlencode(pairs)


def without_secrets(query: str) -> str:
    """For all to see: of a callback only where it leads, not the password or the signature in its URL."""
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(key.lower() == "callback" for key, _ in pairs):
        return query
    return urlencode([(key, _origin(raw) if key.lower() == "callback" else raw) for key, raw in pairs])


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0].rpartition('@')[2]}"


def given(query: str) -> Given:
    """Known keys in their own spelling (their case does not matter), with all their values."""
    found: Given = {}
    for key, raw in parse_qsl(query, keep_blank_values=True):
        name = key.strip().lower().removesuffix("[]")
        if name in PARAMETERS and (raw.strip() or PARAMETERS[name].kind is not Kind.TEXT):
            found.setdefault(name, []).append(raw)
    return found


class Values:
    """Parsed access: of a repeated key the last value counts, unless it is a list."""

    def __init__(self, given: Given) -> None:
        self.given = given
        # All that are done, whether they matter to this job or not: a typing error is never passed over.
        self.parsed = {
            name: [value(name, raw) for raw in raws]
            for name, raws in given.items()
            if PARAMETERS[name].fate is Fate.DONE and PARAMETERS[name].kind is not Kind.LIST
        }

    def last(self, name: str, default: Any) -> Any:
        found = self.parsed.get(name)
        return found[-1] if found else default

    def flag(self, name: str) -> bool:
        return bool(self.last(name, False))

    def text(self, name: str, default: str) -> str:
        return self.last(name, default) or default

    def all(self, name: str) -> list[str]:
        most = PARAMETERS[name].most
        found = [raw.strip() for raw in self.given.get(name, []) if raw.strip()]
        if most is not None and len(found) > most:
            raise unparsable(name, f"{len(found)} values, more than {most:.0f}")
        return found


def refuse(given: Given) -> None:
    if "diarize_model" in given and ("diarize" in given or "diarize_version" in given):
        raise bad_query("diarize_model cannot be used together with diarize or diarize_version.")
    for name, raws in given.items():
        if PARAMETERS[name].fate is Fate.REFUSED and asked(raws):
            raise bad_query(f"{name} is not supported: {PARAMETERS[name].says}. Leave it out.")


def warnings(given: Given, one: Values) -> list[dict[str, str]]:
    found = [
        _warning(name, "unsupported_parameter", f"{name} was ignored: {PARAMETERS[name].says}.")
        for name, raws in given.items()
        if PARAMETERS[name].fate is Fate.IGNORED and asked(raws)
    ]
    if one.last("alternatives", 1) > 1:
        found.append(_warning("alternatives", "unsupported_value", "Whisper gives one alternative, its best."))
    if any(raw.partition(":")[2].strip().startswith("-") for raw in one.all("keywords")):
        found.append(_warning("keywords", "unsupported_value", "Words to be suppressed were ignored."))
    return found


def _warning(parameter: str, kind: str, message: str) -> dict[str, str]:
    return {"parameter": parameter, "type": kind, "message": message}
