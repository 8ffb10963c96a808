"""Every query parameter of `/v1/listen`, its kind and its fate: the one list that the code and the docs read.

Done, or harmless and ignored with a `metadata.warnings` entry, or refused with 400 because an answer without it
would mislead. Analyses that Deepgram itself leaves out with a warning when it cannot give them (a language it
does not cover) are left out with a warning here too. Unknown parameters are tolerated: SDKs pass add-ons through.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from functions.errors import bad_query


class Fate(StrEnum):
    DONE = "done"
    IGNORED = "ignored"
    REFUSED = "refused"


class Kind(StrEnum):
    FLAG = "boolean"
    TEXT = "string"
    WHOLE = "integer"
    NUMBER = "number"
    LIST = "array"  # of strings, a repeated key


@dataclass(frozen=True)
class Parameter:
    name: str
    kind: Kind
    fate: Fate
    says: str  # what it does; for those not done, why
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None  # of a number; of a list: how many; of a text: how long


ENCODINGS = ("linear16", "flac", "mulaw", "amr-nb", "amr-wb", "opus", "speex", "g729")
MAX_CHANNELS = 20  # of a multichannel file, as at Deepgram

_D, _I, _R = Fate.DONE, Fate.IGNORED, Fate.REFUSED
_FLAG, _TEXT, _WHOLE, _NUMBER, _LIST = Kind.FLAG, Kind.TEXT, Kind.WHOLE, Kind.NUMBER, Kind.LIST
_NO_SPEAKERS = "speakers are not told apart here"
_NO_ANALYSIS = "texts are transcribed here, not analysed"

PARAMETERS: dict[str, Parameter] = {
    p.name: p
    for p in (
        Parameter("model", _TEXT, _D, "`whisper` is the default; GET /v1/models lists all."),
        Parameter("version", _TEXT, _D, "`latest`: a deployment holds one version of each model."),
        Parameter("language", _TEXT, _D, "BCP-47 tag or Whisper code of what is spoken; `en` when left out."),
        Parameter("detect_language", _LIST, _D, "`true`, or the languages to choose from; overrides `language`."),
        Parameter("punctuate", _FLAG, _D, "Punctuation and capitals; without it the transcript is lower-case."),
        Parameter("smart_format", _FLAG, _D, "Implies `punctuate` and `paragraphs`."),
        Parameter("paragraphs", _FLAG, _D, "Sentences and paragraphs; implies `punctuate`."),
        Parameter("utterances", _FLAG, _D, "Adds `results.utterances`."),
        Parameter("utt_split", _NUMBER, _D, "Seconds of silence that end an utterance; 0.8.", least=0, most=3600),
        Parameter("multichannel", _FLAG, _D, f"Each channel on its own, up to {MAX_CHANNELS}."),
        Parameter("numerals", _FLAG, _D, "Spoken numbers as digits; English."),
        Parameter("filler_words", _FLAG, _D, "Keeps each `uh` and `um` that Whisper wrote; English."),
        Parameter("replace", _LIST, _D, "`find:replacement`; without a replacement what is found goes.", most=200),
        Parameter("keyterm", _LIST, _D, "Words and names to expect, as Whisper's hotwords.", most=100),
        Parameter("keywords", _LIST, _D, "`word:intensifier`, as Whisper's hotwords.", most=100),
        Parameter("tag", _LIST, _D, "Up to 128 characters; comes back as `metadata.tags`."),
        Parameter("extra", _LIST, _D, "`KEY:VALUE` up to 2048 characters; comes back as `metadata.extra`."),
        Parameter("callback", _TEXT, _D, "Where the answer is sent instead, when it is there; up to 11 tries."),
        Parameter("callback_method", _TEXT, _D, "`POST` or `PUT`.", choices=("post", "put")),
        Parameter("alternatives", _WHOLE, _D, "So many readings at most; Whisper gives one.", least=1, most=20),
        Parameter("encoding", _TEXT, _D, "Of headerless audio; files say it themselves.", choices=ENCODINGS),
        Parameter("sample_rate", _WHOLE, _D, "Of headerless audio, in Hz.", least=4000, most=384_000),
        Parameter("channels", _WHOLE, _D, "Of headerless audio.", least=1, most=MAX_CHANNELS),
        Parameter("mip_opt_out", _FLAG, _D, "Always so: the audio stays in your account."),
        Parameter("task", _TEXT, _D, "`translate` gives English text.", choices=("transcribe", "translate")),
        Parameter("prompt", _TEXT, _D, "Text that precedes the audio, in Whisper's sense.", most=4000),
        Parameter("temperature", _NUMBER, _D, "0 to 1; left out, Whisper's own ladder.", least=0, most=1),
        Parameter("dictation", _FLAG, _I, "spoken punctuation stays words"),
        Parameter("measurements", _FLAG, _I, "units are written as Whisper writes them"),
        Parameter("language_hint", _LIST, _I, "use detect_language with the languages to choose from"),
        Parameter("tier", _TEXT, _I, "Whisper has no tiers"),
        Parameter("sentiment", _TEXT, _I, _NO_ANALYSIS),
        Parameter("topics", _TEXT, _I, _NO_ANALYSIS),
        Parameter("detect_topics", _TEXT, _I, _NO_ANALYSIS),
        Parameter("custom_topic", _LIST, _I, _NO_ANALYSIS),
        Parameter("custom_topic_mode", _TEXT, _I, _NO_ANALYSIS),
        Parameter("intents", _TEXT, _I, _NO_ANALYSIS),
        Parameter("custom_intent", _LIST, _I, _NO_ANALYSIS),
        Parameter("custom_intent_mode", _TEXT, _I, _NO_ANALYSIS),
        Parameter("detect_entities", _TEXT, _I, _NO_ANALYSIS),
        Parameter("ner", _TEXT, _I, _NO_ANALYSIS),
        Parameter("diarize", _TEXT, _R, _NO_SPEAKERS),
        Parameter("diarize_model", _TEXT, _R, _NO_SPEAKERS),
        Parameter("diarize_version", _TEXT, _R, _NO_SPEAKERS),
        Parameter("redact", _LIST, _R, "nothing would be taken out of the transcript"),
        Parameter("profanity_filter", _TEXT, _R, "nothing would be taken out of the transcript"),
        Parameter("search", _LIST, _R, "no search is made; look through the words of the answer"),
        Parameter("summarize", _TEXT, _R, "no summary would be given"),
    )
}


def value(name: str, raw: str) -> Any:
    """One value of a parameter that is done, parsed by its kind.

    Raises:
        ApiError: it does not parse, or is not one of the choices, or out of range.
    """
    parameter = PARAMETERS[name]
    match parameter.kind:
        case Kind.FLAG:
            return _flag(name, raw)
        case Kind.WHOLE:
            return _number(parameter, raw, int)
        case Kind.NUMBER:
            return _number(parameter, raw, float)
    text = raw.strip()
    if parameter.choices:
        if text.lower() not in parameter.choices:
            raise unparsable(name, f"{raw!r} is none of {', '.join(parameter.choices)}")
        return text.lower()
    if parameter.kind is Kind.TEXT and parameter.most is not None and len(text) > parameter.most:
        raise unparsable(name, f"longer than {parameter.most:.0f} characters")
    return text


def asked(raws: list[str]) -> bool:
    """Whether a parameter that is not done was asked for: `redact=false` was not."""
    return any(raw.strip().lower() not in ("false", "") for raw in raws)


def unparsable(name: str, reason: str) -> Exception:
    return bad_query(f"Failed to deserialize query parameters: {name}: {reason}.")


def _flag(name: str, raw: str) -> bool:
    text = raw.strip().lower()
    if text not in ("true", "false"):
        raise unparsable(name, f"provided string {raw!r} was not `true` or `false`")
    return text == "true"


def _number(parameter: Parameter, raw: str, kind: Callable[[str], float]) -> float:
    try:
        number = kind(raw)
    except ValueError:
        raise unparsable(parameter.name, f"{raw!r} is not a {parameter.kind}") from None
    least, most = parameter.least, parameter.most
    if not math.isfinite(number) or (least is not None and number < least) or (most is not None and number > most):
        raise unparsable(parameter.name, f"{raw!r} is not between {least:g} and {most:g}")
    return number
