"""OpenAI's answers for a transcript: JSON, verbose JSON, text, a stream of events."""

from __future__ import annotations

import json
import math
from itertools import zip_longest
from typing import Any

from earshot_contract.documents.shard_results import Segment
from functions.languages import LANGUAGES
from functions.transcripts.sentences import utterances
from functions.transcripts.transcript import Channel, Transcript
from functions.transcripts.words import (
    TranscriptWord,
    join_segments,
    join_words,
    punctuated_words_of,
    without_controls,
    words_of,
)

_SEGMENT_PAUSE = 2.0  # seconds of silence that end a segment of `diarized_json`
# Whisper attaches punctuation to words; whisper-1's `words` come without it and keep their capitals.
_PUNCTUATION = "\"'“”‘’«»„¿¡([{-–—.。,，!！?？:：;；)]}、…"


def text(transcript: Transcript) -> str:
    """Return the text of all segments in order of time."""
    return "".join(_segment_texts(transcript)).strip()


def text_line(transcript: Transcript) -> str:
    """Return the body of `response_format=text`: like OpenAI's, it ends in a line break."""
    return text(transcript) + "\n"


def plain_json(transcript: Transcript) -> str:
    """Return the body of `response_format=json`."""
    return _json({"text": text(transcript), "usage": _usage(transcript)})


def verbose_json(transcript: Transcript, *, words: bool = False, segments: bool = True) -> str:
    """Return the body of `response_format=verbose_json`."""
    return _json(verbose(transcript, words=words, segments=segments))


def verbose(transcript: Transcript, *, words: bool = False, segments: bool = True) -> dict[str, Any]:
    """Return `verbose_json` as a document. Times are seconds from the start of the file."""
    language = _text_language(transcript)
    document: dict[str, Any] = {
        "task": transcript.task,
        "language": LANGUAGES.get(language, language),
        "duration": transcript.audio.duration,
        "text": text(transcript),
    }
    if words:
        document["words"] = [
            {"word": word.text.strip(_PUNCTUATION) or word.text, "start": word.start, "end": word.end}
            for word in _all_words(transcript)
        ]
    if segments:
        texts = _segment_texts(transcript)
        document["segments"] = [
            _segment(index, segment, segment_text, transcript.audio.duration)
            for index, (segment, segment_text) in enumerate(zip(_segments(transcript), texts, strict=True))
        ]
    return document | {"usage": _usage(transcript)}


def diarized_json(transcript: Transcript) -> str:
    """Return the body of `response_format=diarized_json`: a segment for the words of one speaker up to a pause.

    Speakers without a name are "A", "B", …, in order of appearance; of a transcript without speakers all is "A".
    """
    document = {"task": transcript.task, "duration": transcript.audio.duration, "text": text(transcript)}
    return _json({**document, "segments": _speaker_segments(transcript), "usage": _usage(transcript)})


def _speaker_segments(transcript: Transcript) -> list[dict[str, Any]]:
    found = sorted(
        (
            (_label(transcript, channel, run[0].speaker or 0), run)
            for channel in transcript.channels
            for run in utterances(punctuated_words_of(transcript, channel), _SEGMENT_PAUSE)
        ),
        key=lambda labelled: labelled[1][0].start,
    )
    return [
        {
            "type": "transcript.text.segment",
            "id": f"seg_{number}",
            "start": run[0].start,
            "end": run[-1].end,
            "text": join_words(run),
            "speaker": label,
        }
        for number, (label, run) in enumerate(found)
    ]


def _label(transcript: Transcript, channel: Channel, number: int) -> str:
    """Return a speaker's name, or letters.

    As at OpenAI, letters count the speakers who were not recognised. A name from a correction does not change the
    letters of the other speakers.
    """
    recognised = sum(each.channel == channel.index and each.speaker < number for each in transcript.recognised)
    return transcript.name_of(channel, number) or speaker_letters(number - recognised)


def speaker_letters(number: int) -> str:
    """Return OpenAI's name of a speaker counted from 0: A to Z, then AA, AB and so on."""
    return (speaker_letters(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


def event_stream(transcript: Transcript) -> str:
    """Return all server-sent events at once: one delta a segment, then the whole text.

    The job is completed before the first byte is sent, but a client that requested a stream reads nothing else (from
    plain JSON it yields nothing at all).
    """
    return _events(transcript, [{"delta": delta} for delta in _segment_texts(transcript) if delta], [])


def diarized_event_stream(transcript: Transcript) -> str:
    """Return the server-sent events of `diarized_json`: a delta and a segment with its speaker for each, then all."""
    segments = _speaker_segments(transcript)
    texts = join_segments([segment["text"] for segment in segments], _text_language(transcript))
    deltas = [{"delta": delta, "segment_id": each["id"]} for delta, each in zip(texts, segments, strict=True)]
    return _events(transcript, deltas, segments)


def _events(transcript: Transcript, deltas: list[dict[str, Any]], segments: list[dict[str, Any]]) -> str:
    """Return a stream's body: each delta, followed by its segment if there are any, then the whole text."""
    if deltas:
        deltas[0]["delta"] = deltas[0]["delta"].lstrip()
    events: list[dict[str, Any]] = []
    for delta, segment in zip_longest(deltas, segments):
        events.append({"type": "transcript.text.delta", **delta})
        if segment is not None:
            events.append(segment)
    events.append({"type": "transcript.text.done", "text": text(transcript), "usage": _usage(transcript)})
    return "".join(f"data: {_json(event)}\n\n" for event in events)


def _segments(transcript: Transcript) -> list[Segment]:
    found = [s for channel in transcript.channels for s in channel.segments if without_controls(s.text).strip()]
    return sorted(found, key=lambda segment: segment.start)


def _all_words(transcript: Transcript) -> list[TranscriptWord]:
    found = [word for channel in transcript.channels for word in words_of(transcript, channel)]
    return sorted(found, key=lambda word: word.start)


def _segment_texts(transcript: Transcript) -> list[str]:
    """Return each segment's text as OpenAI writes it: with a space before it if it needs one."""
    return join_segments([segment.text for segment in _segments(transcript)], _text_language(transcript))


def _segment(index: int, segment: Segment, text: str, duration: float) -> dict[str, Any]:
    start = min(max(segment.start, 0.0), duration)
    return {
        "id": index,
        "seek": round(start * 100),  # Whisper counts offsets in frames of 10 ms
        "start": start,
        "end": min(max(segment.end, start), duration),
        "text": text,
        "tokens": segment.tokens,
        "temperature": segment.temperature,
        "avg_logprob": segment.avg_logprob,
        "compression_ratio": segment.compression_ratio,
        "no_speech_prob": segment.no_speech_prob,
    }


def _usage(transcript: Transcript) -> dict[str, Any]:
    return {"type": "duration", "seconds": math.ceil(transcript.audio.duration)}


def _text_language(transcript: Transcript) -> str:
    return transcript.text_language(transcript.channels[0]) if transcript.channels else "en"


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
