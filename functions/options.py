"""The options of a job, read from the query string of `/v1/listen`: one vocabulary for both doors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from events.shards import RawAudio
from functions.errors import bad_query, bad_request
from functions.languages import whisper_code
from functions.parameters import PARAMETERS, Fate, Kind, asked, unparsable, value

MAX_TAG, MAX_EXTRA = 128, 2048  # characters
DEFAULT_LANGUAGE = "en"
DEFAULT_UTT_SPLIT = 0.8  # seconds

# Encodings whose bytes say themselves what they are (Ogg, FLAC): the decoder needs no help.
_SELF_DESCRIBING = ("flac", "opus", "speex")
_FIXED_RATE = {"amr-nb": 8000, "amr-wb": 16000, "g729": 8000}
_USUAL_RATE = {"mulaw": 8000}


@dataclass(frozen=True)
class Options:
    """What a caller asked for, implications drawn, defaults filled in."""

    query: str = ""  # as it was given
    model: str = "whisper"
    language: str | None = DEFAULT_LANGUAGE  # Whisper code; None: detect
    languages: list[str] = field(default_factory=list)  # restricts what may be detected
    task: Literal["transcribe", "translate"] = "transcribe"
    punctuate: bool = False
    paragraphs: bool = False
    utterances: bool = False
    utt_split: float = DEFAULT_UTT_SPLIT  # seconds
    multichannel: bool = False
    numerals: bool = False
    filler_words: bool = False
    replace: list[tuple[str, str]] = field(default_factory=list)  # find, replacement ("" deletes)
    hotwords: str | None = None
    prompt: str | None = None
    temperature: float | None = None
    raw: RawAudio | None = None
    tags: list[str] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)
    callback: str | None = None
    callback_method: str = "POST"
    warnings: list[dict[str, str]] = field(default_factory=list)  # {parameter, type, message}

    @property
    def detect_language(self) -> bool:
        return self.language is None

    @classmethod
    def parse(cls, query: str) -> Options:
        """Raises Refused for what cannot be read, or would be misleading to ignore."""
        given = _given(query)
        _refuse(given)
        one = _Values(given)
        smart, paragraphs = one.flag("smart_format"), one.flag("paragraphs")
        language, languages = _language(given)
        if one.text("version", "latest") != "latest":
            raise bad_request("Bad Request: No such model/version combination found. The version is 'latest'.")
        return cls(
            query=query,
            model=one.text("model", cls.model),
            language=language,
            languages=languages,
            task=one.text("task", cls.task),  # type: ignore[arg-type]
            punctuate=one.flag("punctuate") or smart or paragraphs,
            paragraphs=paragraphs or smart,
            utterances=one.flag("utterances"),
            utt_split=one.last("utt_split", cls.utt_split),
            multichannel=one.flag("multichannel"),
            numerals=one.flag("numerals"),
            filler_words=one.flag("filler_words"),
            replace=_replace(one.all("replace")),
            hotwords=_hotwords(one.all("keyterm"), one.all("keywords")),
            prompt=one.text("prompt", "") or None,
            temperature=one.last("temperature", None),
            raw=_raw(one),
            tags=_tags(one.all("tag")),
            extra=_extra(one.all("extra")),
            callback=_callback(one.text("callback", "")),
            callback_method=one.text("callback_method", cls.callback_method).upper(),
            warnings=_warnings(given, one),
        )


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


def upload_query(metadata: str) -> str:
    """The options of an object in the uploads bucket, from its metadata `listen` ("" when it has none).

    Nobody says the language of a file they drop into a folder: without one it is detected.
    """
    query = metadata.strip().lstrip("?")
    named = {"language", "detect_language"} & _given(query).keys()
    return query if named else "&".join(filter(None, (query, "detect_language=true")))


class _Values:
    """Parsed access: of a repeated key the last value counts, unless it is a list."""

    def __init__(self, given: dict[str, list[str]]) -> None:
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


def _given(query: str) -> dict[str, list[str]]:
    """Known keys in their own spelling (their case does not matter), with all their values."""
    given: dict[str, list[str]] = {}
    for key, raw in parse_qsl(query, keep_blank_values=True):
        name = key.strip().lower().removesuffix("[]")
        if name in PARAMETERS and (raw.strip() or PARAMETERS[name].kind is not Kind.TEXT):
            given.setdefault(name, []).append(raw)
    return given


def _refuse(given: dict[str, list[str]]) -> None:
    if "diarize_model" in given and ("diarize" in given or "diarize_version" in given):
        raise bad_query("diarize_model cannot be used together with diarize or diarize_version.")
    for name, raws in given.items():
        if PARAMETERS[name].fate is Fate.REFUSED and asked(raws):
            raise bad_query(f"{name} is not supported: {PARAMETERS[name].says}. Leave it out.")


def _language(given: dict[str, list[str]]) -> tuple[str | None, list[str]]:
    """The code to use (None: detect), and the codes to choose from when detecting (none: all)."""
    wanted = [raw.strip() for raw in given.get("detect_language", [])]
    named = [raw for raw in wanted if raw.lower() not in ("true", "false")]
    if named:
        return None, list(dict.fromkeys(_code("detect_language", tag) for tag in named))
    if wanted and wanted[-1].lower() == "true":
        return None, []
    tags = [tag for tag in given.get("language", []) if tag.strip()]
    return (_code("language", tags[-1]) if tags else DEFAULT_LANGUAGE), []


def _code(name: str, tag: str) -> str:
    if code := whisper_code(tag):
        return code
    help_ = " Use detect_language=true to have it detected." if tag.lower() == "multi" else ""
    raise bad_request(
        f"Bad Request: No such model/language/tier combination found. {name}={tag!r} is no language that Whisper "
        f"speaks.{help_}"
    )


def _replace(raws: list[str]) -> list[tuple[str, str]]:
    pairs = []
    for raw in raws:
        find, _, replacement = raw.partition(":")
        if not find.strip():
            raise unparsable("replace", f"{raw!r} has nothing to find before its colon")
        pairs.append((find.strip(), replacement.strip()))
    return pairs


def _hotwords(keyterms: list[str], keywords: list[str]) -> str | None:
    """One line for Whisper. A keyword's intensifier has no counterpart there; a negative one asks for the opposite
    of what a hotword does, so its word is left out."""
    words = [(word, intensifier) for word, _, intensifier in (raw.partition(":") for raw in keywords)]
    kept = keyterms + [word.strip() for word, intensifier in words if not intensifier.strip().startswith("-")]
    return ", ".join(dict.fromkeys(filter(None, kept))) or None


def _raw(one: _Values) -> RawAudio | None:
    encoding = one.text("encoding", "")
    if not encoding or encoding in _SELF_DESCRIBING:
        return None
    rate = _FIXED_RATE.get(encoding) or one.last("sample_rate", _USUAL_RATE.get(encoding))
    if rate is None:
        raise bad_query(f"encoding={encoding} needs sample_rate, in Hz: headerless audio does not say it.")
    return RawAudio(encoding, rate, one.last("channels", 1))


def _tags(tags: list[str]) -> list[str]:
    for tag in tags:
        if len(tag) > MAX_TAG:
            raise unparsable("tag", f"{len(tag)} characters, more than {MAX_TAG}")
    return tags


def _extra(raws: list[str]) -> dict[str, str]:
    extra: dict[str, str] = {}
    for raw in raws:
        key, colon, said = raw.partition(":")
        if not colon or not key.strip():
            raise unparsable("extra", f"{raw!r} is not KEY:VALUE")
        if len(raw) > MAX_EXTRA:
            raise unparsable("extra", f"{len(raw)} characters, more than {MAX_EXTRA}")
        extra[key.strip()] = said.strip()
    return extra


def _callback(url: str) -> str | None:
    if not url:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise bad_query("Invalid callback url.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad_query("Invalid callback url. It begins with http:// or https:// and names a host.")
    return url


def _warnings(given: dict[str, list[str]], one: _Values) -> list[dict[str, str]]:
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
