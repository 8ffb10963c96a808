"""The options of a job, read from the query string of `/v1/listen`: one vocabulary for both doors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from earshot_contract.shards import RawAudio
from functions.errors import bad_query, bad_request
from functions.options.query_string import Given, Values, given, refuse, warnings
from functions.options.registry import unparsable
from functions.transcripts.languages import whisper_code

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
        """Raises ApiError for what cannot be read, or would be misleading to ignore."""
        asked_for = given(query)
        refuse(asked_for)
        one = Values(asked_for)
        smart, paragraphs = one.flag("smart_format"), one.flag("paragraphs")
        language, languages = _language(asked_for)
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
            warnings=warnings(asked_for, one),
        )


def upload_query(metadata: str) -> str:
    """The options of an object in the uploads bucket, from its metadata `listen` ("" when it has none).

    Nobody says the language of a file they drop into a folder: without one it is detected.
    """
    query = metadata.strip().lstrip("?")
    named = {"language", "detect_language"} & given(query).keys()
    return query if named else "&".join(filter(None, (query, "detect_language=true")))


def _language(given: Given) -> tuple[str | None, list[str]]:
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


def _raw(one: Values) -> RawAudio | None:
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
