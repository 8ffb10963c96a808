"""ministack: the REST API treats a body without Content-Type as JSON.

Why: with the binary media type `*/*` API Gateway hands every body to the function in base64, also one without
    Content-Type, which it treats as application/json. ministack 1.5.33 hands such a body on as text, which destroys
    audio.
Upstream: none filed.
Remove when: ministack's `_media_type_matches` treats a missing type as application/json.
Test: tests/localcloud/patches/test_ministack.py::test_missing_content_type_without_patch_is_not_binary
"""

from __future__ import annotations

from typing import Any

from localcloud.patches.registry import Patch, Runtime, original, patch

MATCHES = "ministack.services.apigateway_v1:_media_type_matches"


def apply(runtime: Runtime) -> None:
    """Pass application/json to the original where the type is missing."""
    original_matches = original(MATCHES)

    def matches(media_type: str | None, binary_media_types: Any) -> bool:
        return bool(original_matches(media_type or "application/json", binary_media_types))

    patch(MATCHES, matches)


PATCH = Patch(
    name="ministack-apigateway-content-type",
    needed_for="behaviour",
    points={MATCHES: "b43764b7a835fc40"},
    apply=apply,
)
