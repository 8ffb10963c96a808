"""S3 events: an object written to the uploads bucket, and the job it makes."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from earshot_contract.credentials.api_keys import DEPLOYMENT_OWNER
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import upload_job_id
from functions.file_name import clean_name
from functions.jobs.job import Job, Source, SourceKind
from functions.jobs.redaction import callback_of, with_shown_callback


class Upload(Struct, frozen=True):
    """An upload. `audio` includes the object's version, so that overwriting an object makes another job."""

    audio: S3Object
    sequencer: str
    size: int  # bytes

    @classmethod
    def from_event(cls, detail: dict[str, Any]) -> Upload:
        """Read the detail of S3's event "Object Created", or `{bucket, key, version, sequencer, size}`.

        The second form is of executions that began in an earlier version. EventBridge's keys are not URL-encoded; those
        of S3's own notifications are.
        """
        if isinstance(detail["bucket"], dict):
            written = detail["object"]
            audio = S3Object(detail["bucket"]["name"], written["key"], written.get("version-id") or None)
            return cls(audio, written.get("sequencer") or "", int(written.get("size") or 0))
        audio = S3Object(detail["bucket"], detail["key"], detail.get("version") or None)
        return cls(audio, detail.get("sequencer") or "", int(detail.get("size") or 0))

    @property
    def job_id(self) -> str:
        """The same event always gives the same id."""
        return upload_job_id(self.audio.bucket, self.audio.key, self.audio.version, self.sequencer)

    def job(self, query: str, name: str | None = None, size: int | None = None) -> Job:
        """Return the row of the upload's job, which is the deployment's: S3 does not say whose key would see it.

        Args:
            query: Query string of the options.
            name: Name in the options; None: the last component of the key.
            size: Bytes; None: as in the event.
        """
        source = Source(SourceKind.UPLOAD, self.audio, size=self.size if size is None else size)
        name = name or clean_name(self.audio.key)
        return Job(
            self.job_id,
            source,
            with_shown_callback(query),
            callback_withheld=bool(callback_of(query)) or None,
            owner=DEPLOYMENT_OWNER,
            name=name,
        )

    @property
    def is_folder(self) -> bool:
        """True for the empty object by which consoles and sync tools represent a folder."""
        return self.audio.key.endswith("/") and self.size == 0
