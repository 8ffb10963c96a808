"""Benchmark of known speakers: made conversations, a sample of each voice from elsewhere, and samples of strangers.

`python -m bench.known_speakers --corpus DIR … --speakers DIR [--seed N] [--seeds N] [--minutes N] [--voices NAMES]`

A row is a condition: names that the right speaker got, that another one got, or that none got, and strangers that were
recognised. The last line says how alike samples and speakers were, which is what the threshold was chosen by.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.recordings.conversations import (
    CONDITIONS,
    Conversation,
    Voices,
    choose_speakers,
    converse,
    telephone,
    voices_of,
)
from bench.scores.speaker_scoring import best_mapping
from bench.tables.table import machine
from earshot_contract.documents.manifest import EMBEDDING, SPEAKERS, digest
from earshot_contract.documents.shard_results import KnownVoice
from earshot_contract.documents.shards import SpeakerOptions
from functions.transcripts.known_speakers import likenesses, recognise
from functions.transcripts.speaker_joining import JoinedSpeakers, join_speakers
from transcriber.audio.resampling import BLOCK_SAMPLES, SAMPLE_RATE
from transcriber.engine_protocol import Model
from transcriber.hardware import configure_process
from transcriber.speakers.known_voices import voice_centres
from transcriber.speakers.model import SpeakerModel
from transcriber.speakers.stream import SpeakerStream

_SECONDS = (2.5, 9.5)  # of a sample
_STUDIO = " with samples of full band"  # a telephone conversation; else samples are of the same line


@dataclass
class Counts:
    """Outcome of the names, and likeness of samples to speakers."""

    names: Counter[str] = field(default_factory=Counter)  # right, wrong, missing, stranger, strangers
    same: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)


def main(arguments: Sequence[str]) -> None:
    """Run the conditions and print a row for each."""
    parser = argparse.ArgumentParser(prog="bench.known_speakers", description="How well known speakers are recognised.")
    parser.add_argument("--corpus", type=Path, nargs="+", required=True, help="folders with manifest.json")
    parser.add_argument("--speakers", type=Path, required=True, help="folder of the speaker model")
    parser.add_argument("--seed", type=int, default=1000, help="of the first conversation of a condition")
    parser.add_argument("--seeds", type=int, default=2, help="conversations of a condition")
    parser.add_argument("--minutes", type=float, default=1.5, help="length of a conversation")
    parser.add_argument("--min-seconds", type=float, default=30.0, help="seconds that a voice of the corpus must have")
    parser.add_argument("--voices", default="", help="use these alone, by commas")
    parser.add_argument("--only", default=";".join(CONDITIONS), help="conditions, by semicolons")
    options = parser.parse_args(arguments)
    configure_process()
    files = Model(SPEAKERS, options.speakers, digest(options.speakers / EMBEDDING), SPEAKERS)
    model = SpeakerModel.load(files)
    only = options.voices.split(",") if options.voices else ()
    voices = voices_of(*options.corpus, min_seconds=options.min_seconds, only=only)
    print(f"{machine()}\n{len(voices)} voices: {', '.join(voices)}", flush=True)
    total = Counts()
    for name in options.only.split(";"):
        condition = CONDITIONS[name]
        for kind in ("", _STUDIO) if condition.treatment == "telephone" else ("",):
            counts = Counts()
            for seed in range(options.seed, options.seed + options.seeds):
                rng = np.random.default_rng([seed, *name.encode()])
                chosen = choose_speakers(voices, condition, rng)
                if chosen is None:
                    continue
                samples, rest = _samples(voices, chosen, rng)
                conversation = converse({who: rest[who] for who in chosen}, condition, options.minutes * 60, rng)
                if condition.treatment == "telephone" and not kind:
                    samples = {who: telephone(sample) for who, sample in samples.items()}
                _count(counts, conversation, samples, model)
            if counts.names:
                print(f"{name}{kind}: {_line(counts)}", flush=True)
            total.names += counts.names
            total.same += counts.same
            total.others += counts.others
    print(f"all: {_line(total)}")
    same, others = np.array(total.same), np.array(total.others)
    print(f"likeness of the same voice: {np.percentile(same, [0, 1, 5, 50]).round(2)} (least, 1, 5, 50 %)")
    print(f"of different voices: {np.percentile(others, [50, 95, 99, 100]).round(2)} (50, 95, 99 %, most)")


def _samples(
    voices: Voices, chosen: Sequence[str], rng: np.random.Generator
) -> tuple[dict[str, np.ndarray], dict[str, Sequence[np.ndarray]]]:
    """Return a sample of each chosen voice and of a stranger, and what is left of the voices for a conversation."""
    strangers = [who for who in voices if who not in chosen]
    stranger = [str(rng.choice(strangers))] if strangers else []
    samples, rest = {}, {}
    for who in [*chosen, *stranger]:
        first = int(rng.integers(len(voices[who])))
        length = int(rng.uniform(*_SECONDS) * SAMPLE_RATE)
        taken, clips = np.zeros(0, np.float32), list(voices[who])
        while len(taken) < length and len(clips) > 1:
            taken = np.concatenate([taken, clips.pop(first % len(clips))])
        samples[who], rest[who] = taken[:length], clips
    return samples, rest


def _count(counts: Counts, conversation: Conversation, samples: Mapping[str, np.ndarray], model: SpeakerModel) -> None:
    stream = SpeakerStream(model, SpeakerOptions(SPEAKERS))
    for start in range(0, len(conversation.samples), BLOCK_SAMPLES):
        stream.feed(conversation.samples[start : start + BLOCK_SAMPLES])
    found = join_speakers([stream.finish()])
    voices = [KnownVoice(who, voice_centres(sample, model)) for who, sample in samples.items()]
    names = {each.speaker: each.name for each in recognise(0, found, voices)}
    truth = _truth(conversation, found)
    speaking = {turn.speaker for turn in conversation.turns}
    for who in samples:
        number = next((number for number, name in names.items() if name == who), None)
        if who not in speaking:
            counts.names["strangers"] += 1
            counts.names["stranger"] += number is not None
        else:
            counts.names["missing" if number is None else "right" if truth.get(number) == who else "wrong"] += 1
    for voice in voices:
        for number, likeness in enumerate(likenesses(voice, found)):
            (counts.same if truth.get(number) == voice.name else counts.others).append(likeness)


def _truth(conversation: Conversation, found: JoinedSpeakers) -> dict[int, str]:
    """Return who each speaker that was found is, by the time they share."""
    names = sorted({turn.speaker for turn in conversation.turns})
    shared = np.zeros((len(names), len(found.centres)))
    for turn in conversation.turns:
        for other in found.turns:
            seconds = min(turn.end, other.end) - max(turn.start, other.start)
            shared[names.index(turn.speaker), other.speaker] += max(0.0, seconds)
    return {column: names[row] for row, column in best_mapping(shared)}


def _line(counts: Counts) -> str:
    n = counts.names
    known = n["right"] + n["wrong"] + n["missing"]
    return (
        f"right {n['right']}/{known}, another's name {n['wrong']}, no name {n['missing']}, "
        f"strangers recognised {n['stranger']}/{n['strangers']}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
