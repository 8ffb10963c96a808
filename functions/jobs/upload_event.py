"""An object dropped into the uploads bucket, as EventBridge tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from earshot_contract.keys import upload_job_id
from earshot_contract.shards import S3Object


@dataclass(frozen=True)
class Upload:
    """`audio` points at the very version that was put, so that overwriting makes another job."""

    audio: S3Object
    sequencer: str
    size: int

    @classmethod
    def from_event(cls, given: dict[str, Any]) -> Upload:
        """Of `{bucket, key, version, sequencer, size}`; EventBridge's keys are not URL-encoded, S3's own
        notifications' are."""
        audio = S3Object(given["bucket"], given["key"], given.get("version") or None)
        return cls(audio, given.get("sequencer") or "", int(given.get("size") or 0))

    @property
    def job_id(self) -> str:
        return upload_job_id(self.audio.bucket, self.audio.key, self.audio.version, self.sequencer)

    @property
    def is_folder(self) -> bool:
        """What consoles and sync tools put to show a folder: no audio, and no mistake either."""
        return self.audio.key.endswith("/") and self.size == 0
