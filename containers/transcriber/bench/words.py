"""The words beside plain faster-whisper, as a reader sees them: `python -m bench.words --corpus DIR --model DIR`.

Prints, by language and kind: word errors, word errors where signs and capitals count, errors at the beginnings and ends
of recordings, invented words, and cuts. The texts of plain faster-whisper are kept in `--cache`: they change only
with its version, the model, the recording and the language, so an experiment costs one run of Earshot alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.recordings.corpus import Clip, clips_of, concatenated, half_of
from bench.recordings.degraded import DEGRADATIONS, TURNS, degraded
from bench.run import Process
from bench.scores.scoring import Errors, difference, rate
from bench.scores.text_faults import TextFaults, find
from earshot_contract.documents.manifest import WEIGHTS, digest

_CHUNK = 8  # recordings whose texts are kept at once
_OURS = "earshot"
_MEASURES = ("words", "formatted", "beginning", "end", "invented", "cuts")
# Whisper base writes Hindi in another script: every word counts as wrong, with any engine.
_LEFT_OUT = {"hi"}


@dataclass(frozen=True)
class Texts:
    """A contestant's texts, and the CPU seconds they took (0 for those from the cache)."""

    texts: list[str]
    cpu: float


def stock_texts(name: str, model: Path, clips: Sequence[Clip], cache: Path, *, detect: bool) -> Texts:
    """Return the texts of plain faster-whisper, from the cache where it has them."""
    contestant = f"{name}, faster-whisper {version('faster-whisper')}, {digest(model / WEIGHTS)[:12]}"
    file = cache / f"{hashlib.sha256(contestant.encode()).hexdigest()[:16]}.json"
    cache.mkdir(parents=True, exist_ok=True)
    kept: dict[str, str] = json.loads(file.read_text()) if file.is_file() else {}
    keys = [f"{digest(clip.path)[:16]} {None if detect else clip.language}" for clip in clips]
    missing = [(key, clip) for key, clip in zip(keys, clips, strict=True) if key not in kept]
    cpu = 0.0
    process = Process(name, model, 1) if missing else None
    for first in range(0, len(missing), _CHUNK):
        assert process is not None
        part = missing[first : first + _CHUNK]
        answer = process.transcribe([clip.path for _, clip in part], [None if detect else c.language for _, c in part])
        cpu += answer["cpu"]
        kept |= dict(zip([key for key, _ in part], answer["texts"], strict=True))
        file.write_text(json.dumps(kept, ensure_ascii=False, indent=0))
    if process is not None:
        process.close()
    return Texts([kept[key] for key in keys], cpu)


def own_texts(model: Path, clips: Sequence[Clip], name: str, *, detect: bool) -> Texts:
    """Transcribe with Earshot's engine."""
    process = Process(name, model, 1)
    answer = process.transcribe([clip.path for clip in clips], [None if detect else c.language for c in clips])
    process.close()
    return Texts(answer["texts"], answer["cpu"])


def _every(clips: Sequence[Clip], step: int) -> list[Clip]:
    """Keep the first of each `step` recordings of one language and kind."""
    groups: dict[tuple[str, str], list[Clip]] = defaultdict(list)
    for clip in clips:
        groups[clip.language, clip.kind].append(clip)
    kept = {clip.path for group in groups.values() for clip in group[::step]}
    return [clip for clip in clips if clip.path in kept]


def lines(clips: Sequence[Clip], faults: dict[str, list[TextFaults]]) -> list[str]:
    """Format the table: a line for each language, each kind, all, and the means of languages and kinds."""
    groups: dict[str, list[int]] = defaultdict(list)
    for index, clip in enumerate(clips):
        for group in (f"language {clip.language}", f"kind {clip.kind}", "all"):
            groups[group].append(index)
    result = [f"{'':38}{'words':>7}  " + "  ".join(f"{m:^24}" for m in _MEASURES)]
    rates: dict[str, dict[str, dict[str, float]]] = {}
    for group, indices in sorted(groups.items(), key=lambda item: (item[0] != "all", item[0])):
        cells = []
        rates[group] = {}
        for measure in _MEASURES:
            scores = {name: _scores(measure, found, indices) for name, found in faults.items()}
            rates[group][measure] = {name: rate(found) for name, found in scores.items() if found}
            cells.append(_cell(scores))
        words = sum(faults[_OURS][i].words.words for i in indices)
        result.append(f"{group[:38]:38}{words:7}  " + "  ".join(f"{cell:^24}" for cell in cells))
    for prefix in ("language", "kind"):
        result.append(_mean_line(prefix, [found for group, found in rates.items() if group.startswith(prefix)]))
    return result


