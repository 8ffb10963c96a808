"""ministack: functions whose package is an image run as processes (`emulator/lambdas/lambda_images.py`).

Why: ministack 1.5.33 runs them in Docker containers alone, with AWS's emulator of the runtime interface.
Upstream: none filed.
Remove when: ministack can run an image without Docker.
Test: tests/localcloud/patches/test_ministack.py::test_image_function_without_patch_needs_docker
"""

from __future__ import annotations

from localcloud.emulator.lambdas.lambda_images import ImageFunctions
from localcloud.patches.registry import Patch, Runtime, patch

EXECUTE = "ministack.services.lambda_svc:_execute_function_docker"


def apply(runtime: Runtime) -> None:
    """Let ministack's Lambda service run image functions in the container runtime."""
    patch(EXECUTE, ImageFunctions(runtime.containers).invoke)


PATCH = Patch(name="ministack-lambda-images", needed_for="behaviour", points={EXECUTE: "65dec13da735ea24"}, apply=apply)
