"""Names that other services and Whisper's programs give to options, and the option here for each."""

from __future__ import annotations

_OPTION_OF = {
    "language": "lang language_id spoken_language source_language",
    "detect_language": "language_detection auto_detect_language identify_language",
    "diarize": "diarization diarise speaker_labels speaker_diarization identify_speakers speaker_detection",
    "num_speakers": "speakers speakers_expected speaker_count max_speaker_count",
    "callback": "webhook webhook_url notify_url notification_url",
    "prompt": "initial_prompt",
    "keyterm": "hotwords word_boost hints phrases vocabulary boost",
    "punctuate": "auto_punctuation automatic_punctuation enable_automatic_punctuation",
    "profanity_filter": "filter_profanity censor",
    "multichannel": "dual_channel channel_diarization separate_channels",
    "filler_words": "disfluencies",
    "replace": "custom_spelling find_replace",
}
_ADVICE = {
    "task=translate translates into English.": "translate translation target_language",
    "GET /v1/requests/ID/result?format=srt has other formats; ID is the answer's request_id.": (
        "response_format format output output_format subtitles captions srt vtt"
    ),
    'An address is sent as JSON in place of the audio: {"url": "https://…"}.': "url audio_url file_url media_url",
}
ADVICE = {name: f"{option} was probably meant." for option, names in _OPTION_OF.items() for name in names.split()} | {
    name: advice for advice, names in _ADVICE.items() for name in names.split()
}
"""By the name in lower case: what a warning says of it."""
