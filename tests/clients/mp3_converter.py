"""The part of `ffmpeg` that pydub needs: `ffmpeg -y -f wav -i IN -f mp3 OUT`, with the library that comes with PyAV.

LangChain sends MP3s that pydub makes. The test writes a file that starts this one and gives pydub its name.
"""

from __future__ import annotations

import sys
from pathlib import Path

import av


def main(arguments: list[str]) -> None:
    """Convert the file behind `-i` to an MP3 under the last argument."""
    with av.open(arguments[arguments.index("-i") + 1]) as source, av.open(arguments[-1], "w", format="mp3") as target:
        sound = source.streams.audio[0]
        stream = target.add_stream("libmp3lame", rate=sound.rate, layout="stereo" if sound.channels > 1 else "mono")
        planar = av.AudioResampler("s16p", stream.layout.name, sound.rate, frame_size=1152)
        for frame in source.decode(sound):
            for part in planar.resample(frame):
                target.mux(stream.encode(part))
        for part in [*planar.resample(None), None]:
            target.mux(stream.encode(part))


def write_program(path: Path) -> Path:
    """Write an executable that runs this file with this interpreter."""
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" "$@"\n')
    path.chmod(0o755)
    return path


if __name__ == "__main__":
    main(sys.argv[1:])
