"""Plans with the real voice activity detection: cuts lie in pauses of real speech."""

from __future__ import annotations

import itertools
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.recordings.corpus import wav
from earshot_contract.documents.audio_tracks import TrackRequest
from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import PlanRequest, Shard
from tests.fixtures.audio_files.films import Track, film
from tests.paths import ROOT
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream
from transcriber.planning import close_look, shard_plan
from transcriber.planning.planner import Planner
from transcriber.planning.shard_plan import SEVERAL_TRACKS, FoundCuts, find_cuts
from transcriber.whisper.windows.profile import PROFILES, Profile
from transcriber.whisper.windows.voice_activity import VAD_FRAME_SAMPLES, VoiceActivityDetector
from transcriber.whisper.windows.windowing import Windower

PAUSE = 0.7  # seconds between two utterances
CLIPS = sorted((ROOT / "tests" / "fixtures" / "speech").glob("*.flac"))


@pytest.fixture(scope="module")
def utterances() -> list[np.ndarray]:
    return [np.concatenate(list(AudioStream(path))) for path in CLIPS]


@pytest.fixture(scope="module")
def recording(utterances: list[np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Several minutes of utterances with pauses between them."""
    pause = np.zeros(round(PAUSE * SAMPLE_RATE), np.float32)
    samples = np.concatenate([part for clip in utterances * 2 for part in (clip, pause)])
    return wav(tmp_path_factory.mktemp("plan") / "long.wav", (samples * 32767).astype(np.int16)[:, None])


def test_every_cut_lies_in_a_pause(recording: Path, utterances: list[np.ndarray]) -> None:
    found = find_cuts(recording, PlanRequest(30.0, 40))

    ends = list(itertools.accumulate(len(clip) / SAMPLE_RATE + PAUSE for clip in utterances * 2))
    assert found.reason is None
    assert found.seconds == pytest.approx(ends[-1], abs=0.01)
    assert len(found.cuts) + 1 == round(found.seconds / 30)
    samples = np.concatenate(list(AudioStream(recording)))
    for cut in found.cuts:
        at = round(cut.seconds * SAMPLE_RATE)
        assert np.sqrt(np.mean(samples[at - 800 : at + 800] ** 2)) < 0.003  # 50 ms on each side


@pytest.mark.parametrize("rest", [10.0, 20.0])  # seconds behind the second shard
def test_last_shard_has_at_least_half_a_length(recording: Path, rest: float) -> None:
    seconds = find_cuts(recording, PlanRequest(1e6, 1)).seconds
    length = (seconds - rest) / 2

    found = find_cuts(recording, PlanRequest(length, 40))

    assert found.reason is None
    assert [round(cut.seconds / length) for cut in found.cuts] == ([1, 2] if rest > length / 2 else [1])


@pytest.mark.parametrize(
    ("channels", "track", "expected"),
    [(1, None, False), (2, None, True), (2, TrackRequest(number=2), False)],
)
def test_channels_of_several_tracks_are_not_cut(
    tmp_path: Path, channels: int, track: TrackRequest | None, expected: bool
) -> None:
    path = tmp_path / "film.mkv"
    path.write_bytes(film("matroska", Track(0), Track(0, "stereo"), seconds=60.0))

    found = find_cuts(path, PlanRequest(20.0, 5, channels), track=track)

    assert (found.cuts == []) == (found.reason == SEVERAL_TRACKS) == expected


def test_number_of_shards_is_bounded_and_a_short_file_is_whole(recording: Path) -> None:
    assert len(find_cuts(recording, PlanRequest(10.0, 3)).cuts) == 2
    assert find_cuts(recording, PlanRequest(600.0, 40)).cuts == []


@pytest.fixture(scope="module")
def breathless(utterances: list[np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Minutes of utterances one after another, among many voices, which fill the pauses within them, too."""
    speech = np.concatenate(utterances * 12)
    voices = sum(np.roll(speech, seconds * SAMPLE_RATE) for seconds in (7, 19, 31, 43))
    path = tmp_path_factory.mktemp("plan") / "breathless.wav"
    return wav(path, (np.clip(speech + 0.5 * voices, -1, 1) * 32767).astype(np.int16)[:, None])


def spans_of(samples: np.ndarray, first_frame: int) -> list[tuple[int, int]]:
    """Windows of a stretch, with `first_frame` VAD frames of the file before it, in samples of the file."""
    detector, windower = VoiceActivityDetector(first_frame), Windower(PROFILES[EngineProfile.ACCURATE])
    probabilities = np.concatenate([detector.feed(samples), detector.finish()])
    spans = windower.feed(probabilities) + windower.finish(len(samples))
    first = first_frame * VAD_FRAME_SAMPLES
    return [(first + span.start, first + span.end) for span in spans]


def test_speech_without_pauses_is_cut_between_windows(breathless: Path) -> None:
    found = find_cuts(breathless, PlanRequest(110.0, 40))

    assert len(found.cuts) + 1 == round(found.seconds / 110)
    assert found.reason is not None
    assert re.fullmatch(r"Cuts in speech without a pause: \d+ of \d+\. A word may be wrong there\.", found.reason)
    samples = np.concatenate(list(AudioStream(breathless)))
    ends = np.array([end for _, end in spans_of(samples, 0)])
    at = [round(cut.seconds * SAMPLE_RATE) for cut in found.cuts]
    covered = 0
    for begin, end in pairwise([0, *at, len(samples)]):
        lead = begin % VAD_FRAME_SAMPLES
        part = np.concatenate([np.zeros(lead, np.float32), samples[begin:end]])
        spans = spans_of(part, begin // VAD_FRAME_SAMPLES)
        covered += sum(b - a for a, b in spans)
        assert spans[0][0] - begin < 0.1 * SAMPLE_RATE or begin == 0, "the first sound is in a window"
    whole = sum(b - a for a, b in spans_of(samples, 0))
    assert abs(covered - whole) < 0.01 * whole, "neither lost nor covered twice"
    assert np.median([np.abs(ends - cut).min() for cut in at]) < 0.15 * SAMPLE_RATE


def test_recording_that_cannot_be_cut_says_so(breathless: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(close_look, "choose_weakest", lambda *_: None)

    found = find_cuts(breathless, PlanRequest(100.0, 40))

    assert found.cuts == []
    assert found.reason == "The recording was not cut: speech without a pause, or packets longer than one."


@pytest.mark.parametrize(
    ("profile", "environment", "expected"),
    [(None, "", "accurate"), (None, "fast", "fast"), (EngineProfile.FAST, "accurate", "fast")],
)
def test_plan_follows_the_windows_of_the_engines_profile(
    monkeypatch: pytest.MonkeyPatch, profile: EngineProfile | None, environment: str, expected: str
) -> None:
    seen: list[Profile] = []

    def find(*_: Any, profile: Profile, **__: Any) -> FoundCuts:
        seen.append(profile)
        return FoundCuts(1.0, 1, [])

    monkeypatch.setattr(shard_plan, "find_cuts", find)
    monkeypatch.setenv("EARSHOT_PROFILE", environment)
    unused = S3Object("", "")
    shard = Shard("p", 0, 1, unused, unused, "base", profile=profile, plan=PlanRequest(600.0, 2))

    Planner().submit(shard, Path("unused")).result()

    assert seen == [PROFILES[EngineProfile(expected)]]
