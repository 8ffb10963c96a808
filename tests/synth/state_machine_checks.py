"""Checks of a state machine's definition that Step Functions does not make: transitions, reachability, timeouts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TERMINAL_TYPES = ("Succeed", "Fail")
# The local cloud's interpreter knows JSONPath only.
JSONATA_FIELDS = ("QueryLanguage", "Arguments", "Output", "Assign", "Items")


def types(machine: dict[str, Any]) -> dict[str, str]:
    """Return the type of each state."""
    return {name: state["Type"] for name, state in machine["States"].items()}


def delays(retry: dict[str, Any]) -> float:
    """Return the seconds that a retry with full jitter waits in all, on average."""
    assert retry["JitterStrategy"] == "FULL"
    steps = [retry["IntervalSeconds"] * retry["BackoffRate"] ** min(n, 30) for n in range(retry["MaxAttempts"])]
    return sum(min(step, retry.get("MaxDelaySeconds", step)) for step in steps) / 2


def find_faults(machine: dict[str, Any], prefix: str = "") -> list[str]:
    """Return a sentence for each fault, also of the machines inside Map and Parallel; empty for a sound machine."""
    states: dict[str, dict[str, Any]] = machine["States"]
    faults = [f"{prefix}StartAt names {machine['StartAt']}, which is no state"] * (machine["StartAt"] not in states)
    for name, state in states.items():
        path = f"{prefix}{name}"
        faults += [f"{path} goes to {n}, which is no state" for n in _next(state) if n not in states]
        if state["Type"] not in (*TERMINAL_TYPES, "Choice") and ("Next" in state) == (state.get("End") is True):
            faults.append(f"{path} needs either Next or End")
        if state["Type"] == "Choice" and "Default" not in state:
            faults.append(f"{path} has no Default: what matches nothing would end the execution")
        if state["Type"] == "Task" and "TimeoutSeconds" not in state:
            faults.append(f"{path} could wait for ever")
        if "HeartbeatSeconds" in state:
            faults.append(f"{path} has a heartbeat, whose clock runs while its message waits in the queue")
        faults += [f"{path} uses {key}, which is JSONata's" for key in JSONATA_FIELDS if key in state]
        for inner in [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]:
            faults += find_faults(inner, f"{path}/")
    faults += [f"{prefix}{name} cannot be reached" for name in sorted(set(states) - _reachable(machine))]
    return faults


def is_worker(state: dict[str, Any]) -> bool:
    """Return whether a state invokes the quick worker: throttled, its slot cools down, and the policy knows it."""
    return "WorkersQuick" in str(state["Parameters"]["FunctionName"])


def all_states(machine: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the states of a machine, and of those inside its Map and Parallel states."""
    for state in machine["States"].values():
        yield state
        for inner in [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]:
            yield from all_states(inner)


def _next(state: dict[str, Any]) -> Iterator[str]:
    """Every state this one may go to."""
    for transition in (state, *state.get("Choices", []), *state.get("Catch", [])):
        yield from (transition[key] for key in ("Next", "Default") if key in transition)


def _reachable(machine: dict[str, Any]) -> set[str]:
    seen: set[str] = set()
    todo = [machine["StartAt"]]
    while todo:
        name = todo.pop()
        if name not in seen and name in machine["States"]:
            seen.add(name)
            todo += _next(machine["States"][name])
    return seen
