"""Long files cut into shards, beside the same files whole: `python -m bench.seams --corpus DIR… --model DIR`.

Joins clips of one language to a long recording, writes it in each format, plans cuts as a worker does, transcribes the
shards as workers do, and lays their words end to end as Assemble does. Prints word error rates by number of shards, how
many words differ from the whole's, and how far words near the cuts moved. As a control, the whole once more in batches
of another size: windows decoded beside others differ a little, with or without a cut. With `--batch 1` each window is
decoded alone, so that what is left is what the cuts do.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import numpy as np

from bench.recordings.corpus import Clip, clips_of, concatenated
from bench.recordings.encoded_audio import Encoding, write_audio
from bench.scores.scoring import errors, normalized
from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shard_results import Word
from earshot_contract.documents.shards import PacketPosition, PlanRequest, Shard
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream
from transcriber.engine_protocol import Engine, Model
from transcriber.planning.shard_plan import find_cuts
from transcriber.whisper.windows.profile import PROFILES

# By the file's name.
FORMATS = {
    "wav": Encoding("pcm_s16le", 16_000),
    "cbr.mp3": Encoding("libmp3lame", 16_000, encoder={"b": "64000"}),
    "vbr.mp3": Encoding("libmp3lame", 16_000, muxer={"write_xing": "0"}, encoder={"q": "4"}),
    "m4a": Encoding("aac", 16_000, encoder={"b": "64000"}),
    "ogg": Encoding("libopus", 48_000, encoder={"b": "48000"}),
    "webm": Encoding("libopus", 48_000, muxer={"live": "1"}, encoder={"b": "48000"}),
}
_NEAR_SECONDS = 5.0  # of a cut: words that close are at the seam


@dataclass(frozen=True)
class Transcribed:
    """Words of a file, and where it was cut, in seconds."""

    words: list[Word]
    cuts: list[float]

    @property
    def text(self) -> str:
        """All words."""
        return " ".join(word.text for word in self.words)


def encode(samples: np.ndarray, target: Path, name: str) -> Path:
    """Write mono samples, float32 at 16 kHz, in one of `FORMATS`; return the file."""
    path = target / f"long.{name}"
    write_audio(path, (np.clip(samples, -1, 1) * 32767).astype(np.int16), SAMPLE_RATE, FORMATS[name])
    return path


def transcribe(engine: Engine, path: Path, language: str, shards: int, profile: EngineProfile) -> Transcribed:
    """Transcribe a file in `shards` shards, or fewer if there are fewer pauses."""
    cuts: list[PacketPosition] = []
    seconds = None
    if shards > 1:
        length = find_cuts(path, PlanRequest(1e9, 1)).seconds / shards
        plan = find_cuts(path, PlanRequest(length, shards), profile=PROFILES[profile])
        cuts, seconds = plan.cuts, plan.seconds
    futures = []
    for index, (first, until) in enumerate(pairwise([None, *cuts, None])):
        unused = S3Object("", path.name)
        shard = Shard(
            "seams",
            index,
            len(cuts) + 1,
            unused,
            unused,
            "bench",
            language=language,
            start=first.seconds if first else 0.0,
            end=until.seconds if until else None,
            first=first,
            until=until,
            file_seconds=seconds,
            profile=profile,
        )
        futures.append(engine.submit(shard, path))
    found = [word for future in futures for segment in future.result().segments for word in segment.words]
    return Transcribed(found, [cut.seconds for cut in cuts])


def moved(whole: Transcribed, parts: Transcribed, language: str) -> tuple[list[float], list[float]]:
    """Return by how many seconds the starts of the same words differ: of those near a cut, and of all others."""
    first, second = ([normalized(word.text, language) for word in each.words] for each in (whole, parts))
    near: list[float] = []
    elsewhere: list[float] = []
    for a, b, size in SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks():
        for n in range(size):
            start = whole.words[a + n].start
            is_near = any(abs(start - cut) <= _NEAR_SECONDS for cut in parts.cuts)
            (near if is_near else elsewhere).append(abs(start - parts.words[b + n].start))
    return near, elsewhere


def differing(whole: Transcribed, parts: Transcribed, language: str) -> tuple[int, int]:
    """Return how many of the whole's words are others in the parts: near a cut, and elsewhere."""
    first, second = ([normalized(word.text, language) for word in each.words] for each in (whole, parts))
    near = elsewhere = 0
    for tag, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if tag != "equal":
            start = whole.words[min(a, len(whole.words) - 1)].start
            is_near = any(abs(start - cut) <= _NEAR_SECONDS for cut in parts.cuts)
            near, elsewhere = near + is_near * max(b - a, d - c), elsewhere + (not is_near) * max(b - a, d - c)
    return near, elsewhere


