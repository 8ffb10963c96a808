"""The film in the README: pictures that the page's browser test took, as one animated WebP."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

FRAMES_A_SECOND = 5  # of the driver's scenario `film`
MOST_WAITING_FRAMES = 20  # of pictures one like the other, which a machine that is busy makes many of
QUALITY = "60"  # of WebP, 0 to 100: small letters are still sharp


def write_film(pictures: list[Path], target: Path) -> int:
    """Write the film, which repeats for ever; return the number of its frames.

    Args:
        pictures: PNG files of the same size, in their order.
        target: where to write it.
    """
    chosen = without_long_waits(pictures)
    with av.open(str(target), "w", format="webp", options={"loop": "0"}) as film:
        stream = film.add_stream("libwebp_anim", FRAMES_A_SECOND, {"quality": QUALITY, "compression_level": "6"})
        stream.pix_fmt = "yuv420p"
        for number, picture in enumerate(chosen):
            frame = _read(picture)
            if not number:
                stream.width, stream.height = frame.width, frame.height
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_A_SECOND)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return len(chosen)


def without_long_waits(pictures: list[Path]) -> list[Path]:
    """Leave out what repeats the same picture for more than MOST_WAITING_FRAMES."""
    chosen: list[Path] = []
    last, alike = b"", 0
    for picture in pictures:
        content = picture.read_bytes()
        alike = alike + 1 if content == last else 0
        last = content
        if alike < MOST_WAITING_FRAMES:
            chosen.append(picture)
    return chosen


def _read(picture: Path) -> av.VideoFrame:
    with av.open(str(picture)) as image:
        return next(image.decode(video=0)).reformat(format="yuv420p")
