"""What the stack tells a worker, read once from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """`slot` and `lease` come with the task and are absent when somebody starts a worker by hand."""

    fast_queue_url: str
    bulk_queue_url: str
    models_bucket: str
    default_model: str
    table: str
    slot: str | None = None  # the slot item's key, e.g. "SLOT#000"
    lease: str | None = None
    idle_seconds: float = 20.0  # without work for so long, the worker leaves
    model_dir: Path | None = None  # models already on this disk, looked at before the bucket

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Raises `KeyError` naming the first variable that is missing."""
        given = {key: value for key, value in environment.items() if value}
        return cls(
            fast_queue_url=given["FAST_QUEUE_URL"],
            bulk_queue_url=given["BULK_QUEUE_URL"],
            models_bucket=given["MODELS_BUCKET"],
            default_model=given["DEFAULT_MODEL"],
            table=given["TABLE"],
            slot=given.get("SLOT"),
            lease=given.get("LEASE"),
            idle_seconds=float(given.get("IDLE_SECONDS", cls.idle_seconds)),
            model_dir=Path(given["MODEL_DIR"]) if "MODEL_DIR" in given else None,
        )
