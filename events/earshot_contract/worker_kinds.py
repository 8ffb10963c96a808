"""Kinds of workers, and the queues that a worker receives from: what the policy, the machines and the worker share."""

from __future__ import annotations

from enum import StrEnum


class WorkerKind(StrEnum):
    """What runs a worker's loop. The loop, its slot and its queues are the same."""

    TASK = "task"  # an ECS task: a GPU instance, or Fargate in the CPU flavour
    QUICK = "quick"  # an invocation of a Lambda container function, on CPU: there in seconds, and at most 15 minutes


class WorkerQueues(StrEnum):
    """Which queues a worker receives from."""

    FAST = "fast"  # shards whose caller waits
    ALL = "all"  # those first, then the bulk queue's
