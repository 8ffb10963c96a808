"""Runs the scenarios that its arguments name, one line of JSON each: `{scenario, result}` or `{scenario, error}`.

Whatever the SDK gives back is sent home as plain JSON; judging it is the tests' work. Configuration comes on
standard input: addresses and files, see `Setup` in conftest.py.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from collections.abc import Callable
from typing import Any

config: dict[str, str] = json.load(sys.stdin)


def run(scenarios: dict[str, Callable[[], Any]], plain: Callable[[Any], Any]) -> None:
    """`plain` makes the SDK's own object JSON again."""
    for name in sys.argv[1:]:
        try:
            outcome = scenarios[name]()
            outcome = asyncio.run(outcome) if inspect.isawaitable(outcome) else outcome
            line = {"scenario": name, "result": plain(outcome)}
        except Exception as problem:  # the SDK's own errors are what some scenarios are about
            line = {"scenario": name, "error": _described(problem)}
        print(json.dumps(line, default=str), flush=True)


def _described(problem: Exception) -> dict[str, Any]:
    status = getattr(problem, "status_code", None) or getattr(problem, "status", None)
    body = getattr(problem, "body", None) or getattr(problem, "original_error", None)
    return {"type": type(problem).__name__, "status": status, "message": str(problem), "body": body}
