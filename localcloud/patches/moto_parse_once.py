"""moto: a state machine's definition is parsed once.

Why: moto parses the definition again for every execution: 70 to 160 ms for the stack's two machines (measured on a
    busy machine of two cores). Everything that changes while an execution runs is kept in its environment, not in the
    parsed definition, so executions can share it.
Upstream: none filed.
Remove when: moto keeps the parsed definition with the state machine.
Test: tests/localcloud/patches/test_moto.py::test_definition_without_patch_is_parsed_for_each_execution
"""

from __future__ import annotations

from functools import lru_cache

from localcloud.patches.registry import Patch, Runtime, original, patch

PARSE = "moto.stepfunctions.parser.asl.parse.asl_parser:AmazonStateLanguageParser.parse"
MAX_DEFINITIONS = 16  # the stack has two; tests make more


def apply(runtime: Runtime) -> None:
    """Cache the parser's results by definition."""
    patch(PARSE, staticmethod(lru_cache(maxsize=MAX_DEFINITIONS)(original(PARSE))))


PATCH = Patch(name="moto-parse-once", needed_for="latency", points={PARSE: "a59a7d18760fb22e"}, apply=apply)
