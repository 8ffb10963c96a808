"""What Step Functions, or its emulation, accepts and should not: dangling transitions, dead states, JSONata."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ENDS = ("Succeed", "Fail")
JSONATA = ("QueryLanguage", "Arguments", "Output", "Assign", "Items")  # the local interpreter knows JSONPath only


def faults(machine: dict[str, Any], where: str = "") -> list[str]:
    """A sentence each; empty for a sound machine. Looks into Map's and Parallel's machines, too."""
    states: dict[str, dict[str, Any]] = machine["States"]
    found = [f"{where}StartAt names {machine['StartAt']}, which is no state"] * (machine["StartAt"] not in states)
    for name, state in states.items():
        here = f"{where}{name}"
        found += [f"{here} goes to {n}, which is no state" for n in _next(state) if n not in states]
        if state["Type"] not in (*ENDS, "Choice") and ("Next" in state) == (state.get("End") is True):
            found.append(f"{here} needs either Next or End")
        if state["Type"] == "Choice" and "Default" not in state:
            found.append(f"{here} has no Default: what matches nothing would end the execution")
        if state["Type"] == "Task" and "TimeoutSeconds" not in state:
            found.append(f"{here} could wait for ever")
        if "HeartbeatSeconds" in state:
            found.append(f"{here} has a heartbeat, whose clock runs while its message waits in the queue")
        found += [f"{here} uses {key}, which is JSONata's" for key in JSONATA if key in state]
        for inner in [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]:
            found += faults(inner, f"{here}/")
    found += [f"{where}{name} cannot be reached" for name in sorted(set(states) - _reachable(machine))]
    return found


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
