"""moto: the interpreter loads without AWS Batch.

Why: the interpreter imports the integration of AWS Batch, which no state machine of this stack uses and which imports
    moto's EC2: a second to load and 104 MB of memory (moto 5.2.5, measured: 190 MB with it, 86 MB without).
Upstream: none filed.
Remove when: `import moto.stepfunctions.parser.asl.parse.asl_parser` no longer imports `moto.ec2`.
Test: tests/localcloud/patches/test_moto.py::test_interpreter_import_without_patch_loads_ec2
"""

from __future__ import annotations

import sys
from types import ModuleType

from localcloud.patches.registry import Patch, Runtime

BATCH = "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_batch"


def apply(runtime: Runtime | None = None) -> None:
    """Put an empty module in the place of the integration. To be called before the interpreter is imported."""
    stub = ModuleType(BATCH)
    stub.StateTaskServiceBatch = None  # type: ignore[attr-defined]
    sys.modules.setdefault(BATCH, stub)


# No points: to compare the integration's source, the patch would have to import it.
PATCH = Patch(name="moto-no-batch-import", needed_for="memory", points={}, apply=apply)
