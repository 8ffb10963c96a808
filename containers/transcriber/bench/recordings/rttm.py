"""Turns as RTTM, NIST's Rich Transcription Time Marked text: SPEAKER file channel start seconds … name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.recordings.conversations import Conversation, Turn
from bench.recordings.corpus import wav
from transcriber.audio.stream import AudioStream


def read_turns(rttm: str) -> list[Turn]:
    """Return the turns of one recording."""
    fields = [line.split() for line in rttm.splitlines() if line.startswith("SPEAKER ")]
    return [Turn(float(f[3]), float(f[3]) + float(f[4]), f[7]) for f in fields]


def read_recordings(folder: Path) -> Iterator[tuple[str, Conversation]]:
    """Yield the name of each recording of a folder, its samples and its turns: `a.wav` lies beside `a.rttm`."""
    for labels in sorted(folder.glob("*.rttm")):
        audio = next(path for path in sorted(folder.glob(f"{labels.stem}.*")) if path != labels)
        yield labels.stem, Conversation(np.concatenate(list(AudioStream(audio))), read_turns(labels.read_text()))


def write_recording(folder: Path, name: str, conversation: Conversation) -> None:
    """Write samples and turns as `read_recordings` reads them; RTTM has no quotes, so a name loses its spaces."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.]+", "-", name)
    wav(folder / f"{name}.wav", conversation.samples)
    (folder / f"{name}.rttm").write_text(_rttm(name, conversation.turns))


def _rttm(name: str, turns: Sequence[Turn]) -> str:
    return "".join(
        f"SPEAKER {name} 1 {turn.start:.3f} {turn.end - turn.start:.3f} <NA> <NA> {turn.speaker} <NA> <NA>\n"
        for turn in turns
    )
