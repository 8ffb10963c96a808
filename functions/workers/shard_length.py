"""Length of a long file's shards: from the number of useful workers, and the minimum length of a shard."""

from __future__ import annotations

import math

from earshot_contract.timeouts import WORKER_START_SECONDS

# Shards for each worker: with two, a worker that starts late, or is slow, leaves some of its share to the others.
_SHARDS_A_WORKER = 2
# Audio of a shard at least (s). Speakers are recognised in other shards by their centres, which need minutes of talk:
# in a recording of 10 speakers, sections of one minute gave 17 speakers, sections of three minutes 10 (measured).
_MIN_SECONDS = 180.0
_MIN_WORK_SECONDS = 30.0  # of a worker on a shard; its download and messages take seconds
_MAX_WORK_SECONDS = 3600.0  # of a worker on a shard; the interruption of a Spot instance loses at most as much
_MAX_SECONDS = 6 * 3600.0  # audio of a shard at most; a worker refuses twelve hours
MAX_SHARDS = 300  # of a job: their list has to fit the 256 KB of an execution's state, their events its 25,000


def shard_length(seconds: float, channels: int, speed: float, drain_seconds: float, max_workers: int) -> float | None:
    """Return the seconds of audio in a shard that a file should be cut to; None: it stays whole.

    A file that one worker transcribes in the time that another one needs to start is not cut.

    Args:
        seconds: audio of one channel.
        channels: each is transcribed on its own.
        speed: seconds of audio that a worker transcribes in a second.
        drain_seconds: time in which a backlog should be gone.
        max_workers: the deployment's limit.
    """
    work = seconds * channels / speed
    longest = min(_MAX_SECONDS, _MAX_WORK_SECONDS * speed)
    if work < WORKER_START_SECONDS and seconds <= longest:
        return None
    workers = min(max_workers, math.ceil(work / drain_seconds))
    useful = 1 if workers == 1 else max(1, _SHARDS_A_WORKER * workers // channels)
    count = max(useful, math.ceil(seconds / longest))
    shortest = max(_MIN_SECONDS, _MIN_WORK_SECONDS * speed)
    count = min(count, int(seconds // shortest), MAX_SHARDS // channels)
    return seconds / count if count > 1 else None
