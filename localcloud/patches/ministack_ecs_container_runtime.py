"""ministack: ECS tasks run as local processes (`emulator/container_runtime.py`).

Why: ministack 1.5.33 runs tasks in Docker only, which `earshot up` must not need. It also looks for the end of a task
    ten times a second; here a thread waits for the process.
Upstream: none filed; there is nothing to mend.
Remove when: the local cloud is to require Docker.
Test: tests/localcloud/emulator/test_container_runtime.py. No test of necessity: it would need a machine with Docker.
"""

from __future__ import annotations

import threading
from typing import Any

from localcloud.patches.registry import Patch, Runtime, patch

GET_DOCKER = "ministack.services.ecs:_get_docker"
WATCH = "ministack.services.ecs:_watch_task_lifecycle"


def apply(runtime: Runtime) -> None:
    """Give ministack's ECS the container runtime in place of Docker's client."""

    def watch(task: dict[str, Any], docker_client: Any, account_id: str, region: str) -> None:
        from ministack.core.responses import request_scope
        from ministack.services.ecs import _maybe_mark_stopped

        def wait_for_containers() -> None:
            for container_id in task["_docker_ids"]:
                runtime.containers.get(container_id).wait()
            with request_scope(account_id, region):
                _maybe_mark_stopped(task, runtime.containers)

        threading.Thread(target=wait_for_containers, daemon=True, name="container-watch").start()

    patch(GET_DOCKER, lambda: runtime.containers)
    patch(WATCH, watch)


PATCH = Patch(
    name="ministack-ecs-container-runtime",
    needed_for="behaviour",
    points={GET_DOCKER: "a161d31a7eef7c5c", WATCH: "96817b67896736b7"},
    apply=apply,
)
