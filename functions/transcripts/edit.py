"""Edits of a transcript's text, applied before rendering: filler words, numerals, replacements, profanity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from earshot_contract.documents.shard_results import Segment
from functions.options.options import Options
from functions.transcripts.edits.filler_words import remove_filler_words
from functions.transcripts.edits.numerals import MIN_READABLE, write_numerals
from functions.transcripts.edits.profanity import mask_profanity
from functions.transcripts.edits.replacements import replace_phrases
from functions.transcripts.text_boundaries.printed_words import PrintedWord, segment_words
from functions.transcripts.transcript import Channel, Transcript
from functions.transcripts.words import TranscriptWord, join_words, words_of


def edit(transcript: Transcript, options: Options) -> Transcript:
    """Apply `filler_words`, `numerals`, `replace`, `profanity_filter`, in this order, to the words of all segments.

    The filter comes last, so that no replacement brings in what it masks, and a profane word can be replaced.
    Segments keep their times; a phrase that spans two segments is replaced in the first. Segments without a changed
    word are returned as they are. The stored `transcript.json` is never edited: every format can be made again from
    what the model wrote.
    """
    return replace(
        transcript, channels=[_edit_channel(transcript, channel, options) for channel in transcript.channels]
    )


def _edit_channel(transcript: Transcript, channel: Channel, options: Options) -> Channel:
    languages = [transcript.segment_language(channel, segment) for segment in channel.segments]
    before = words_of(transcript, channel)
    after = _edit_words(before, languages, options)
    if after == before:
        return channel
    words_before, words_after = _by_segment(before), _by_segment(after)
    return replace(
        channel,
        segments=[
            segment
            if words_before[number] == words_after[number]
            else _with_words(segment, words_after[number], languages[number])
            for number, segment in enumerate(channel.segments)
        ],
    )


def _edit_words(words: list[TranscriptWord], languages: Sequence[str], options: Options) -> list[TranscriptWord]:
    """Edit words whose segments have these languages, by segment."""
    edited: list[TranscriptWord] = []
    for language, stretch in groupby(words, lambda word: languages[word.position[0]]):
        of_language = list(stretch)
        if language == "en" and not options.filler_words:
            of_language = remove_filler_words(of_language)
        if options.numerals or options.smart_format:
            of_language = write_numerals(of_language, language, minimum=0 if options.numerals else MIN_READABLE)
        edited += of_language
    if options.replace:
        edited = replace_phrases(edited, options.replace)
    if options.profanity_filter:
        by_language = groupby(edited, lambda word: languages[word.position[0]])
        edited = [word for language, stretch in by_language for word in mask_profanity(list(stretch), language)]
    return edited


def _by_segment(words: list[TranscriptWord]) -> defaultdict[int, list[TranscriptWord]]:
    segments: defaultdict[int, list[TranscriptWord]] = defaultdict(list)
    for word in words:
        segments[word.position[0]].append(word)
    return segments


def _with_words(segment: Segment, words: list[TranscriptWord], language: str) -> Segment:
    """Return the segment with other words; those of the old that are only punctuation ("♪", "—") stay."""
    edited = [
        (
            word.position[1],
            PrintedWord(word.text, word.start, word.end, word.confidence, word.normalised, word.space_before),
        )
        for word in words
    ]
    punctuation = [(index, word) for index, word in enumerate(segment_words(segment, language)) if not word.normalised]
    merged = [word for _, word in sorted([*edited, *punctuation], key=lambda pair: pair[0])]
    return replace(segment, text=join_words(merged), words=[*merged])
