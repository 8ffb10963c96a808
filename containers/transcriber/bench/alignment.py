"""Reference times of words: English clips with a known text, aligned by PocketSphinx.

`python -m bench.alignment --corpus DIR [DIR …] --out DIR` writes a corpus whose manifest has `words`, for
`bench.word_times`. It needs `pip install pocketsphinx==5.1.1`: acoustic model and dictionary come with the package. A
clip with a word that the dictionary lacks is left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.engines.compared_engines import TimedWord
from bench.recordings.corpus import Clip, clips_of, half_of, read_samples

_FRAMES_PER_SECOND = 100  # PocketSphinx's default frame rate


def align(decoder: Any, clip: Clip) -> list[TimedWord] | None:
    """Align the text of `clip` with its audio; None if the dictionary lacks a word or the audio does not fit.

    Args:
        decoder: a `pocketsphinx.Decoder`.
        clip: a clip of English speech.
    """
    words = clip.text.lower().split()
    if any(decoder.lookup_word(word) is None for word in words):
        return None
    decoder.set_align_text(" ".join(words))
    decoder.start_utt()
    decoder.process_raw((np.clip(read_samples(clip), -1, 1) * 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    aligned = [
        (str(part.word).split("(")[0], part.start_frame / _FRAMES_PER_SECOND, (part.end_frame + 1) / _FRAMES_PER_SECOND)
        for part in decoder.seg() or ()
        if not part.word.startswith(("<", "[", "("))  # silence and noise
    ]
    return aligned if [word for word, *_ in aligned] == words else None


def main(arguments: Sequence[str]) -> None:
    """Align the clips of all corpora and write the manifest."""
    parser = argparse.ArgumentParser(prog="bench.alignment", description="Reference times of words.")
    parser.add_argument("--corpus", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--half", choices=("tune", "held-out", "all"), default="all")
    parser.add_argument("--longest", type=float, default=28.0, help="seconds; longer clips are left out")
    options = parser.parse_args(arguments)
    try:
        from pocketsphinx import Decoder
    except ImportError:
        parser.error("It needs `pip install pocketsphinx==5.1.1`.")
    decoder = Decoder(lm=None, loglevel="FATAL")
    entries: list[dict[str, Any]] = []
    for corpus in options.corpus:
        for clip in clips_of(corpus):
            if clip.language != "en" or clip.seconds > options.longest or options.half not in ("all", half_of(clip)):
                continue
            aligned = align(decoder, clip)
            if aligned is None:
                continue
            entries.append(
                {
                    "file": str(clip.path.absolute()),
                    "language": clip.language,
                    "seconds": clip.seconds,
                    "text": clip.text,
                    "kind": clip.kind,
                    "words": aligned,
                }
            )
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "manifest.json").write_text(json.dumps(entries, ensure_ascii=False, indent=1))
    words, seconds = sum(len(entry["words"]) for entry in entries), sum(entry["seconds"] for entry in entries)
    print(f"{len(entries)} clips, {words} words, {seconds:.0f} s: {options.out}")


if __name__ == "__main__":
    main(sys.argv[1:])
