"""`replace=find:replacement`: other words in the transcript than those that were heard."""

from __future__ import annotations

from dataclasses import replace

from functions.transcripts.words import Spoken, bare


def replaced(words: list[Spoken], pairs: list[tuple[str, str]]) -> list[Spoken]:
    """Each run of words that a find names, exchanged for its replacement, or taken out when that is empty.

    A find in lower case matches any case; one with capitals matches itself only, and goes first. The longest find
    wins among equals. The replacement stands as it was given; punctuation around what was found stays around it,
    and its words share the time of those it stands for.
    """
    finds = sorted(
        ((find.split(), replacement.split()) for find, replacement in pairs),
        key=lambda pair: (_cased(pair[0]), len(pair[0])),
        reverse=True,
    )
    result: list[Spoken] = []
    at = 0
    while at < len(words):
        for find, replacement in finds:
            run = words[at : at + len(find)]
            if len(run) == len(find) and all(map(_matches, find, run)):
                result += _stand_in(run, replacement)
                at += len(find)
                break
        else:
            result.append(words[at])
            at += 1
    return result


def _cased(find: list[str]) -> bool:
    return any(word != word.lower() for word in find)


def _matches(find: str, word: Spoken) -> bool:
    if find != find.lower():
        return find == _core(word)[1]
    return bare(find) == word.bare


def _core(word: Spoken) -> tuple[str, str, str]:
    """Punctuation before, the word in its own case, punctuation after."""
    at = word.text.lower().find(word.bare)
    if at < 0:
        return "", word.text, ""
    return word.text[:at], word.text[at : at + len(word.bare)], word.text[at + len(word.bare) :]


def _stand_in(run: list[Spoken], replacement: list[str]) -> list[Spoken]:
    if not replacement:
        return []
    start, end = run[0].start, run[-1].end
    confidence = sum(word.confidence for word in run) / len(run)
    step = (end - start) / len(replacement)
    words = [
        Spoken(text, text, start + index * step, start + (index + 1) * step, confidence)
        for index, text in enumerate(replacement)
    ]
    words[0] = replace(words[0], text=_core(run[0])[0] + words[0].text)
    words[-1] = replace(words[-1], text=words[-1].text + _core(run[-1])[2], end=end)
    return words
