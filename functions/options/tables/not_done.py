"""Options that are ignored with a warning, or rejected with 400."""

from __future__ import annotations

from functions.options.specification import OptionType, ignored, rejected

_NO_ANALYSIS = "texts are transcribed here, not analysed"

UNSUPPORTED_OPTIONS = (
    ignored("dictation", OptionType.BOOLEAN, "spoken punctuation stays words"),
    ignored("measurements", OptionType.BOOLEAN, "units are written as Whisper writes them"),
    ignored("language_hint", OptionType.ARRAY, "use detect_language with the languages to choose from"),
    ignored("tier", OptionType.STRING, "Whisper has no tiers"),
    ignored("sentiment", OptionType.STRING, _NO_ANALYSIS),
    ignored("topics", OptionType.STRING, _NO_ANALYSIS),
    ignored("detect_topics", OptionType.STRING, _NO_ANALYSIS),
    ignored("custom_topic", OptionType.ARRAY, _NO_ANALYSIS),
    ignored("custom_topic_mode", OptionType.STRING, _NO_ANALYSIS),
    ignored("intents", OptionType.STRING, _NO_ANALYSIS),
    ignored("custom_intent", OptionType.ARRAY, _NO_ANALYSIS),
    ignored("custom_intent_mode", OptionType.STRING, _NO_ANALYSIS),
    ignored("detect_entities", OptionType.STRING, _NO_ANALYSIS),
    ignored("ner", OptionType.STRING, _NO_ANALYSIS),
    rejected("summarize", OptionType.STRING, "no summary would be given"),
)
