"""Deepgram's answer for a transcript: the JSON of `POST /v1/listen`, of callbacks and of uploads.

Every required member is always there; an optional one that was not requested is left out and never null: one SDK raises
for a missing member, others for a null.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from functools import partial
from itertools import chain
from math import fsum
from typing import Any

from earshot_contract.documents.shard_results import AudioInfo
from functions.options.options import Options
from functions.speech_models.names import model_info, model_uuid
from functions.transcripts.edits.numerals import NUMERAL_LANGUAGES
from functions.transcripts.sentences import WordSequence, paragraphs, utterances
from functions.transcripts.transcript import Channel, Transcript
from functions.transcripts.words import TranscriptWord, join_words, punctuated_words_of

_UTTERANCE_NAMESPACE = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")  # uuid.NAMESPACE_OID
SECONDS_DECIMALS, CONFIDENCE_DECIMALS = 3, 6


def listen_json(transcript: Transcript, options: Options) -> str:
    """Return `listen_response` as JSON text."""
    return json.dumps(listen_response(transcript, options), ensure_ascii=False, separators=(",", ":"))


def listen_response(transcript: Transcript, options: Options) -> dict[str, Any]:
    """Return the whole answer, of JSON values only.

    Args:
        transcript: An edited transcript (`functions.transcripts.edit`).
        options: Options of the job.
    """
    words = {channel.index: punctuated_words_of(transcript, channel) for channel in transcript.channels}
    results: dict[str, Any] = {
        "channels": [_channel(transcript, channel, words[channel.index], options) for channel in transcript.channels]
    }
    if options.utterances:
        results["utterances"] = _utterances(transcript, words, options)
    return {"metadata": _metadata(transcript, options), "results": results}


def word_documents(transcript: Transcript, channel: Channel, options: Options) -> list[dict[str, Any]]:
    """Return the words of a channel as `listen_response` lists them."""
    return [_word(word, options) for word in punctuated_words_of(transcript, channel)]


def _metadata(transcript: Transcript, options: Options) -> dict[str, Any]:
    model = model_uuid(transcript.model.sha256)
    metadata: dict[str, Any] = {
        "transaction_key": "deprecated",  # Deepgram's SDK for Rust requires it
        "request_id": transcript.job_id,
        "sha256": transcript.audio.sha256,
        "created": transcript.created,
        "duration": _seconds(transcript.audio.duration),
        "channels": len(transcript.channels),
        "models": [model],
        "model_info": {model: model_info(transcript.model.name, transcript.model.sha256)},
    }
    if transcript.speaker_model is not None:
        speakers = model_uuid(transcript.speaker_model.sha256)
        metadata["diarize_info"] = {"model_uuid": speakers, "arch": transcript.speaker_model.name}
    if transcript.audio.tracks > 1:
        metadata["audio_track"] = _audio_track(transcript.audio)
    if transcript.partial_until is not None:  # Deepgram has no such member
        metadata["partial"] = {"until": _seconds(transcript.partial_until)}
    optional = {"tags": options.tag, "extra": options.extra, "warnings": warnings_of(transcript, options)}
    return metadata | {name: value for name, value in optional.items() if value}


def warnings_of(transcript: Transcript, options: Options) -> list[dict[str, str]]:
    """Return the warnings, each with `parameter`, `type` and `message`."""
    return [*transcript.warnings, *_numerals_warning(transcript, options)]


def _audio_track(audio: AudioInfo) -> dict[str, Any]:
    """Return which of the file's audio tracks was transcribed; Deepgram's answer has no such member."""
    language = {"language": audio.track_language} if audio.track_language else {}
    return {"number": audio.track, "of": audio.tracks, **language}


def _numerals_warning(transcript: Transcript, options: Options) -> list[dict[str, str]]:
    languages = set(chain.from_iterable(map(transcript.languages, transcript.channels)))
    unknown = sorted(languages - NUMERAL_LANGUAGES)
    if not unknown or not options.numerals:
        return []
    message = f"numerals is done for {', '.join(sorted(NUMERAL_LANGUAGES))}; {', '.join(unknown)} stays as it was."
    return [{"parameter": "numerals", "type": "unsupported_language", "message": message}]


def _channel(transcript: Transcript, channel: Channel, words: WordSequence, options: Options) -> dict[str, Any]:
    languages = transcript.languages(channel)
    confidences = sorted(word.confidence for word in words)
    alternative: dict[str, Any] = {
        "transcript": join_words(words, options.punctuate),
        # Upper median of the words' confidences, as in recorded answers of Deepgram; 0 without words.
        "confidence": _confidence(confidences[len(words) // 2]) if words else 0.0,
        "words": [_word(word, options) for word in words],
    }
    if len(languages) > 1:  # as in answers of Deepgram's multilingual models
        alternative["languages"] = languages
        for document_word, word in zip(alternative["words"], words, strict=True):
            segment = channel.segments[word.position[0]]
            document_word["language"] = transcript.segment_language(channel, segment)
    if options.paragraphs:
        alternative["paragraphs"] = _paragraphs(words, partial(transcript.speaker_name, channel))
    document: dict[str, Any] = {"alternatives": [alternative]}
    if options.search:
        document["search"] = _search(words, options.search)
    if options.detect_language is not None:
        document["detected_language"] = channel.language
    return document


def _search(words: WordSequence, terms: list[str]) -> list[dict[str, Any]]:
    """Return the hits of each term, the best first."""
    from functions.transcripts.search import search  # only for a job that searches: the import loads a compiled library

    return [
        {
            "query": term,
            "hits": [
                {
                    "confidence": _confidence(hit.confidence),
                    "start": _seconds(words[hit.first].start),
                    "end": _seconds(words[hit.last].end),
                    "snippet": join_words(words[hit.first : hit.last + 1], punctuated=False),
                }
                for hit in hits
            ],
        }
        for term, hits in zip(terms, search(words, terms), strict=True)
    ]


def _word(word: TranscriptWord, options: Options) -> dict[str, Any]:
    document: dict[str, Any] = {
        "word": word.normalised,
        "start": _seconds(word.start),
        "end": _seconds(word.end),
        "confidence": _confidence(word.confidence),
    }
    if options.punctuate:
        document["punctuated_word"] = word.text
    if word.speaker is not None:
        document |= {"speaker": word.speaker, "speaker_confidence": _confidence(word.speaker_confidence)}
    return document


def _paragraphs(words: WordSequence, name_of: Callable[[int], str]) -> dict[str, Any]:
    groups = list(paragraphs(words))
    texts = [[join_words(sentence) for sentence in group] for group in groups]
    speakers = [group[0][0].speaker for group in groups]
    paragraph_texts = (
        ("" if speaker is None else f"{name_of(speaker)}: ") + join_words(chain.from_iterable(group))
        for speaker, group in zip(speakers, groups, strict=True)
    )
    return {
        "transcript": "\n" + "\n\n".join(paragraph_texts),
        "paragraphs": [
            {
                "sentences": [
                    {"text": text, "start": _seconds(sentence[0].start), "end": _seconds(sentence[-1].end)}
                    for text, sentence in zip(sentence_texts, group, strict=True)
                ],
                "num_words": sum(map(len, group)),
                "start": _seconds(group[0][0].start),
                "end": _seconds(group[-1][-1].end),
                **({} if speaker is None else {"speaker": speaker}),
            }
            for sentence_texts, group, speaker in zip(texts, groups, speakers, strict=True)
        ],
    }


def _utterances(transcript: Transcript, words: dict[int, WordSequence], options: Options) -> list[dict[str, Any]]:
    """Return the utterances of all channels in order of time."""
    found = [
        {
            "start": _seconds(utterance[0].start),
            "end": _seconds(utterance[-1].end),
            "confidence": _confidence(fsum(word.confidence for word in utterance) / len(utterance)),
            "channel": channel.index,
            "transcript": join_words(utterance, options.punctuate),
            "words": [_word(word, options) for word in utterance],
            **({} if utterance[0].speaker is None else {"speaker": utterance[0].speaker}),
            # The same job always gives the same ids.
            "id": str(uuid.uuid5(_UTTERANCE_NAMESPACE, f"{transcript.job_id}/{channel.index}/{number}")),
        }
        for channel in transcript.channels
        for number, utterance in enumerate(utterances(words[channel.index], options.utt_split))
    ]
    return sorted(found, key=lambda utterance: (utterance["start"], utterance["channel"]))


def _seconds(value: float) -> float:
    return round(float(value), SECONDS_DECIMALS)


def _confidence(value: float) -> float:
    return round(float(value), CONFIDENCE_DECIMALS)
