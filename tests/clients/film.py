"""The film in the README: pictures that the page's browser test took, as one animated WebP."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av

MAX_MS = 2500  # for which a picture stands
FASTER = 3  # while the job runs: how long that takes, the last pictures say
LAST_MS = 2000  # for which the last one stands, before the film begins again
LOSSLESS = "1"  # flat colours and letters: sharp, and here smaller than with losses


def write_film(pictures: list[Path], waits: tuple[int, int], target: Path) -> float:
    """Write the film, which repeats for ever; return its seconds.

    Args:
        pictures: PNG files of the same size, each named by the milliseconds at which it was taken.
        waits: milliseconds between which the job runs.
        target: where to write it.
    """
    ordered = sorted(pictures, key=_taken)
    times = [0]
    for before, after in pairwise(map(_taken, ordered)):
        runs = waits[0] <= before < waits[1]
        times.append(times[-1] + min(MAX_MS, (after - before) // (FASTER if runs else 1)))
    shown = [*zip(times, ordered, strict=True), (times[-1] + LAST_MS, ordered[-1])]
    with av.open(str(target), "w", format="webp", options={"loop": "0"}) as film:
        stream = film.add_stream("libwebp_anim", 1000, {"lossless": LOSSLESS, "compression_level": "4"})
        stream.pix_fmt = "bgra"
        for time, picture in shown:
            frame = _read(picture)
            if not time:
                stream.width, stream.height = frame.width, frame.height
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return shown[-1][0] / 1000


def _taken(picture: Path) -> int:
    return int(picture.stem)


def _read(picture: Path) -> av.VideoFrame:
    with av.open(str(picture)) as image:
        return next(image.decode(video=0)).reformat(format="bgra")
