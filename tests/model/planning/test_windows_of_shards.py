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
from transcriber.whisper import engine as engine_module
from transcriber.whisper.engine import BatchingEngine
from transcriber.whisper.shard_state import ShardState
from transcriber.whisper.windows.profile import PROFILES
from transcriber.whisper.windows.voice_activity import VAD_FRAME_SAMPLES, lead_samples

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


def window_starts(path: Path, first: PacketPosition | None = None, until: PacketPosition | None = None) -> list[int]:
    """Return the first sample of each window, from the start of the file."""
    start, end, unused = first.seconds if first else 0.0, until.seconds if until else None, S3Object("", path.name)
    shard = Shard("windows", 0, 1, unused, unused, "any", start=start, end=end, first=first, until=until)
    state = ShardState(shard, path, (), "en", PROFILES[EngineProfile.FAST])
    audio = AudioStream(path, first=first, until=until)
    windows = BatchingEngine._split_into_windows(ENGINE, state, audio)
    return [round(window.start * SAMPLE_RATE) for window in windows]


def same_windows(path: Path) -> tuple[int, int]:
    """Return how many windows the whole file has, and how many of them its shards have, too."""
    cuts = find_cuts(path, PlanRequest(120.0, 40), profile=PROFILES[EngineProfile.FAST]).cuts
    assert len(cuts) >= 2
    assert any(round(cut.seconds * SAMPLE_RATE) % VAD_FRAME_SAMPLES for cut in cuts)
    whole = set(window_starts(path))
    parts = {start for first, until in pairwise([None, *cuts, None]) for start in window_starts(path, first, until)}
    return len(whole), len(whole & parts)


def test_windows_of_shards_are_soon_those_of_the_whole(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, same = same_windows(recording)
    assert same >= whole - 4, "at most one window behind each cut begins elsewhere"

    monkeypatch.setattr(engine_module, "lead_samples", lambda _: 0)
    _, without = same_windows(recording)
    assert without < same - 3, "only those of the first shard"


def test_frames_of_a_shard_lie_where_those_of_the_file_lie() -> None:
    unused = S3Object("", "")
    for packet in range(0, 5000, 7):
        position = PacketPosition(round(packet * 576 / SAMPLE_RATE, 6), packet, 0, None, None)
        shard = Shard("frames", 1, 2, unused, unused, "any", start=position.seconds, first=position)
        assert 0 <= lead_samples(shard) < VAD_FRAME_SAMPLES
        assert (packet * 576 - lead_samples(shard)) % VAD_FRAME_SAMPLES == 0
    assert lead_samples(Shard("whole", 0, 1, unused, unused, "any")) == 0