def _scores(measure: str, faults: list[TextFaults], indices: Sequence[int]) -> list[Errors]:
    found = [getattr(faults[i], measure) for i in indices]
    return [errors for errors in found if errors is not None]


def _cell(scores: dict[str, list[Errors]]) -> str:
    """Format the rates of all contestants, and by how much ours is worse than the better of the others."""
    if not scores[_OURS]:
        return "–"
    rates = " ".join(f"{rate(found):.1f}" for found in scores.values())
    best = min((found for name, found in scores.items() if name != _OURS), key=rate)
    points, low, high = difference(scores[_OURS], best)
    return f"{rates} {points:+.1f} ({low:+.1f}…{high:+.1f})"


def _mean_line(prefix: str, rates: list[dict[str, dict[str, float]]]) -> str:
    cells = []
    for measure in _MEASURES:
        measured = [found[measure] for found in rates if found[measure]]
        names = measured[0] if measured else {}
        cells.append(" ".join(f"{sum(found[name] for found in measured) / len(measured):.2f}" for name in names))
    return f"{f'mean of {prefix}s':38}{'':7}  " + "  ".join(f"{cell:^24}" for cell in cells)


def main(arguments: Sequence[str]) -> None:
    """Transcribe, print the table, and write all texts to `--out`."""
    parser = argparse.ArgumentParser(prog="bench.words", description="What a reader sees, beside faster-whisper.")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--half", choices=("tune", "held-out", "all"), default="tune")
    parser.add_argument("--longest", type=float, default=70.0, help="seconds; longer recordings are left out")
    parser.add_argument("--every", type=int, default=1, help="N: every Nth recording of a language and kind")
    parser.add_argument("--joined", type=float, default=0.0, help="seconds of a file joined from clips, one a language")
    parser.add_argument("--files", type=int, default=2, help="joined files")
    parser.add_argument("--degraded", help=f"by commas, or all: {', '.join([*DEGRADATIONS, TURNS])}")
    parser.add_argument("--each", type=int, default=20, help="recordings of each degradation")
    parser.add_argument("--languages", help="by commas; default: all")
    parser.add_argument("--detect", action="store_true", help="the language is detected, not given")
    parser.add_argument("--stock", default="default,batched 8", help="contestants of plain faster-whisper, by commas")
    parser.add_argument("--ours", default=_OURS)
    parser.add_argument("--cache", type=Path, default=Path(".cache/bench"))
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    clips = [
        clip
        for clip in clips_of(options.corpus)
        if options.half in ("all", half_of(clip))
        and clip.language not in _LEFT_OUT
        and (not options.languages or clip.language in options.languages.split(","))
    ]
    if options.joined:
        short = [clip for clip in clips if clip.seconds <= 30]
        clips = concatenated(short, options.files, options.joined, options.out)
    else:
        clips = _every([clip for clip in clips if clip.seconds <= options.longest], options.every)
    if options.degraded:
        names = [*DEGRADATIONS, TURNS] if options.degraded == "all" else options.degraded.split(",")
        clips = degraded(clips, names, options.out / "degraded", options.each)
    found = {
        name: stock_texts(name, options.model, clips, options.cache, detect=options.detect)
        for name in options.stock.split(",")
    }
    found[_OURS] = own_texts(options.model, clips, options.ours, detect=options.detect)
    texts = [
        {"file": clip.path.name, "language": clip.language, "reference": clip.formatted or clip.text}
        | {name: answer.texts[i] for name, answer in found.items()}
        for i, clip in enumerate(clips)
    ]
    (options.out / "words.json").write_text(json.dumps(texts, ensure_ascii=False, indent=1))
    faults = {
        name: [
            find(clip.text, clip.formatted, text, clip.language) for clip, text in zip(clips, answer.texts, strict=True)
        ]
        for name, answer in found.items()
    }
    seconds = sum(clip.seconds for clip in clips)
    print(f"{len(clips)} recordings, {seconds:.0f} s; rates in per cent: {', '.join(found)}; ours − the better (95 %)")
    print(f"CPU seconds of {_OURS}: {found[_OURS].cpu:.1f}; threads {os.environ.get('OMP_NUM_THREADS', '1')}")
    print("\n".join(lines(clips, faults)))


if __name__ == "__main__":
    main(sys.argv[1:])
