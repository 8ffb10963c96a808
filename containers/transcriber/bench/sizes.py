"""Speed by size of model and by how threads are arranged: random weights in the shapes of small and large-v3-turbo.

`python -m bench.sizes --like DIR [--shapes small,large-v3-turbo]`, where DIR is a real CTranslate2 Whisper folder,
whose vocabulary is used. Random weights take the time of real ones for a given number of frames and tokens, so both are
fixed: each window is encoded, and decoded for exactly `--tokens` steps. Arrangements take turns, and the best of
`--repeats` counts. On a machine that does other things only the CPU seconds can be compared.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.engines.model_folders import SHAPES, random_model
from bench.tables.table import machine, print_table
from transcriber.hardware import configure_process

_END_OF_TEXT, _PROMPT = 50257, (50258, 50259, 50359, 50363)  # start, English, transcribe, no timestamps
_BEAM = 5


@dataclass(frozen=True)
class Arrangement:
    """Batch workers, threads of each, and the windows that wait at the same time."""

    workers: int
    threads: int
    windows: int


@dataclass
class Times:
    """The best seconds of an arrangement."""

    wall: float = float("inf")
    cpu: float = float("inf")

    def add(self, wall: float, cpu: float) -> None:
        """Keep the smaller of the times."""
        self.wall, self.cpu = min(self.wall, wall), min(self.cpu, cpu)


def arrangements(cores: int) -> list[Arrangement]:
    """Return one window with one thread and with all, and a window a core with a worker a core."""
    return list(dict.fromkeys([Arrangement(1, 1, 1), Arrangement(1, cores, 1), Arrangement(cores, 1, cores)]))


def transcribe(model: Any, mels: int, frames: int, tokens: int, arrangement: Arrangement) -> tuple[float, float]:
    """Encode and decode the windows; return wall and CPU seconds.

    Args:
        model: a `ctranslate2.models.Whisper` with the arrangement's workers and threads.
        mels: mel bands of the model.
        frames: mel frames of a window.
        tokens: decoder steps of a window.
        arrangement: windows are dealt out to the workers; those of one worker are decoded in a batch.
    """
    from ctranslate2 import StorageView

    mel = np.random.default_rng(0).standard_normal((1, mels, frames)).astype(np.float32)
    each = -(-arrangement.windows // arrangement.workers)

    def work(_: int) -> None:
        # One window a call in the encoder, a batch in the decoder, as the engine does.
        encoded = [np.array(model.encode(StorageView.from_array(mel), to_cpu=True)) for _ in range(each)]
        model.generate(
            StorageView.from_array(np.concatenate(encoded)),
            [list(_PROMPT)] * each,
            beam_size=_BEAM,
            # ctranslate2 halves this number: as many steps as `tokens`, because no beam can end.
            max_length=max(2 * tokens, tokens + len(_PROMPT)),
            suppress_tokens=[_END_OF_TEXT],
        )

    wall, cpu = time.monotonic(), time.process_time()
    with ThreadPoolExecutor(arrangement.workers) as pool:
        list(pool.map(work, range(arrangement.workers)))
    return time.monotonic() - wall, time.process_time() - cpu


def measure(folder: Path, mels: int, frames: int, tokens: int, repeats: int, cores: int) -> dict[Arrangement, Times]:
    """Measure all arrangements of one model and one length, in turns."""
    import ctranslate2

    loaded: dict[tuple[int, int], Any] = {}
    times = {arrangement: Times() for arrangement in arrangements(cores)}
    for arrangement in times:
        kind = arrangement.workers, arrangement.threads
        if kind not in loaded:
            loaded[kind] = ctranslate2.models.Whisper(
                str(folder), compute_type="int8", inter_threads=kind[0], intra_threads=kind[1]
            )
    for _ in range(repeats):
        for arrangement, best in times.items():
            model = loaded[arrangement.workers, arrangement.threads]
            best.add(*transcribe(model, mels, frames, tokens, arrangement))
    return times


def main(arguments: Sequence[str]) -> None:
    """Measure and print a line for each size, length and arrangement."""
    parser = argparse.ArgumentParser(prog="bench.sizes", description="Speed by size of model, with random weights.")
    parser.add_argument("--like", type=Path, required=True, help="a CTranslate2 Whisper folder, for its vocabulary")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    parser.add_argument("--shapes", default="small,large-v3-turbo")
    parser.add_argument("--frames", default="3000", help="of a window, by commas; 3000 is profile accurate")
    parser.add_argument("--tokens", type=int, default=30, help="of a window: about 8 s of speech")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--cores", type=int, default=2)
    options = parser.parse_args(arguments)
    configure_process()
    lines = []
    print(f"{machine()}; random weights, int8, beam {_BEAM}, {options.tokens} tokens a window", flush=True)
    for name in options.shapes.split(","):
        folder = options.out / f"random-{name}"
        if not (folder / "model.bin").is_file():
            random_model(name, options.like, folder)
        for frames in map(int, options.frames.split(",")):
            mels = SHAPES[name].mels
            times = measure(folder, mels, frames, options.tokens, options.repeats, options.cores)
            for arrangement, best in times.items():
                lines.append(
                    {
                        "shape": name,
                        "frames": frames,
                        "windows": arrangement.windows,
                        "workers × threads": f"{arrangement.workers} × {arrangement.threads}",
                        "wall_s": round(best.wall, 2),
                        "cpu_s": round(best.cpu, 2),
                        "cpu_s_a_window": round(best.cpu / arrangement.windows, 2),
                    }
                )
                print(lines[-1], flush=True)
    print_table(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
