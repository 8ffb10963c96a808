"""How far the words' starts are from where they are known to be.

    python -m tests.clients.word_times http://127.0.0.1:8000 corpus/manifest.json

The manifest lists files beside it: `[{"file", "language", "words": [[text, start, end], …]}, …]`, in seconds;
files without `words` are passed over. Only words that were recognised are measured.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import jiwer


def main(url: str, manifest: Path) -> None:
    errors: list[float] = []
    known = 0
    for clip in json.loads(manifest.read_text()):
        if not clip.get("words"):
            continue
        truth = [(re.sub(r"\W|\(\d+\)", "", text.lower()), start) for text, start, _ in clip["words"]]
        found = starts(answered(url, clip["language"], (manifest.parent / clip["file"]).read_bytes()))
        known += len(truth)
        errors += differences(truth, found)
    milliseconds = [abs(error) * 1000 for error in errors]
    print(
        f"{len(errors)} of {known} words recognised; start error: median {median(milliseconds):.0f} ms, "
        f"p95 {quantiles(milliseconds, n=20)[-1]:.0f} ms, mean shift {sum(errors) / len(errors) * 1000:+.0f} ms"
    )


def answered(url: str, language: str, audio: bytes) -> dict[str, Any]:
    query = urllib.parse.urlencode({"model": "whisper", "language": language, "filler_words": "true"})
    with urllib.request.urlopen(f"{url}/v1/listen?{query}", audio, timeout=120) as answer:
        return json.load(answer)


def starts(answer: dict[str, Any]) -> list[tuple[str, float]]:
    words = answer["results"]["channels"][0]["alternatives"][0]["words"]
    return [(re.sub(r"\W", "", word["word"]), word["start"]) for word in words]


def differences(truth: list[tuple[str, float]], found: list[tuple[str, float]]) -> list[float]:
    """Seconds, found minus known, of each word that stands in both, in order."""
    if not truth or not found:
        return []
    aligned = jiwer.process_words(" ".join(text for text, _ in truth), " ".join(text for text, _ in found))
    return [
        found[chunk.hyp_start_idx + offset][1] - truth[chunk.ref_start_idx + offset][1]
        for chunk in aligned.alignments[0]
        if chunk.type == "equal"
        for offset in range(chunk.ref_end_idx - chunk.ref_start_idx)
    ]


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]))
