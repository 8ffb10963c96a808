"""ministack: the parts of a multipart upload are on disk when they are acknowledged.

Why: ministack 1.5.33 keeps them in memory until the upload is completed, so that a kill loses an upload of hours.
Upstream: none filed.
Remove when: ministack writes parts to disk before it answers.
Test: tests/localcloud/patches/test_ministack_storage.py::test_part_without_patch_is_in_memory_only
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localcloud.emulator.durability.durable_answers import note_write_error
from localcloud.patches.registry import Patch, Runtime, original, patch

_S3 = "ministack.services.s3"
POINTS = {
    f"{_S3}:_create_multipart_upload": "3e8ca288f4801946",
    f"{_S3}:_upload_part": "e27ecd53f1de3dbd",
    f"{_S3}:_upload_part_copy": "890950db69f20539",
    f"{_S3}:_complete_multipart_upload": "9e2d6452dfe128a0",
    f"{_S3}:_abort_multipart_upload": "dfdafae7cd5fbd06",
}


def apply(runtime: Runtime) -> None:
    """Write the uploads after each request that changes one."""

    def saving(answer_of: Callable[..., Any]) -> Callable[..., Any]:
        def change_upload(*args: Any, **kwargs: Any) -> Any:
            answer = answer_of(*args, **kwargs)
            try:
                runtime.state.uploads.save()
            except OSError as error:
                note_write_error(error)
            return answer

        return change_upload

    for point in POINTS:
        patch(point, saving(original(point)))


PATCH = Patch(name="ministack-durable-uploads", needed_for="behaviour", points=POINTS, apply=apply)
