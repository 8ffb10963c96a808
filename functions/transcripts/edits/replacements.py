"""Edit `replace=find:replacement`: exchange phrases of the transcript for others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from functions.transcripts.text_boundaries.letters import normalised, split_punctuation
from functions.transcripts.words import TranscriptWord


def replace_phrases(words: list[TranscriptWord], pairs: Sequence[tuple[str, str]]) -> list[TranscriptWord]:
    """Exchange each phrase that a pair's `find` matches for its replacement; an empty replacement deletes it.

    A find in lower case matches any case; one with capitals matches its own case only, and is tried first. The longest
    of several matches wins. The replacement is written as given; punctuation around the phrase stays, and the new words
    share the time of those they replace.

    Args:
        words: Words in order of time.
        pairs: (find, replacement), each of one or more words separated by spaces.
    """
    phrases = sorted(
        ((find.split(), replacement.split()) for find, replacement in pairs),
        key=lambda pair: (_has_capitals(pair[0]), len(pair[0])),
        reverse=True,
    )
    result: list[TranscriptWord] = []
    index = 0
    while index < len(words):
        for find, replacement in phrases:
            phrase = words[index : index + len(find)]
            if len(phrase) == len(find) and all(map(_matches, find, phrase)):
                result += _replacement_words(phrase, replacement)
                index += len(find)
                break
        else:
            result.append(words[index])
            index += 1
    return result


def _has_capitals(find: list[str]) -> bool:
    return any(word != word.lower() for word in find)


def _matches(find: str, word: TranscriptWord) -> bool:
    if find != find.lower():
        return find == split_punctuation(word.text, word.normalised)[1]
    return normalised(find) == word.normalised


def _replacement_words(phrase: list[TranscriptWord], replacement: list[str]) -> list[TranscriptWord]:
    if not replacement:
        return []
    start, end = phrase[0].start, phrase[-1].end
    confidence = sum(word.confidence for word in phrase) / len(phrase)
    step = (end - start) / len(replacement)
    words = [
        TranscriptWord(text, text, start + index * step, start + (index + 1) * step, confidence, phrase[0].position)
        for index, text in enumerate(replacement)
    ]
    words[0] = replace(
        words[0],
        text=split_punctuation(phrase[0].text, phrase[0].normalised)[0] + words[0].text,
        space_before=phrase[0].space_before,
    )
    words[-1] = replace(
        words[-1], text=words[-1].text + split_punctuation(phrase[-1].text, phrase[-1].normalised)[2], end=end
    )
    return words
