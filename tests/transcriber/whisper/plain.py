"""Plain faster-whisper with its own VAD: what a user would otherwise pick, and what ours is held against."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from faster_whisper import WhisperModel

from events.shards import Word
from transcriber.models import Model


@dataclass(frozen=True)
class Heard:
    text: str
    words: list[Word]


class Plain:
    def __init__(self, model: Model) -> None:
        self._whisper = WhisperModel(str(model.directory), device="cpu", compute_type="int8", cpu_threads=1)

    def hear(self, path: Path, language: str | None = None) -> Heard:
        said, _ = self._whisper.transcribe(str(path), language=language, vad_filter=True, word_timestamps=True)
        segments = list(said)
        words = [
            Word(word.word.strip(), float(word.start), float(word.end), float(word.probability))
            for segment in segments
            for word in segment.words or ()
        ]
        return Heard(" ".join(segment.text.strip() for segment in segments), words)
