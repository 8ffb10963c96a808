"""moto: a Fail state may pass on an error that Step Functions itself named.

Why: a Fail state with `ErrorPath` passes on the error that a Catch received, which may be `States.Timeout`. moto 5.2.5
    raises ValueError for names that begin with `States.`.
Upstream: none filed.
Remove when: moto accepts such a name in a Fail state.
Test: tests/localcloud/patches/test_moto.py::test_states_error_name_without_patch_is_rejected
"""

from __future__ import annotations

from typing import Any

from localcloud.patches.registry import Patch, Runtime, patch

INIT = "moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name:CustomErrorName.__init__"


def apply(runtime: Runtime) -> None:
    """Replace the constructor that checks the name."""
    patch(INIT, init_with_any_name)


def init_with_any_name(self: Any, error_name: str | None) -> None:
    """Initialise a CustomErrorName without a check of its name."""
    from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName

    ErrorName.__init__(self, error_name=error_name or "")


PATCH = Patch(
    name="moto-any-error-name-in-fail", needed_for="behaviour", points={INIT: "2814dc26f7aeecf9"}, apply=apply
)
