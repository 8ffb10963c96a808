"""Windows of shards beside those of the whole file: where they begin at the same sample, Whisper hears the same."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bench.recordings.encoded_audio import Encoding, write_audio
from earshot_contract.documents.shards import EngineProfile, PacketPosition, PlanRequest, S3Object, Shard
from tests.paths import ROOT
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream
from transcriber.planning.shard_plan import find_cuts
from transcriber.whisper.engine import BatchingEngine
from transcriber.whisper.shard_state import ShardState
from transcriber.whisper.windows.profile import PROFILES
from transcriber.whisper.windows.voice_activity import CONTEXT_SECONDS, VAD_FRAME_SAMPLES

PAUSE = 0.7  # seconds between two utterances
ENGINE: Any = SimpleNamespace(
    _log_mel=SimpleNamespace(compute=lambda samples: np.zeros((80, len(samples) // 160), np.float32)),
    _speaker_stream=lambda _: None,
)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Minutes of speech as MP3, whose packets are no multiple of a frame of the voice activity detection."""
    clips = sorted((ROOT / "tests" / "fixtures" / "speech").glob("*.flac"))
    pause = np.zeros(round(PAUSE * SAMPLE_RATE), np.float32)
    parts = [part for clip in clips * 8 for part in (*AudioStream(clip), pause)]
    path = tmp_path_factory.mktemp("windows") / "long.mp3"
    samples = (np.concatenate(parts) * 32767).astype(np.int16)
    write_audio(path, samples, SAMPLE_RATE, Encoding("libmp3lame", 16_000, encoder={"b": "64000"}))
    return path


Bounds = tuple[int, int]  # a window's first sample, from the start of the file, and how many it has in milliseconds


def windows_of(
    path: Path, context: float, first: PacketPosition | None = None, until: PacketPosition | None = None
) -> list[Bounds]:
    """Return where each window is; `context`: seconds of audio around the shard that it hears, too."""
    start, end, unused = first.seconds if first else 0.0, until.seconds if until else None, S3Object("", path.name)
    shard = Shard("windows", 0, 1, unused, unused, "any", start=start, end=end, first=first, until=until)
    state = ShardState(shard, path, (), "en", PROFILES[EngineProfile.FAST])
    audio = AudioStream(path, first=first, until=until, context_seconds=context)
    windows = BatchingEngine._split_into_windows(ENGINE, state, audio)
    return [(round(window.start * SAMPLE_RATE), round(1000 * window.seconds)) for window in windows]


def same_windows(path: Path, context: float) -> tuple[int, int, int]:
    """Return how many windows the whole file has, how many its shards have, and how many of these are the same."""
    cuts = find_cuts(path, PlanRequest(120.0, 40), profile=PROFILES[EngineProfile.FAST]).cuts
    assert len(cuts) >= 2
    assert any(round(cut.seconds * SAMPLE_RATE) % VAD_FRAME_SAMPLES for cut in cuts)
    whole = windows_of(path, context)
    parts = [
        bounds for first, until in pairwise([None, *cuts, None]) for bounds in windows_of(path, context, first, until)
    ]
    return len(whole), len(parts), len(set(whole) & set(parts))


def test_windows_of_shards_are_those_of_the_whole(recording: Path) -> None:
    whole, parts, same = same_windows(recording, CONTEXT_SECONDS)
    assert whole == parts == same

    whole, _, same = same_windows(recording, context=0.0)
    assert same < whole, "a window behind a cut begins elsewhere"
