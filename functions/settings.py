"""What a deployment decides, read once from the environment. `infra/` sets the same names: a test compares."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, get_type_hints


@dataclass(frozen=True)
class DeploymentSettings:
    """Field `max_workers` is the environment variable `MAX_WORKERS`. A function gets only the ones it needs."""

    table: str = ""
    uploads_bucket: str = ""
    transcripts_bucket: str = ""
    models_bucket: str = ""
    bus: str = ""
    job_machine_arn: str = ""
    worker_machine_arn: str = ""
    fast_queue_url: str = ""
    bulk_queue_url: str = ""
    scale_function: str = ""
    default_model: str = ""  # what `whisper` means here
    max_workers: int = 1
    idle_seconds: int = 180  # how long worker 0 waits for more; the others leave sooner
    speed: float = 40.0  # seconds of audio a worker transcribes in a second (RTFx), for scaling
    drain_seconds: float = 300.0  # a backlog should be gone after this long
    wait_seconds: float = 25.0  # how long listen waits on the line; API Gateway ends at 29
    retention_days: int = 30
    public_access: bool = False  # no key needed
    allow_private_urls: bool = False  # fetch from addresses that are not public: for laptops and tests


@cache
def settings() -> DeploymentSettings:
    hints = get_type_hints(DeploymentSettings)
    return DeploymentSettings(
        **{
            f.name: _parse(hints[f.name], os.environ[f.name.upper()])
            for f in fields(DeploymentSettings)
            if f.name.upper() in os.environ
        }
    )


def _parse(kind: type, raw: str) -> Any:
    return raw.strip().lower() == "true" if kind is bool else kind(raw)
