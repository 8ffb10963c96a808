"""Options of what is transcribed, and by which model."""

from __future__ import annotations

from earshot_contract.documents.engine_profile import EngineProfile
from functions.options import parsers
from functions.options.specification import OptionType, Stage, implemented

ENCODINGS = ("linear16", "linear32", "flac", "alaw", "mulaw", "amr-nb", "amr-wb", "opus", "ogg-opus", "speex", "g729")
MAX_CHANNELS = 20  # of a multichannel file: Deepgram's limit

SPEECH_OPTIONS = (
    implemented(
        "model",
        OptionType.STRING,
        "`whisper` is the default; GET /v1/models lists all.",
        Stage.MODEL,
        example="whisper-tiny",
    ),
    implemented(
        "strict_models",
        OptionType.BOOLEAN,
        "Refuses vendors' model names (`nova-3`, `gpt-4o-transcribe`), which the default model answers with a warning.",
        Stage.MODEL,
        example="true",
        needs="model=nova-3",
    ),
    implemented(
        "profile",
        OptionType.STRING,
        "`accurate` or `fast`: fewer errors, or less time; the deployment's setting when left out. Earshot's own.",
        Stage.SHARD,
        example="fast",
        choices=tuple(EngineProfile),
    ),
    implemented(
        "version",
        OptionType.STRING,
        "`latest`, or the one in `model_info`. With a vendor's model name any other is answered with a warning.",
        no_effect="A deployment has one version of each model.",
        example="latest",
        maximum=100,
    ),
    implemented(
        "language",
        OptionType.STRING,
        "BCP-47 tag or Whisper code of the spoken language, or `auto`; `en` when left out.",
        Stage.SHARD,
        example="de",
        overridden_by="detect_language",
        parse=parsers.language,
    ),
    implemented(
        "detect_language",
        OptionType.ARRAY,
        "`true`, or the languages to choose from; overrides `language`.",
        Stage.SHARD,
        Stage.RENDER,
        example="true",
        parse=parsers.detect_language,
    ),
    implemented(
        "multichannel",
        OptionType.BOOLEAN,
        f"Each channel on its own, up to {MAX_CHANNELS}.",
        Stage.SHARD,
        example="true",
    ),
    implemented(
        "audio_track",
        OptionType.STRING,
        "Number, from 1, or language of the track to transcribe; without it the one in `language`, or the default one, "
        "unless it is silent.",
        Stage.SHARD,
        example="2",
        parse=parsers.audio_track,
    ),
    implemented(
        "encoding",
        OptionType.STRING,
        "Encoding of headerless audio; other files name it themselves.",
        Stage.INPUT,
        Stage.SHARD,
        example="mulaw",
        choices=ENCODINGS,
        advice="Files with a header, such as WAV and MP3, need none: leave it out. Samples of 16 bits (PCM, s16le) are "
        "linear16, those of G.711 mulaw (u-law, PCMU) or alaw (PCMA)",
    ),
    implemented(
        "sample_rate",
        OptionType.INTEGER,
        "Sample rate of headerless audio, in Hz.",
        Stage.INPUT,
        Stage.SHARD,
        example="16000",
        needs="encoding=mulaw",
        advice="It is a whole number of Hz, such as 16000 or 44100",
        minimum=4000,
        maximum=384_000,
    ),
    implemented(
        "channels",
        OptionType.INTEGER,
        "Number of channels of headerless audio.",
        Stage.INPUT,
        Stage.SHARD,
        example="2",
        needs="encoding=mulaw",
        minimum=1,
        maximum=MAX_CHANNELS,
    ),
    implemented(
        "keyterm",
        OptionType.ARRAY,
        "Words and names to expect, as Whisper's hotwords.",
        Stage.SHARD,
        example="Earshot",
        maximum=100,
    ),
    implemented(
        "keywords",
        OptionType.ARRAY,
        "`word:intensifier`, as Whisper's hotwords.",
        Stage.SHARD,
        example="Earshot:2",
        maximum=100,
    ),
    implemented(
        "task",
        OptionType.STRING,
        "`translate` gives English text.",
        Stage.SHARD,
        example="translate",
        choices=("transcribe", "translate"),
    ),
    implemented(
        "prompt",
        OptionType.STRING,
        "Text that precedes the audio, as Whisper's initial prompt; only its last 4,000 characters count.",
        Stage.SHARD,
        example="A talk about Earshot.",
        parse=parsers.prompt,
    ),
    implemented(
        "temperature",
        OptionType.NUMBER,
        "0 to 1; left out, Whisper's own temperature fallback.",
        Stage.SHARD,
        example="0.5",
        minimum=0,
        maximum=1,
    ),
)
