"""The canonical transcript as Deepgram answers it: the JSON of `POST /v1/listen`, of callbacks and of uploads.

Every required field is always there; an optional one that was not asked for is left out and never null: one SDK
raises for a missing one, others for a null.
"""

from __future__ import annotations

import uuid
from itertools import chain
from statistics import fmean
from typing import Any

from functions.options.options import Options
from functions.speech_models.names import model_info, model_uuid
from functions.transcripts.edits.filler_words import without_fillers
from functions.transcripts.edits.numerals import with_digits
from functions.transcripts.edits.replacements import replaced
from functions.transcripts.sentences import Run, paragraphs, utterances
from functions.transcripts.transcript import Channel, Transcript
from functions.transcripts.words import Spoken, line, spoken

_UTTERANCES = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")  # uuid.NAMESPACE_OID: ids of utterances
SECONDS, SHARE = 3, 6  # decimals of times and of confidences


def answer(transcript: Transcript, options: Options) -> dict[str, Any]:
    """The whole answer, of JSON values only."""
    runs = {channel.index: heard(channel, transcript, options) for channel in transcript.channels}
    results: dict[str, Any] = {
        "channels": [_channel(channel, runs[channel.index], options) for channel in transcript.channels]
    }
    if options.utterances:
        results["utterances"] = _utterances(transcript, runs, options)
    return {"metadata": _metadata(transcript, options), "results": results}


def heard(channel: Channel, transcript: Transcript, options: Options) -> Run:
    """A channel's words with everything done to them that the options ask for."""
    words = spoken(channel, transcript.audio.duration)
    if written(channel, options) == "en":
        words = words if options.filler_words else without_fillers(words)
        words = with_digits(words) if options.numerals else words
    return replaced(words, options.replace) if options.replace else words


def written(channel: Channel, options: Options) -> str:
    """The language of the text: a translation is English, whatever was spoken."""
    return "en" if options.task == "translate" else channel.language


def _metadata(transcript: Transcript, options: Options) -> dict[str, Any]:
    model = model_uuid(transcript.model.sha256)
    metadata: dict[str, Any] = {
        "transaction_key": "deprecated",  # Rust's SDK needs it
        "request_id": transcript.job_id,
        "sha256": transcript.audio.sha256,
        "created": transcript.created,
        "duration": _seconds(transcript.audio.duration),
        "channels": len(transcript.channels),
        "models": [model],
        "model_info": {model: model_info(transcript.model.name, transcript.model.sha256)},
    }
    warnings = [*transcript.warnings, *_numerals_warning(transcript, options)]
    optional = {"tags": options.tags, "extra": options.extra, "warnings": warnings}
    return metadata | {name: value for name, value in optional.items() if value}


def _numerals_warning(transcript: Transcript, options: Options) -> list[dict[str, str]]:
    foreign = sorted({c.language for c in transcript.channels if written(c, options) != "en"})
    if not (options.numerals and foreign):
        return []
    message = f"numerals is done for English; {', '.join(foreign)} stands as Whisper wrote it."
    return [{"parameter": "numerals", "type": "unsupported_language", "message": message}]


def _channel(channel: Channel, words: Run, options: Options) -> dict[str, Any]:
    language = written(channel, options)
    confidences = sorted(word.confidence for word in words)
    alternative: dict[str, Any] = {
        "transcript": line(words, language, options.punctuate),
        # The upper median of the words', as recorded answers have it; nothing said, nothing sure.
        "confidence": _share(confidences[len(words) // 2]) if words else 0.0,
        "words": [_word(word, options) for word in words],
    }
    if options.paragraphs:
        alternative["paragraphs"] = _paragraphs(words, language)
    document: dict[str, Any] = {"alternatives": [alternative]}
    if options.detect_language:
        document["detected_language"] = channel.language
    return document


def _word(word: Spoken, options: Options) -> dict[str, Any]:
    document: dict[str, Any] = {
        "word": word.bare,
        "start": _seconds(word.start),
        "end": _seconds(word.end),
        "confidence": _share(word.confidence),
    }
    if options.punctuate:
        document["punctuated_word"] = word.text
    return document


def _paragraphs(words: Run, language: str) -> dict[str, Any]:
    groups = list(paragraphs(words))
    texts = [[line(sentence, language, True) for sentence in group] for group in groups]
    return {
        "transcript": "\n" + "\n\n".join(line(chain.from_iterable(group), language, True) for group in groups),
        "paragraphs": [
            {
                "sentences": [
                    {"text": text, "start": _seconds(sentence[0].start), "end": _seconds(sentence[-1].end)}
                    for text, sentence in zip(said, group, strict=True)
                ],
                "num_words": sum(map(len, group)),
                "start": _seconds(group[0][0].start),
                "end": _seconds(group[-1][-1].end),
            }
            for said, group in zip(texts, groups, strict=True)
        ],
    }


def _utterances(transcript: Transcript, runs: dict[int, Run], options: Options) -> list[dict[str, Any]]:
    """Of all channels, by time."""
    found = [
        {
            "start": _seconds(run[0].start),
            "end": _seconds(run[-1].end),
            "confidence": _share(fmean(word.confidence for word in run)),
            "channel": channel.index,
            "transcript": line(run, written(channel, options), options.punctuate),
            "words": [_word(word, options) for word in run],
            # The same at every look.
            "id": str(uuid.uuid5(_UTTERANCES, f"{transcript.job_id}/{channel.index}/{number}")),
        }
        for channel in transcript.channels
        for number, run in enumerate(utterances(runs[channel.index], options.utt_split))
    ]
    return sorted(found, key=lambda utterance: (utterance["start"], utterance["channel"]))


def _seconds(value: float) -> float:
    return round(float(value), SECONDS)


def _share(value: float) -> float:
    return round(float(value), SHARE)
