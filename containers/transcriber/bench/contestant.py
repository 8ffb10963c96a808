"""A contestant of the benchmark: a process that transcribes files with one engine and reports time and memory.

`python -m bench.contestant NAME MODEL_DIR THREADS` reads requests from stdin and writes responses to stdout, one line
of JSON each. A request has `files`, `languages` (null: detect), `at` (seconds at which each file arrives) and `words`
(true: times of words, too).
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from dataclasses import asdict
from importlib.util import find_spec
from typing import Any, TextIO

from bench.engines.compared_engines import ENGINES, Request
from earshot_contract.documents.engine_profile import EngineProfile

DEFAULT_CONTESTANTS = ("default", "batched 4", "batched 8", "batched 16", "tuned", "whisper.cpp", "openai", "earshot")
# Contestants whose packages are not in the lock, because nothing else needs them: the module, and what to install.
_OPTIONAL_PACKAGES = {
    "whisper.cpp": ("pywhispercpp", "pywhispercpp==1.5.1"),
    "openai": ("whisper", "openai-whisper==20250625"),
}


def available() -> list[str]:
    """Return the default contestants whose packages are installed."""
    return [name for name in DEFAULT_CONTESTANTS if missing_requirement(name) is None]


def parse(name: str) -> tuple[str, dict[str, Any]]:
    """Split a contestant's name into its kind and its options, as in "batched 16" and "earshot fast 32".

    Raises:
        ValueError: there is no such contestant.
    """
    kind, *words = name.split()
    options: dict[str, Any] = {}
    if kind == "earshot" and words and words[0] in tuple(EngineProfile):
        options["profile"] = EngineProfile(words.pop(0))
    if kind in ("batched", "earshot") and words and words[0].isdecimal() and int(words[0]):
        options["size"] = int(words.pop(0))
    if kind not in ENGINES or words:
        raise ValueError(
            f"There is no contestant {name!r}; there are {', '.join(DEFAULT_CONTESTANTS)}, other sizes of batches, and "
            "earshot's profiles, as in 'earshot fast 16'."
        )
    return kind, options


def missing_requirement(name: str) -> str | None:
    """Return a message that says why contestant `name` cannot run; None if it can."""
    try:
        kind, _ = parse(name)
    except ValueError as error:
        return str(error)
    module, package = _OPTIONAL_PACKAGES.get(kind, ("faster_whisper", ""))
    return None if find_spec(module) else f"The contestant {name!r} needs `pip install {package}`."


def main(name: str, model: str, threads: str) -> None:
    """Load contestant `name`, then answer requests until stdin ends."""
    responses = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not mix with the responses
    began = time.monotonic(), time.process_time()
    kind, of_kind = parse(name)
    transcribe = ENGINES[kind](model, int(threads), **of_kind)
    _write(responses, {"loaded": time.monotonic() - began[0], "loading": time.process_time() - began[1]})
    for line in sys.stdin:
        request = Request(**json.loads(line))
        began = time.monotonic(), time.process_time()
        result = transcribe(request)
        wall, cpu = time.monotonic() - began[0], time.process_time() - began[1]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _write(responses, asdict(result) | {"wall": wall, "cpu": cpu, "peak": peak})
    responses.flush()
    os._exit(0)


def _write(responses: TextIO, response: dict[str, Any]) -> None:
    responses.write(json.dumps(response) + "\n")
    responses.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
