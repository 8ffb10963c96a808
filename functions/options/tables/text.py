"""Options of the transcript's words and shape."""

from __future__ import annotations

from functions.options import parsers
from functions.options.redacted_entities import parse_redact
from functions.options.specification import OptionType, Stage, implemented

TEXT_OPTIONS = (
    implemented(
        "punctuate",
        OptionType.BOOLEAN,
        "Punctuation and capitals; without it the transcript is lower-case.",
        Stage.RENDER,
        example="true",
    ),
    implemented(
        "smart_format",
        OptionType.BOOLEAN,
        "Implies `punctuate` and `paragraphs`; writes numbers as `numerals` does, lone ones below ten excepted.",
        Stage.EDIT,
        Stage.RENDER,
        example="true",
        implies=("punctuate", "paragraphs"),
    ),
    implemented(
        "paragraphs",
        OptionType.BOOLEAN,
        "Sentences and paragraphs; implies `punctuate`.",
        Stage.RENDER,
        example="true",
        implies=("punctuate",),
    ),
    implemented("utterances", OptionType.BOOLEAN, "Adds `results.utterances`.", Stage.RENDER, example="true"),
    implemented(
        "utt_split",
        OptionType.NUMBER,
        "Seconds of silence that end an utterance; 0.8.",
        Stage.RENDER,
        example="0.05",
        needs="utterances=true",
        minimum=0,
        maximum=3600,
    ),
    implemented(
        "numerals",
        OptionType.BOOLEAN,
        "Numbers, times and amounts in digits; Danish, Dutch, English, French, German, Italian, Portuguese, Spanish.",
        Stage.EDIT,
        example="true",
    ),
    implemented(
        "filler_words",
        OptionType.BOOLEAN,
        "Keeps each `uh` and `um` that Whisper wrote; English.",
        Stage.EDIT,
        example="true",
    ),
    implemented(
        "replace",
        OptionType.ARRAY,
        "`find:replacement`; without a replacement what is found goes.",
        Stage.EDIT,
        example="acme:Contoso",
        maximum=200,
        parse=parsers.replace,
    ),
    implemented(
        "profanity_filter",
        OptionType.BOOLEAN,
        "Profane words become `****`; 23 languages, by lists of words.",
        Stage.EDIT,
        example="true",
    ),
    implemented(
        "search",
        OptionType.ARRAY,
        "Words and phrases to look for, also inflected and alike by sound; up to 50. Adds `search` to each channel.",
        Stage.RENDER,
        example="dollar",
        maximum=50,
        parse=parsers.search,
    ),
    implemented(
        "redact",
        OptionType.ARRAY,
        "What is replaced by tags before anything is stored: `pci`, `numbers` (or `true`), `aggressive_numbers`, "
        "or entities such as `ssn`, `phone_number`, `email_address`.",
        Stage.STORE,
        example="aggressive_numbers",
        parse=parse_redact,
    ),
    implemented(
        "redact_audio",
        OptionType.BOOLEAN,
        "An MP3 in which what `redact` names is silent: `GET /v1/requests/{id}/result?format=audio`.",
        Stage.STORE,
        example="true",
        needs="redact=numbers",
    ),
)
