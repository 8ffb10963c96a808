"""Options that tell speakers apart."""

from __future__ import annotations

from functions.options.specification import OptionType, Stage, implemented

_MAX_SPEAKERS = 50  # a caller may name; Amazon Transcribe's limit is 30

SPEAKER_OPTIONS = (
    implemented(
        "diarize",
        OptionType.BOOLEAN,
        "Tells speakers apart; without a model for it in the deployment there is a warning instead.",
        Stage.SHARD,
        example="true",
    ),
    implemented(
        "diarize_model",
        OptionType.STRING,
        "Tells speakers apart, with the one model there is; not together with `diarize` or `diarize_version`.",
        Stage.SHARD,
        example="latest",
        choices=("latest", "v1", "v2"),
    ),
    implemented(
        "diarize_version",
        OptionType.STRING,
        "Deepgram's earlier name for `diarize_model`; `diarize` is needed as well.",
        no_effect="A deployment has one model that tells speakers apart.",
        example="latest",
        maximum=100,
    ),
    implemented(
        "num_speakers",
        OptionType.INTEGER,
        "Number of speakers, if the caller knows it; implies `diarize`.",
        Stage.SHARD,
        example="2",
        minimum=1,
        maximum=_MAX_SPEAKERS,
    ),
    implemented(
        "min_speakers",
        OptionType.INTEGER,
        "Minimum number of speakers; of audio over 15 minutes only if that many voices are found. Implies `diarize`.",
        Stage.SHARD,
        example="2",
        minimum=1,
        maximum=_MAX_SPEAKERS,
    ),
    implemented(
        "max_speakers",
        OptionType.INTEGER,
        "Maximum number of speakers; implies `diarize`.",
        Stage.SHARD,
        example="2",
        minimum=1,
        maximum=_MAX_SPEAKERS,
    ),
)
