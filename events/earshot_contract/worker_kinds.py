"""Kinds of workers, their speed, queues and failures: what the policy, the machines and the worker share."""

from __future__ import annotations

from enum import StrEnum


class WorkerKind(StrEnum):
    """Kind of process that runs a worker's loop. The loop, its slot and its queues are the same."""

    TASK = "task"  # an ECS task: a GPU instance, or Fargate in the CPU flavour
    QUICK = "quick"  # an invocation of a Lambda container function, on CPU: starts in seconds, runs 15 minutes at most


# Lambda gives one vCPU for each 1,769 MB (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html).
MEMORY_A_CPU = 1769
# Seconds of audio that one vCPU transcribes in a second, until a quick worker has measured it: 10 s of speech cost
# 3.2 CPU seconds with weights of the shape of large-v3-turbo in int8 (two busy Xeon cores), and of the cores that a
# clip gets it uses about two thirds.
QUICK_SPEED_A_CPU = 10 / 3.2 * 2 / 3


class WorkerQueues(StrEnum):
    """Which queues a worker receives from."""

    FAST = "fast"  # shards whose caller waits
    ALL = "all"  # those first, then the bulk queue's


class WorkerFailure(StrEnum):
    """Why a failed worker has no successor in its execution of the worker machine."""

    NOT_LAUNCHED = "not launched"  # no capacity, or it ended before it was ready: the slot cools down
    DIED = "died"  # at work, or idle: the slot is free
    KEEPS_DYING = "keeps dying"  # the second in a row without any work done: the slot cools down
    LEASE_LOST = "lease lost"  # another execution has the slot
