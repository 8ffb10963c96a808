"""Shard results become the canonical transcript."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from earshot_contract.shards import ShardResult
from functions.jobs.job import Job
from functions.options.options import Options
from functions.transcripts.transcript import Channel, Transcript


def assemble(job: Job, options: Options, results: Sequence[ShardResult]) -> Transcript:
    """Results in any order; shards of the same channel are joined in the order of their index.

    Raises:
        ValueError: a shard of the job is missing: the workers' answers and their results do not agree.
    """
    ordered = sorted(results, key=lambda result: result.index)
    if [result.index for result in ordered] != list(range(job.shards or 1)):
        have = [result.index for result in ordered]
        raise ValueError(f"Job {job.id} was cut into {job.shards or 1} shards; results of {have} are there.")
    by_channel = sorted(ordered, key=lambda result: result.channel or 0)
    groups = [list(group) for _, group in groupby(by_channel, key=lambda result: result.channel or 0)]
    first = ordered[0]
    return Transcript(
        job_id=job.id,
        created=job.created,
        options=job.options,
        task=options.task,
        audio=first.audio,
        model=first.model,
        channels=[_channel(index, group) for index, group in enumerate(groups)],
        model_seconds=round(sum(result.seconds.get("model", 0.0) for result in ordered), 3),
        engine=_summed([result.engine for result in ordered]),
        warnings=[*options.warnings, *_doubts(options, first, len(groups))],
    )


def _channel(index: int, parts: Sequence[ShardResult]) -> Channel:
    """The language is that of the part where most was said: a part of music says anything."""
    said = max(parts, key=lambda part: (sum(len(s.text) for s in part.segments), part.language_probability))
    segments = [segment for part in parts for segment in part.segments]
    return Channel(index, said.language, said.language_probability, segments)


def _doubts(options: Options, first: ShardResult, channels: int) -> list[dict[str, str]]:
    found = []
    if options.multichannel and channels == 1 and first.audio.channels > 1:
        found.append(
            _warning(
                "multichannel",
                "unknown_channels",
                f"The file's header does not say its channels; the {first.audio.channels} there are were mixed.",
            )
        )
    if first.audio.truncated:
        found.append(_warning("audio", "truncated", "The audio ends too early; this is what could be read of it."))
    return found


def _summed(facts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Counts of all shards added up; of anything else the first shard's."""
    total: dict[str, Any] = {}
    for fact in facts:
        for name, value in fact.items():
            counted = isinstance(value, int | float) and not isinstance(value, bool)
            total[name] = total.get(name, 0) + value if counted else total.get(name, value)
    return total


def _warning(parameter: str, kind: str, message: str) -> dict[str, str]:
    return {"parameter": parameter, "type": kind, "message": message}
