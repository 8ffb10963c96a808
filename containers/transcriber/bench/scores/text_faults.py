"""Faults of a text that a reader sees: wrong words, signs and capitals, lost beginnings and ends, cuts, inventions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import jiwer

from bench.scores.scoring import Errors, normalized

EDGE_WORDS = 3  # words of a text's beginning or end
_SENTENCE_ENDS = {".", "!", "?"}
_FORMATTED_TOKEN = re.compile(r"[^\W_]+(?:['\-.][^\W_]+)*|[.,!?;:%$€]")
_UNIFIED = str.maketrans({"’": "'", "—": " ", "–": "-", "…": "..."})
_NO_SPACES = {"ja", "zh", "yue", "th", "lo", "my", "km"}


@dataclass(frozen=True)
class TextFaults:
    """Faults of one transcript.

    Attributes:
        words: wrong words.
        formatted: wrong words, where signs are words and capitals count; None without a formatted reference.
        beginning: wrong words among the first three of the reference, and what was inserted before them.
        end: likewise of the last three.
        invented: inserted words that stand together, two or more.
        cuts: full stops inside a sentence, words said twice that were said once, a missing last full stop; the
            rate's denominator is the reference's words.
    """

    words: Errors
    formatted: Errors | None
    beginning: Errors
    end: Errors
    invented: Errors
    cuts: Errors | None


def find(reference: str, formatted: str | None, hypothesis: str, language: str) -> TextFaults:
    """Compare `hypothesis` with the reference text and, where there is one, the formatted reference."""
    pairs = _aligned(_words(reference, language), _words(hypothesis, language))
    size = sum(expected is not None for expected, _ in pairs)
    edge = min(EDGE_WORDS, size)
    signs = None
    if formatted is not None and language not in _NO_SPACES:
        signs = _aligned(_formatted_tokens(formatted), _formatted_tokens(hypothesis))
    return TextFaults(
        words=_count(pairs),
        formatted=_count(signs) if signs else None,
        beginning=_count(_head(pairs, edge)),
        end=_count(_head(pairs[::-1], edge)),
        invented=Errors(_inserted_together(pairs), size),
        cuts=Errors(_cuts(signs), size) if signs else None,
    )


_Pairs = list[tuple[str | None, str | None]]  # (word of the reference, word of the hypothesis), None: has none


def _words(text: str, language: str) -> list[str]:
    words = normalized(text, language).split()
    return list("".join(words)) if language in _NO_SPACES else words


def _formatted_tokens(text: str) -> list[str]:
    return _FORMATTED_TOKEN.findall(text.translate(_UNIFIED))


def _aligned(reference: list[str], hypothesis: list[str]) -> _Pairs:
    if not reference or not hypothesis:
        return [(word, None) for word in reference] + [(None, word) for word in hypothesis]
    alignment = jiwer.process_words(" ".join(reference), " ".join(hypothesis)).alignments[0]
    pairs: _Pairs = []
    for chunk in alignment:
        expected: list[str | None] = [*reference[chunk.ref_start_idx : chunk.ref_end_idx]]
        written: list[str | None] = [*hypothesis[chunk.hyp_start_idx : chunk.hyp_end_idx]]
        length = max(len(expected), len(written))
        expected += [None] * (length - len(expected))
        written += [None] * (length - len(written))
        pairs += zip(expected, written, strict=True)
    return pairs


def _count(pairs: _Pairs) -> Errors:
    return Errors(sum(a != b for a, b in pairs), sum(a is not None for a, _ in pairs))


def _head(pairs: _Pairs, words: int) -> _Pairs:
    """Return the pairs up to the reference's word number `words`."""
    head: _Pairs = []
    for pair in pairs:
        if words <= 0:
            break
        head.append(pair)
        words -= pair[0] is not None
    return head


def _inserted_together(pairs: _Pairs) -> int:
    total = run = 0
    for expected, _ in [*pairs, ("", "")]:
        if expected is None:
            run += 1
            continue
        total += run if run > 1 else 0
        run = 0
    return total


def _cuts(pairs: _Pairs) -> int:
    written_ends = [i for i, (_, written) in enumerate(pairs) if written is not None]
    last = written_ends[-1] if written_ends else -1
    false_stops = sum(
        written in _SENTENCE_ENDS and expected not in _SENTENCE_ENDS and i != last
        for i, (expected, written) in enumerate(pairs)
    )
    hypothesis = [(expected, written) for expected, written in pairs if written is not None]
    doubled = sum(
        second == first and first not in _SENTENCE_ENDS and (expected is None or before is None)
        for (before, first), (expected, second) in pairwise(hypothesis)
    )
    expected_words = [expected for expected, _ in pairs if expected is not None]
    no_last_stop = bool(hypothesis) and expected_words[-1] in _SENTENCE_ENDS and hypothesis[-1][1] not in _SENTENCE_ENDS
    return false_stops + doubled + no_last_stop