def _spread(differences: Sequence[float]) -> str:
    """Format the median in ms, the share within 50 ms, and the largest."""
    if not differences:
        return "–"
    found = np.asarray(differences)
    within = 100 * float((found <= 0.0501).mean())
    return f"{1000 * float(np.median(found)):.0f} ms, {within:.1f} %, {float(found.max()):.2f} s"


def _joined(options: argparse.Namespace) -> tuple[Clip, np.ndarray]:
    clips = [clip for corpus in options.corpus for clip in clips_of(corpus)]
    short = [clip for clip in clips if clip.language == options.language and clip.seconds <= options.longest]
    (clip,) = concatenated(short, 1, 60 * options.minutes, options.out)
    return clip, np.concatenate(list(AudioStream(clip.path)))


def main(arguments: Sequence[str]) -> None:
    """Print a line of the table for each format and number of shards, and write the words to `--out`."""
    parser = argparse.ArgumentParser(prog="bench.seams", description="Shards beside the whole.")
    parser.add_argument("--corpus", type=Path, nargs="+", required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=12.0)
    parser.add_argument("--longest", type=float, default=30.0, help="seconds of a clip")
    parser.add_argument("--language", default="en")
    parser.add_argument("--formats", default="vbr.mp3,m4a,webm", help=f"by commas, of {', '.join(FORMATS)}")
    parser.add_argument("--profile", choices=list(EngineProfile), type=EngineProfile, default=EngineProfile.FAST)
    parser.add_argument("--shards", default="4,16", help="beside the whole, by commas")
    parser.add_argument("--batch", type=int, help="windows; default: the machine's; 1: without a control")
    parser.add_argument("--batch-workers", dest="batch_workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)

    from dataclasses import replace

    from transcriber.hardware import configure_process

    settings = replace(configure_process(), batch_workers=options.batch_workers)
    settings = replace(settings, batch=options.batch or settings.batch)
    from transcriber.whisper.engine import BatchingEngine

    clip, samples = _joined(options)
    model = Model("bench", options.model, "")
    engines = {"shards": BatchingEngine(model, settings)}
    if settings.batch > 1:
        engines["control"] = BatchingEngine(model, replace(settings, batch=settings.batch // 2))
    print(f"{clip.seconds:.0f} s of {clip.language}, {options.profile}, batches of {settings.batch}")
    print("moved words: median, within 50 ms, most")
    print("| format | shards | words wrong | − whole | other words near, elsewhere | moved near a cut | elsewhere |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for name in options.formats.split(","):
        path = encode(samples, options.out, name)
        whole = transcribe(engines["shards"], path, clip.language, 1, options.profile)
        base = errors(clip.text, whole.text, clip.language)
        print(f"| {name} | 1 | {100 * base.wrong / base.words:.2f} % | | | | |", flush=True)
        kept = {"1": whole}
        for label in [*list(engines)[1:], *filter(None, options.shards.split(","))]:
            used, count = (engines[label], 1) if label == "control" else (engines["shards"], int(label))
            parts = kept[label] = transcribe(used, path, clip.language, count, options.profile)
            found = errors(clip.text, parts.text, clip.language)
            near, elsewhere = moved(whole, parts, clip.language)
            others = differing(whole, parts, clip.language)
            rate, change = 100 * found.wrong / found.words, 100 * (found.wrong - base.wrong) / base.words
            cells = (
                name,
                "1, other batches" if label == "control" else str(len(parts.cuts) + 1),
                f"{rate:.2f} %",
                f"{change:+.2f}",
                f"{others[0]}, {others[1]}",
                _spread(near),
                _spread(elsewhere),
            )
            print(f"| {' | '.join(cells)} |", flush=True)
            document = {n: {"cuts": t.cuts, "words": [word.to_dict() for word in t.words]} for n, t in kept.items()}
            (options.out / f"seams-{name}.json").write_text(json.dumps(document, ensure_ascii=False))
    print(f"{time.process_time():.0f} CPU s")
    for engine in engines.values():
        engine.close()


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)
