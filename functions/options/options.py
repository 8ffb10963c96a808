"""Options of one job: parsed once from a query string, then stored with the job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from msgspec import Struct, field

from earshot_contract.documents.manifest import SPEAKERS
from functions.errors import ApiError, bad_query
from functions.languages import file_codes
from functions.missing_value import mistake_of_missing_value
from functions.options.contradictions import contradiction_warnings
from functions.options.parsers import MAX_PROMPT
from functions.options.query_string import (
    RawOptions,
    Warnings,
    name_warnings,
    raw_options,
    reject_misspelt,
    reject_too_long,
    reject_unsupported,
    warning,
)
from functions.options.raw_audio import check_sample_rate, raw_audio
from functions.options.registry import IMPLEMENTED
from functions.options.requested_language import language_warnings, with_detection

if TYPE_CHECKING:
    from earshot_contract.documents.audio_tracks import TrackRequest
    from earshot_contract.documents.shards import RawAudio, SpeakerOptions

DEFAULT_LANGUAGE = "en"
DEFAULT_UTT_SPLIT = 0.8  # seconds
STORED_VERSION = 1  # of the document that `to_stored` makes


class Options(Struct, frozen=True):
    """Values of all implemented options, under the options' names, with defaults and implications applied."""

    query: str = ""  # the query string they were parsed from
    model: str = "whisper"
    strict_models: bool = False
    profile: str | None = None  # a value of EngineProfile; None: the deployment's
    version: str = "latest"
    language: str | None = DEFAULT_LANGUAGE  # Whisper code; None: detect
    detect_language: list[str] | None = None  # Whisper codes to choose from ([]: all); None: do not detect
    punctuate: bool = False
    smart_format: bool = False
    paragraphs: bool = False
    utterances: bool = False
    utt_split: float = DEFAULT_UTT_SPLIT  # seconds
    multichannel: bool = False
    diarize: bool = False
    diarize_model: str | None = None
    diarize_version: str | None = None
    num_speakers: int | None = None
    min_speakers: int | None = None
    max_speakers: int | None = None
    audio_track: str | None = None  # number, from 1, or Whisper code; None: the default one
    numerals: bool = False
    filler_words: bool = False
    replace: list[tuple[str, str]] = field(default_factory=list)  # find, replacement ("" deletes)
    profanity_filter: bool = False
    search: list[str] = field(default_factory=list)  # terms to look for
    redact: list[str] = field(default_factory=list)  # names of entities and of groups of them
    redact_audio: bool = False
    keyterm: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)  # word or word:intensifier
    tag: list[str] = field(default_factory=list)
    name: str | None = None  # of the file
    extra: dict[str, str] = field(default_factory=dict)
    callback: str | None = None
    callback_method: str = "POST"
    alternatives: int = 1
    encoding: str | None = None
    sample_rate: int | None = None  # Hz
    channels: int = 1
    mip_opt_out: bool = False
    task: Literal["transcribe", "translate"] = "transcribe"
    prompt: str | None = None
    temperature: float | None = None
    warnings: Warnings = field(default_factory=list)

    @classmethod
    def from_query(cls, query: str) -> Self:
        """Parse a query string.

        Every implemented option is parsed, also those this job does not use, so that a malformed value is always
        rejected.

        Raises:
            ApiError: A value cannot be parsed, or an option is rejected.
        """
        reject_too_long(query)
        raw = raw_options(query)
        reject_unsupported(raw)
        reject_misspelt(query)
        return cls._read(query, raw)

    @classmethod
    def from_stored(cls, stored: dict[str, Any] | None, query: str) -> Self:
        """Read the options of a job's row; never raises.

        Args:
            stored: What `to_stored` returned. Unknown members are ignored, missing or unusable ones take their default.
                None, in a row of an older deployment: the query string is parsed, and values that are no longer
                accepted are left out with a warning.
            query: The row's query string.
        """
        if not isinstance(stored, dict) or not isinstance(stored.get("values"), dict):
            return cls._read(query, raw_options(query), lenient=True)
        found = stored["values"]
        values = {spec.name: spec.restore(found[spec.name]) for spec in IMPLEMENTED if spec.name in found}
        warnings = stored.get("warnings")
        return cls(
            query=query,
            warnings=[w for w in warnings if isinstance(w, dict)] if isinstance(warnings, list) else [],
            **_without_overridden({name: value for name, value in values.items() if value is not None}),
        )

    def to_stored(self) -> dict[str, Any]:
        """Return a JSON document of all values that are not the default."""
        defaults = type(self)()
        values = {spec.name: getattr(self, spec.name) for spec in IMPLEMENTED}
        changed = {k: v for k, v in values.items() if v is not None and v != getattr(defaults, k)}
        if self.replace:
            changed["replace"] = [list(pair) for pair in self.replace]
        return {"version": STORED_VERSION, "values": changed, "warnings": self.warnings}

    @property
    def hotwords(self) -> str | None:
        """Words to expect as one line for Whisper, or None.

        A keyword's intensifier has no counterpart in Whisper. A negative one asks for the opposite of what a hotword
        does, so its word is left out.
        """
        keywords = [
            (word, intensifier) for word, _, intensifier in (keyword.partition(":") for keyword in self.keywords)
        ]
        words = self.keyterm + [word.strip() for word, intensifier in keywords if not _is_negative(intensifier)]
        return ", ".join(dict.fromkeys(filter(None, words))) or None

    @property
    def raw_audio_format(self) -> RawAudio | None:
        """Format of headerless audio; None: the file names its own."""
        return raw_audio(self.encoding, self.sample_rate, self.channels)

    @property
    def speaker_request(self) -> SpeakerOptions | None:
        """Speaker options for the worker; None: speakers are not told apart."""
        if not (self.diarize or self.requires_speakers):
            return None
        from earshot_contract.documents.shards import SpeakerOptions

        minimum, maximum = self.num_speakers or self.min_speakers, self.num_speakers or self.max_speakers
        return SpeakerOptions(SPEAKERS, minimum, maximum)

    @property
    def requires_speakers(self) -> bool:
        """Whether speakers were requested by more than `diarize=true`, which some SDKs send in every request."""
        return any((self.diarize_model, self.num_speakers, self.min_speakers, self.max_speakers))

    @property
    def track_request(self) -> TrackRequest | None:
        """The requested audio track, as Prepare and the worker look for it; None: none is requested.

        Of a film in several languages the one in the language of the speech is preferred, if the caller names that.
        """
        named = self.language if "language" in raw_options(self.query) else None
        if self.audio_track is None and named is None:
            return None
        from earshot_contract.documents.audio_tracks import TrackRequest

        if self.audio_track is None:
            return TrackRequest(languages=file_codes(named or ""), preferred=True)
        if self.audio_track.isdigit():
            return TrackRequest(number=int(self.audio_track))
        return TrackRequest(languages=file_codes(self.audio_track))

    @classmethod
    def _read(cls, query: str, raw: RawOptions, lenient: bool = False) -> Self:
        values: dict[str, Any] = {}
        warnings = [*name_warnings(query, raw), *contradiction_warnings(raw), *language_warnings(raw)]
        raw = with_detection(raw)
        for spec in sorted(IMPLEMENTED, key=lambda spec: bool(spec.overridden_by)):
            overridden = values.get(spec.overridden_by) is not None
            if spec.name not in raw or overridden:
                continue
            try:
                values[spec.name] = spec.read(raw[spec.name])
                if spec.name == "encoding":
                    check_sample_rate(values["encoding"], raw)
            except ApiError as error:
                if not lenient:
                    raise
                values.pop(spec.name, None)
                warnings.append(
                    warning(spec.name, "invalid_value", f"{spec.name} was left out: {error.failure.err_msg}")
                )
        implied = {name: True for spec in IMPLEMENTED if values.get(spec.name) is True for name in spec.implies}
        options = cls(query=query, warnings=warnings, **_without_overridden(implied | values))
        if not lenient:
            options._check_speaker_counts()
            if options.redact_audio and not options.redact:
                raise bad_query("redact_audio needs redact, which names what is to be silent: redact=pci.")
        warnings.extend(options._value_warnings(raw))
        return options

    def _check_speaker_counts(self) -> None:
        if self.num_speakers and (self.min_speakers or self.max_speakers):
            raise bad_query("num_speakers cannot be used together with min_speakers or max_speakers.")
        if self.min_speakers and self.max_speakers and self.min_speakers > self.max_speakers:
            raise bad_query(f"min_speakers={self.min_speakers} is more than max_speakers={self.max_speakers}.")

    def _value_warnings(self, raw: RawOptions) -> Warnings:
        found = []
        if self.prompt is None and (mistake := mistake_of_missing_value(raw.get("prompt", [""])[-1], prose=True)):
            found.append(warning("prompt", "invalid_value", f"prompt was left out: {mistake}"))
        if len(raw.get("prompt", [""])[-1].strip()) > MAX_PROMPT:
            found.append(warning("prompt", "unsupported_value", f"The last {MAX_PROMPT} characters of prompt count."))
        if self.alternatives > 1:
            found.append(warning("alternatives", "unsupported_value", "Whisper gives one alternative, its best."))
        if any(_is_negative(keyword.partition(":")[2]) for keyword in self.keywords):
            found.append(warning("keywords", "unsupported_value", "Words to be suppressed were ignored."))
        return found


def _is_negative(intensifier: str) -> bool:
    return intensifier.strip().startswith("-")


def _without_overridden(values: dict[str, Any]) -> dict[str, Any]:
    """Set options that another option overrides to None."""
    overridden = {spec.name: None for spec in IMPLEMENTED if values.get(spec.overridden_by) is not None}
    return values | overridden
