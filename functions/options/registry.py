"""OPTIONS: every request option of `/v1/listen`, with its type, support and effect.

Parsing, the OpenAPI description and `docs/reference/options.md` are made from this table.

An option is implemented, or ignored with a warning if it is harmless, or rejected with 400 if an answer without it
would mislead. Analyses that Deepgram itself leaves out with a warning when it cannot give them (for a language it does
not cover) are left out with a warning here too. Unknown parameters are accepted: SDKs pass add-ons through.
"""

from __future__ import annotations

from earshot_contract.shards import EngineProfile
from functions.options import parsers
from functions.options.specification import OptionSpec, OptionType, Stage, Support

ENCODINGS = ("linear16", "flac", "mulaw", "amr-nb", "amr-wb", "opus", "speex", "g729")
MAX_CHANNELS = 20  # of a multichannel file: Deepgram's limit

_MAX_SPEAKERS = 50  # a caller may name; Amazon Transcribe's limit is 30
_NO_ANALYSIS = "texts are transcribed here, not analysed"


def _implemented(name: str, type: OptionType, summary: str, *stages: Stage, **rest: object) -> OptionSpec:
    return OptionSpec(name, type, Support.IMPLEMENTED, summary, frozenset(stages), **rest)  # type: ignore[arg-type]


def _ignored(name: str, type: OptionType, reason: str) -> OptionSpec:
    return OptionSpec(name, type, Support.IGNORED, reason)


def _rejected(name: str, type: OptionType, reason: str) -> OptionSpec:
    return OptionSpec(name, type, Support.REJECTED, reason)


