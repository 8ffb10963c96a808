"""ministack: a function that fails is answered through the REST API's gateway responses.

Why: where a function raises or returns no `statusCode`, API Gateway answers 502 with its own words, and 413 where the
    event is larger than Lambda accepts. ministack 1.5.33 puts the function's error message into the 502, and answers
    200 with whatever else the function returned.
Upstream: none filed.
Remove when: ministack answers both through the gateway response DEFAULT_5XX.
Test: tests/localcloud/patches/test_ministack.py::test_failed_function_without_patch_shows_its_message
"""

from __future__ import annotations

from localcloud.emulator.api_gateway import proxy_response
from localcloud.patches.registry import Patch, Runtime, patch

RESPONSE = "ministack.services.apigateway_v1:_lambda_proxy_response"


def apply(runtime: Runtime) -> None:
    """Replace the function that makes a response of a function's result."""
    patch(RESPONSE, proxy_response)


PATCH = Patch(
    name="ministack-apigateway-responses",
    needed_for="behaviour",
    points={RESPONSE: "3a5b91b76870782b"},
    apply=apply,
)
