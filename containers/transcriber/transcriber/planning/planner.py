"""Planner: makes the plans that shards request, one at a time, beside the engines."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.shards import Shard, ShardPlan


class Planner:
    """Plans files on a thread of its own: a plan takes seconds of one core, also for a recording of a day."""

    def __init__(self) -> None:
        """Start no thread before the first plan."""
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="planner")

    def submit(self, shard: Shard, audio: Path) -> Future[ShardPlan]:
        """Queue a shard that has a `PlanRequest`.

        Returns:
            A future. Its exception is `ShardFailed` for a file that is not audio.
        """
        return self._pool.submit(_plan, shard, audio)


def _plan(shard: Shard, audio: Path) -> ShardPlan:
    # Imported with the first plan, as engines are: voice activity detection brings ctranslate2, which reads the
    # environment that `hardware.configure_process` sets.
    from transcriber.hardware import resolve_settings
    from transcriber.planning.shard_plan import find_cuts
    from transcriber.whisper.windows.profile import PROFILES

    assert shard.plan is not None
    profile = PROFILES[EngineProfile(shard.profile or resolve_settings().profile)]  # the engine's choice, too
    found = find_cuts(audio, shard.plan, raw=shard.raw, track=shard.track, profile=profile)
    return ShardPlan(shard.job_id, found.seconds, found.packets, found.cuts, found.reason)
