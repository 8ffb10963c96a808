"""Deployment settings, read once from environment variables. `infra/` sets the same names; a test compares."""

from __future__ import annotations

import os
from functools import cache

import msgspec

from earshot_contract.keys import WORK_DAYS
from earshot_contract.timeouts import IDLE_SECONDS, REQUEST_WAIT_SECONDS


class DeploymentSettings(msgspec.Struct, frozen=True):
    """Settings of the deployment. Field `max_workers` is the variable `MAX_WORKERS`; a function has those it needs."""

    table: str = ""
    uploads_bucket: str = ""
    transcripts_bucket: str = ""
    models_bucket: str = ""
    bus: str = ""
    job_machine_arn: str = ""
    worker_machine_arn: str = ""
    fast_queue_url: str = ""
    bulk_queue_url: str = ""
    dead_queue_url: str = ""
    callback_queue_url: str = ""
    undelivered_queue_url: str = ""
    scale_function: str = ""
    default_model: str = ""  # the model that `whisper` means
    max_workers: int = 1
    quick_workers: int = 0  # Lambda functions that transcribe at the same time; 0: none
    quick_memory: int = 3008  # MB of each
    worker_price: float = 0.0  # dollars an hour of a task
    idle_seconds: int = IDLE_SECONDS  # of worker 0; the others leave sooner
    speed: float = 40.0  # seconds of audio a worker transcribes in a second (RTFx), for scaling
    worker_version: str = ""  # digest of the worker's image
    drain_seconds: float = 300.0  # a backlog should be processed within this time
    wait_seconds: float = REQUEST_WAIT_SECONDS  # how long `POST /v1/listen` waits for the job
    max_waiting_jobs: int = 0  # unfinished jobs of one owner above which requests get 429; 0: no limit
    retention_days: int = 30
    keep_audio_days: int = WORK_DAYS  # for which the audio of requests is stored
    cors_origins: str = "*"  # web origins whose pages may call the API, separated by commas; *: all
    public_access: bool = False  # requests need no API key
    allow_private_urls: bool = False  # download from addresses that are not public: for laptops and tests


@cache
def settings() -> DeploymentSettings:
    """Return the settings of this process."""
    names = DeploymentSettings.__struct_fields__
    values = {name: os.environ[name.upper()] for name in names if name.upper() in os.environ}
    return msgspec.convert(values, DeploymentSettings, strict=False)  # "8" → 8, "true" → True