_SPECS = (
    _implemented(
        "model",
        OptionType.STRING,
        "`whisper` is the default; GET /v1/models lists all.",
        Stage.MODEL,
        example="whisper-tiny",
    ),
    _implemented(
        "strict_models",
        OptionType.BOOLEAN,
        "Refuses vendors' model names (`nova-3`, `gpt-4o-transcribe`), which the default model answers with a warning.",
        Stage.MODEL,
        example="true",
        needs="model=nova-3",
    ),
    _implemented(
        "profile",
        OptionType.STRING,
        "`accurate` or `fast`: fewer errors, or less time; the deployment's setting when left out. Earshot's own.",
        Stage.SHARD,
        example="fast",
        choices=tuple(EngineProfile),
    ),
    _implemented(
        "version",
        OptionType.STRING,
        "`latest`: a deployment holds one version of each model.",
        no_effect="A deployment has one version of each model.",
        example="latest",
        parse=parsers.version,
    ),
    _implemented(
        "language",
        OptionType.STRING,
        "BCP-47 tag or Whisper code of what is spoken, or `auto`; `en` when left out.",
        Stage.SHARD,
        example="de",
        overridden_by="detect_language",
        parse=parsers.language,
    ),
    _implemented(
        "detect_language",
        OptionType.ARRAY,
        "`true`, or the languages to choose from; overrides `language`.",
        Stage.SHARD,
        Stage.RENDER,
        example="true",
        parse=parsers.detect_language,
    ),
    _implemented(
        "punctuate",
        OptionType.BOOLEAN,
        "Punctuation and capitals; without it the transcript is lower-case.",
        Stage.RENDER,
        example="true",
    ),
    _implemented(
        "smart_format",
        OptionType.BOOLEAN,
        "Implies `punctuate` and `paragraphs`; writes numbers as `numerals` does, lone ones below ten excepted.",
        Stage.EDIT,
        Stage.RENDER,
        example="true",
        implies=("punctuate", "paragraphs"),
    ),
    _implemented(
        "paragraphs",
        OptionType.BOOLEAN,
        "Sentences and paragraphs; implies `punctuate`.",
        Stage.RENDER,
        example="true",
        implies=("punctuate",),
    ),
    _implemented("utterances", OptionType.BOOLEAN, "Adds `results.utterances`.", Stage.RENDER, example="true"),
    _implemented(
        "utt_split",
        OptionType.NUMBER,
        "Seconds of silence that end an utterance; 0.8.",
        Stage.RENDER,
        example="0.05",
        needs="utterances=true",
        minimum=0,
        maximum=3600,
    ),
    _implemented(
        "multichannel",
        OptionType.BOOLEAN,
        f"Each channel on its own, up to {MAX_CHANNELS}.",
        Stage.SHARD,
        example="true",
    ),
    _implemented(
        "diarize",
        OptionType.BOOLEAN,
        "Tells speakers apart; where the deployment has no model for it, there is a warning instead.",
        Stage.SHARD,
        example="true",
    ),
    _implemented(
        "diarize_model",
        OptionType.STRING,
        "Tells speakers apart, with the one model there is; not together with `diarize` or `diarize_version`.",
        Stage.SHARD,
        example="latest",
        choices=("latest", "v1", "v2"),
    ),
    _implemented(
        "diarize_version",
        OptionType.STRING,
        "Deepgram's earlier name for `diarize_model`; `diarize` is needed as well.",
        no_effect="A deployment has one model that tells speakers apart.",
        example="latest",
        maximum=100,
    ),
    _implemented(
        "num_speakers",
        OptionType.INTEGER,
        "Number of speakers, where the caller knows it; implies `diarize`.",
        Stage.SHARD,
        example="2",
        minimum=1,
        maximum=_MAX_SPEAKERS,
    ),
    _implemented(
        "min_speakers",
        OptionType.INTEGER,
        "At least so many speakers; implies `diarize`. Recordings above 15 minutes may get fewer.",
        Stage.SHARD,
        example="2",
        minimum=1,
        maximum=_MAX_SPEAKERS,
    ),
    _implemented(
        "max_speakers",
        OptionType.INTEGER,
        "At most so many speakers; implies `diarize`.",
        Stage.SHARD,
        example="2",
        minimum=1,
        maximum=_MAX_SPEAKERS,
    ),
    _implemented(
        "audio_track",
        OptionType.STRING,
        "Of a file with several: its number, from 1, or its language; without it the default one, unless it is silent.",
        Stage.SHARD,
        example="2",
        parse=parsers.audio_track,
    ),
    _implemented(
        "numerals",
        OptionType.BOOLEAN,
        "Numbers, times and amounts in digits; Danish, Dutch, English, French, German, Italian, Portuguese, Spanish.",
        Stage.EDIT,
        example="true",
    ),
    _implemented(
        "filler_words",
        OptionType.BOOLEAN,
        "Keeps each `uh` and `um` that Whisper wrote; English.",
        Stage.EDIT,
        example="true",
    ),
    _implemented(
        "replace",
        OptionType.ARRAY,
        "`find:replacement`; without a replacement what is found goes.",
        Stage.EDIT,
        example="acme:Contoso",
        maximum=200,
        parse=parsers.replace,
    ),
    _implemented(
        "keyterm",
        OptionType.ARRAY,
        "Words and names to expect, as Whisper's hotwords.",
        Stage.SHARD,
        example="Earshot",
        maximum=100,
    ),
    _implemented(
        "keywords",
        OptionType.ARRAY,
        "`word:intensifier`, as Whisper's hotwords.",
        Stage.SHARD,
        example="Earshot:2",
        maximum=100,
    ),
    _implemented(
        "tag",
        OptionType.ARRAY,
        f"Up to {parsers.MAX_TAG} characters; comes back as `metadata.tags`.",
        Stage.METADATA,
        example="podcast",
        parse=parsers.tag,
    ),
    _implemented(
        "name",
        OptionType.STRING,
        "Name of the file, for lists, events and downloads: at most 255 characters, and never a path.",
        no_effect="A label of the job.",
        example="ep1.mp3",
        parse=parsers.name,
    ),
    _implemented(
        "extra",
        OptionType.ARRAY,
        f"`KEY:VALUE` up to {parsers.MAX_EXTRA} characters; comes back as `metadata.extra`.",
        Stage.METADATA,
        example="customer:17",
        parse=parsers.extra,
    ),
    _implemented(
        "callback",
        OptionType.STRING,
        "URL that the result is sent to when it is there, in up to 11 tries; the request is answered at once.",
        Stage.QUEUE,
        Stage.DELIVERY,
        example="https://example.org/hook",
        parse=parsers.callback,
    ),
    _implemented(
        "callback_method",
        OptionType.STRING,
        "`POST` or `PUT`.",
        Stage.DELIVERY,
        example="put",
        needs="callback=https://example.org/hook",
        choices=("post", "put"),
        parse=parsers.callback_method,
    ),
    _implemented(
        "alternatives",
        OptionType.INTEGER,
        "At most so many readings; Whisper gives one, and more are answered with a warning.",
        Stage.METADATA,
        example="3",
        minimum=1,
        maximum=20,
    ),
    _implemented(
        "encoding",
        OptionType.STRING,
        "Of headerless audio; other files name it themselves.",
        Stage.INPUT,
        Stage.SHARD,
        example="mulaw",
        choices=ENCODINGS,
    ),
    _implemented(
        "sample_rate",
        OptionType.INTEGER,
        "Of headerless audio, in Hz.",
        Stage.INPUT,
        Stage.SHARD,
        example="16000",
        needs="encoding=mulaw",
        minimum=4000,
        maximum=384_000,
    ),
    _implemented(
        "channels",
        OptionType.INTEGER,
        "Of headerless audio.",
        Stage.INPUT,
        Stage.SHARD,
        example="2",
        needs="encoding=mulaw",
        minimum=1,
        maximum=MAX_CHANNELS,
    ),
    _implemented(
        "mip_opt_out",
        OptionType.BOOLEAN,
        "Always so: the audio stays in your account.",
        no_effect="No audio leaves the account, whatever the value.",
        example="true",
    ),
    _implemented(
        "task",
        OptionType.STRING,
        "`translate` gives English text.",
        Stage.SHARD,
        example="translate",
        choices=("transcribe", "translate"),
    ),
    _implemented(
        "prompt",
        OptionType.STRING,
        "Text that precedes the audio, in Whisper's sense.",
        Stage.SHARD,
        example="A talk about Earshot.",
        maximum=4000,
    ),
    _implemented(
        "temperature",
        OptionType.NUMBER,
        "0 to 1; left out, Whisper's own temperature fallback.",
        Stage.SHARD,
        example="0.5",
        minimum=0,
        maximum=1,
    ),
    _ignored("dictation", OptionType.BOOLEAN, "spoken punctuation stays words"),
    _ignored("measurements", OptionType.BOOLEAN, "units are written as Whisper writes them"),
    _ignored("language_hint", OptionType.ARRAY, "use detect_language with the languages to choose from"),
    _ignored("tier", OptionType.STRING, "Whisper has no tiers"),
    _ignored("sentiment", OptionType.STRING, _NO_ANALYSIS),
    _ignored("topics", OptionType.STRING, _NO_ANALYSIS),
    _ignored("detect_topics", OptionType.STRING, _NO_ANALYSIS),
    _ignored("custom_topic", OptionType.ARRAY, _NO_ANALYSIS),
    _ignored("custom_topic_mode", OptionType.STRING, _NO_ANALYSIS),
    _ignored("intents", OptionType.STRING, _NO_ANALYSIS),
    _ignored("custom_intent", OptionType.ARRAY, _NO_ANALYSIS),
    _ignored("custom_intent_mode", OptionType.STRING, _NO_ANALYSIS),
    _ignored("detect_entities", OptionType.STRING, _NO_ANALYSIS),
    _ignored("ner", OptionType.STRING, _NO_ANALYSIS),
    _rejected("redact", OptionType.ARRAY, "nothing would be taken out of the transcript"),
    _rejected("profanity_filter", OptionType.STRING, "nothing would be taken out of the transcript"),
    _rejected("search", OptionType.ARRAY, "no search is made; look through the words of the answer"),
    _rejected("summarize", OptionType.STRING, "no summary would be given"),
)

OPTIONS: dict[str, OptionSpec] = {spec.name: spec for spec in _SPECS}
IMPLEMENTED: tuple[OptionSpec, ...] = tuple(spec for spec in _SPECS if spec.support is Support.IMPLEMENTED)
