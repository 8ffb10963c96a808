"""A window's attempts: what follows a rejected hypothesis, and which windows may share a batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import Shard
from transcriber.whisper.decoding.quality_checks import Hypothesis
from transcriber.whisper.shard_state import ShardState
from transcriber.whisper.window import Window
from transcriber.whisper.windows.profile import PROFILES

OUTPUT = np.zeros((1500, 4), np.float32)
LOOP = Hypothesis([1, 2], "again and again", -0.3, 0.0, 3.0, 0.0, 2, hit_token_limit=False)


def window_of(profile: EngineProfile, prompt_tokens: tuple[int, ...] = (), seconds: int = 4) -> Window:
    unused = S3Object("", "audio")
    shard = Shard("job", 0, 1, unused, unused, "base", language="en")
    state = ShardState(shard, Path("audio"), prompt_tokens, "en", PROFILES[profile])
    return Window(state, 0.0, np.zeros((80, 100 * seconds), np.float32), ((0.5, seconds - 0.5),))


def test_accurate_window_is_decoded_again_with_timestamps() -> None:
    window = window_of(EngineProfile.ACCURATE)
    tried = []
    while window.next_attempt(LOOP):
        window.retry(LOOP, OUTPUT)
        tried.append((window.frames, window.temperature, window.timestamps))

    assert tried == [(3000, 0.0, True), (3000, 0.4, True), (3000, 0.8, True)]
    assert window.encoder_output is OUTPUT  # all attempts have the same frames: it is encoded once
    assert window.rejected == [LOOP] * 3


def test_accurate_window_of_20_s_is_decoded_again_whole() -> None:
    window = window_of(EngineProfile.ACCURATE, seconds=8)
    tried = [window.frames]
    while window.next_attempt(LOOP):
        window.retry(LOOP, OUTPUT)
        tried.append(window.frames)

    assert tried == [2000, 2000, 3000, 3000, 3000]


def test_fast_window_has_timestamps_at_once() -> None:
    window = window_of(EngineProfile.FAST)
    assert window.timestamps

    window.retry(LOOP, OUTPUT)

    assert (window.frames, window.timestamps, window.encoder_output) == (1500, True, None)


def test_window_after_a_prompt_has_timestamps_at_once() -> None:
    assert not window_of(EngineProfile.ACCURATE).timestamps
    assert window_of(EngineProfile.ACCURATE, (7, 8)).timestamps


def test_windows_with_and_without_timestamps_share_no_batch() -> None:
    first, second = window_of(EngineProfile.ACCURATE), window_of(EngineProfile.ACCURATE)
    assert first.batch_key == second.batch_key

    assert first.batch_key != window_of(EngineProfile.FAST).batch_key


def test_window_decoded_again_shares_a_batch_until_encoded() -> None:
    fresh, again = window_of(EngineProfile.FAST), window_of(EngineProfile.FAST)

    again.retry(LOOP, OUTPUT)
    assert again.longer_window
    assert again.batch_key == fresh.batch_key

    again.retry(LOOP, OUTPUT)  # the whole window, still without a temperature
    assert again.batch_key == fresh.batch_key
    again.retry(LOOP, OUTPUT)  # the same frames at 0.4
    assert again.batch_key != fresh.batch_key


def test_window_whose_new_language_needs_more_is_encoded_again() -> None:
    window = window_of(EngineProfile.ACCURATE, seconds=8)
    encoded = np.zeros((window.frames // 2, 4), np.float32)
    window.change_language("ja", 0.9)

    window.retry(LOOP, encoded)

    assert window.encoder_output is None, f"{2 * len(encoded)} frames are kept, and {window.frames} are needed"
