"""Contradictions: options of one request that cannot both take effect; a warning for each says which one did."""

from __future__ import annotations

from functions.languages import is_detection
from functions.options.query_string import RawOptions, Warnings, warning
from functions.options.registry import IMPLEMENTED
from functions.options.specification import OptionType

FIXED_RATES = {"amr-nb": 8000, "amr-wb": 16000, "g729": 8000}  # Hz, by encoding
_TYPE = "contradicting_parameter"


def contradiction_warnings(raw: RawOptions) -> Warnings:
    """Return a warning for each contradiction between the values of a query string.

    No message shows a value that may be secret, as that of `callback`.
    """
    repeated = [spec.name for spec in IMPLEMENTED if spec.type is not OptionType.ARRAY and _differ(raw, spec.name)]
    found = [warning(name, _TYPE, f"{name} has several values; the last one counts.") for name in repeated]
    detection = [value.strip().lower() for value in raw.get("detect_language", [])]
    names_languages = bool({*detection} - {"true", "false", ""})
    if "false" in detection and {*detection} != {"false"}:
        counts = "the languages count" if names_languages else "the last one counts"
        found.append(warning("detect_language", _TYPE, f"detect_language is false and something else; {counts}."))
    language = raw.get("language", ["auto"])[-1].strip()
    overrides = names_languages or detection[-1:] not in ([], ["false"])
    if overrides and not is_detection(language):
        found.append(warning("language", _TYPE, f"language={language} was ignored: detect_language overrides it."))
    for name in ("smart_format", "paragraphs"):
        if _is(raw, name, "true") and _is(raw, "punctuate", "false"):
            message = f"{name} means punctuate=true, too; punctuate=false was obeyed, so there is no punctuation."
            found.append(warning("punctuate", _TYPE, message))
            break
    counts = next((name for name in ("num_speakers", "min_speakers", "max_speakers") if name in raw), "")
    if counts and _is(raw, "diarize", "false"):
        found.append(warning("diarize", _TYPE, f"diarize=false was ignored: {counts} tells speakers apart."))
    encoding, rate = (raw.get(name, [""])[-1].strip().lower() for name in ("encoding", "sample_rate"))
    if encoding in FIXED_RATES and rate.isdigit() and int(rate) != FIXED_RATES[encoding]:
        message = f"sample_rate was ignored: {encoding} always has {FIXED_RATES[encoding]} Hz."
        found.append(warning("sample_rate", _TYPE, message))
    return found


def _is(raw: RawOptions, name: str, value: str) -> bool:
    return raw.get(name, [""])[-1].strip().lower() == value


def _differ(raw: RawOptions, name: str) -> bool:
    return len({value.strip().lower() for value in raw.get(name, [])}) > 1
