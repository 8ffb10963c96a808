"""Times of words beside known ones: `python -m bench.word_times --corpus DIR --model DIR`.

The corpus has clips with `words` in its manifest (`bench.alignment` makes one). They are transcribed as they are, and
joined to files in which each clip begins at a known time. Contestants take turns on the same files. Words count that
the contestant wrote as they were said; their starts and ends are compared with the reference.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import jiwer
import numpy as np

from bench.engines.compared_engines import TimedWord
from bench.recordings.corpus import Clip, clips_of, concatenated, half_of
from bench.run import Process, take_turns
from bench.scores.scoring import normalized
from bench.tables.table import machine, print_table

_AFTER_PAUSE_SECONDS = 0.2  # a word after this much silence begins where an ear hears it begin


@dataclass
class WordTimes:
    """Errors of one contestant's word times, in seconds; later than the reference is positive.

    Attributes:
        starts: errors of the starts.
        starts_after_pause: errors of the starts of words after a pause, or at the beginning.
        ends: errors of the ends.
        references: words of the references.
        words: words that were written.
        zero_length: words whose end is their start, or before it.
        backwards: words that start before the word before them.
        overlapping: words that start before the end of the word before them.
    """

    starts: list[float] = field(default_factory=list)
    starts_after_pause: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    references: int = 0
    words: int = 0
    zero_length: int = 0
    backwards: int = 0
    overlapping: int = 0

    def add(self, reference: Sequence[TimedWord], written: Sequence[TimedWord], language: str) -> None:
        """Count the words of one file."""
        self.references += len(reference)
        self.words += len(written)
        self.zero_length += sum(end <= start for _, start, end in written)
        self.backwards += sum(second[1] < first[1] for first, second in pairwise(written))
        self.overlapping += sum(second[1] < first[2] for first, second in pairwise(written))
        known = list(reference)
        ends_before = dict(zip(known, [-1.0, *(end for _, _, end in known)], strict=False))
        for expected, found in _same_words(known, written, language):
            self.starts.append(found[1] - expected[1])
            self.ends.append(found[2] - expected[2])
            if expected[1] - ends_before[expected] >= _AFTER_PAUSE_SECONDS:
                self.starts_after_pause.append(self.starts[-1])

    def line(self) -> dict[str, Any]:
        """Return the table's cells; milliseconds."""
        return {
            "words": self.references,
            "compared": len(self.starts),
            **_milliseconds("start", self.starts),
            **_milliseconds("after_pause", self.starts_after_pause),
            **_milliseconds("end", self.ends),
            "zero_length": self.zero_length,
            "backwards": self.backwards,
            "overlapping": self.overlapping,
        }


def _milliseconds(name: str, errors: Sequence[float]) -> dict[str, Any]:
    keys = (f"{name}_median", f"{name}_p95", f"{name}_shift")
    if not errors:
        return dict.fromkeys(keys, "")
    sizes = np.abs(errors)
    values = (np.median(sizes), np.percentile(sizes, 95), np.median(errors))
    return dict(zip(keys, (round(1000 * float(value)) for value in values), strict=True))


def _same_words(
    reference: Sequence[TimedWord], written: Sequence[TimedWord], language: str
) -> Iterator[tuple[TimedWord, TimedWord]]:
    """Yield the words that were written as they were said, with their references."""
    expected = [(_bare(word[0], language), word) for word in reference]
    found = [(_bare(word[0], language), word) for word in written]
    expected = [(text, word) for text, word in expected if text]
    found = [(text, word) for text, word in found if text]
    if not expected or not found:
        return
    alignment = jiwer.process_words(" ".join(text for text, _ in expected), " ".join(text for text, _ in found))
    for chunk in alignment.alignments[0]:
        if chunk.type == "equal":
            first = expected[chunk.ref_start_idx : chunk.ref_end_idx]
            second = found[chunk.hyp_start_idx : chunk.hyp_end_idx]
            yield from ((a, b) for (_, a), (_, b) in zip(first, second, strict=True))


def _bare(word: str, language: str) -> str:
    return "".join(normalized(word, language).split())


def measure(clips: Sequence[Clip], processes: Sequence[Process]) -> dict[str, WordTimes]:
    """Transcribe the clips with each contestant, in turns; the language is given."""
    found = {process.name: WordTimes() for process in processes}
    for chunk, process in take_turns(clips, processes):
        response = process.transcribe([clip.path for clip in chunk], [clip.language for clip in chunk], words=True)
        for clip, words in zip(chunk, response["words"], strict=True):
            found[process.name].add(clip.words, [(text, start, end) for text, start, end in words], clip.language)
    return found


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, and write it to `--out`."""
    parser = argparse.ArgumentParser(prog="bench.word_times", description="Times of words beside known ones.")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    parser.add_argument("--half", choices=("tune", "held-out", "all"), default="all")
    parser.add_argument("--every", type=int, default=1, help="N: every Nth clip")
    parser.add_argument("--joined", type=float, default=120.0, help="seconds of a joined file; 0: none")
    parser.add_argument("--files", type=int, default=2, help="joined files")
    parser.add_argument("--only", default="default,batched 8,earshot accurate,earshot fast", help="contestants")
    options = parser.parse_args(arguments)
    clips = [clip for clip in clips_of(options.corpus) if clip.words and options.half in ("all", half_of(clip))][
        :: options.every
    ]
    if not clips:
        parser.error(f"No clip of {options.corpus} has `words`.")
    options.out.mkdir(parents=True, exist_ok=True)
    scenarios = {"clips": clips}
    if options.joined:
        scenarios["joined"] = concatenated(clips, options.files, options.joined, options.out)
    processes = [Process(name, options.model, 1) for name in options.only.split(",")]
    lines = [
        {"scenario": f"{scenario} ({len(files)})", "contestant": name} | times.line()
        for scenario, files in scenarios.items()
        for name, times in measure(files, processes).items()
    ]
    for process in processes:
        process.close()
    (options.out / "word_times.json").write_text(json.dumps(lines, indent=1))
    print(machine())
    print("milliseconds; shift: median with its sign, later is positive")
    print_table(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
