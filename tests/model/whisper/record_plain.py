"""`python -m tests.model.whisper.record_plain`: record plain faster-whisper's transcripts of the committed clips.

Writes `plain.json`, which `test_accuracy.py` and `test_non_speech.py` compare the engine with. Needed after another
version of faster-whisper, other weights or other recordings. Takes about five minutes.
"""

from __future__ import annotations

import json
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bench.recordings.corpus import clips_of, variants, wav
from earshot_contract.documents.manifest import digest
from localcloud.embedded_model import embedded
from tests.fixtures.audio_files.non_speech import SAMPLE_RATE, difficult_recordings
from tests.fixtures.engines.plain_faster_whisper import PlainFasterWhisper
from tests.paths import ROOT, SPEECH
from transcriber.engine_protocol import Model

PLAIN = Path(__file__).with_name("plain.json")
VARIANTS = 4  # of each clip: the original, and three with other gain, noise and leading silence
PLAIN_VARIANTS = 2  # of these, recorded here: plain faster-whisper takes three times as long as the engine


def main() -> None:
    directory = embedded(ROOT / ".cache" / "models")
    plain = PlainFasterWhisper(Model("base", directory, digest(directory / "model.bin")))
    recorded: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        clips = variants(clips_of(SPEECH), VARIANTS, Path(folder))
        for first in range(0, len(clips), VARIANTS):
            found = [plain.transcribe(clip.path, clip.language) for clip in clips[first : first + PLAIN_VARIANTS]]
            recorded[clips[first].path.name] = {
                "texts": [transcription.text for transcription in found],
                "starts": [[word.text, round(word.start, 2)] for word in found[0].words],
            }
        difficult = {
            name: plain.transcribe(difficult_path(Path(folder), name, sound)).text
            for name, (sound, _) in difficult_recordings(clips_of(SPEECH)).items()
        }
    write(recorded, difficult, digest(directory / "model.bin"))


def difficult_path(folder: Path, name: str, sound: np.ndarray) -> Path:
    """Write a recording of `difficult_recordings` to a WAV file."""
    return wav(folder / f"{name}.wav", sound, 8000 if "quarter" in name else SAMPLE_RATE)


def write(clips: dict[str, Any], difficult: dict[str, str], model_sha256: str) -> None:
    header = {"faster-whisper": version("faster-whisper"), "model_sha256": model_sha256, "difficult": difficult}
    lines = [f"{json.dumps(name)}: {json.dumps(clip, ensure_ascii=False)}" for name, clip in clips.items()]
    PLAIN.write_text(json.dumps(header, ensure_ascii=False)[:-1] + ', "clips": {\n' + ",\n".join(lines) + "\n}}\n")


if __name__ == "__main__":
    main()
