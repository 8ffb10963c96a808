"""Multipart uploads that are not completed: their parts, written to the journal and to files as they arrive.

ministack keeps their parts in memory. The patch `ministack_durable_uploads` calls `save` after each request that
changes one, before it is answered.
"""

from __future__ import annotations

import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from localcloud.emulator.durability.journal import Journal, Key

UPLOAD, PART = "upload", "part"  # kinds of records
PARTS_FOLDER = "parts"  # beside the journal
KEPT_FOR = timedelta(days=1)  # as the buckets' rule AbortIncompleteMultipartUpload says


class DurableUploads:
    """Multipart uploads that the emulator still has after it was killed.

    Args:
        journal: where they are written; the parts' bytes are files beside it.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal, self.folder = journal, journal.folder / PARTS_FOLDER
        self.lock = threading.Lock()
        self.written: dict[Key, dict[int, str]] = {}  # account and id of an upload → number → ETag of a part

    def save(self) -> None:
        """Write what changed since the last call: begun and ended uploads, and their parts.

        Raises:
            OSError: a part could not be written.
        """
        from ministack.services import s3

        with self.lock:
            uploads = dict(s3._multipart_uploads._data)
            for key in self.written.keys() - uploads.keys():
                self._drop(key, self.written.pop(key))
            for key, upload in uploads.items():
                self._save_upload(key, upload)

    def _save_upload(self, key: Key, upload: dict[str, Any]) -> None:
        from ministack.services import s3

        if key not in self.written:
            self.journal.put(UPLOAD, key, upload | {"parts": {}})
            self.written[key] = {}
        for number, part in list(upload["parts"].items()):
            if self.written[key].get(number) != part["etag"]:
                path = self._path(key, number, part["etag"])
                path.parent.mkdir(parents=True, exist_ok=True)
                s3._atomic_write(str(path), part["body"])
                self.journal.put(PART, (*key, str(number)), {name: part[name] for name in part if name != "body"})
                self.written[key][number] = part["etag"]

    def restore(self) -> None:
        """Give ministack the uploads of the journal, except those that S3 would have aborted by now."""
        uploads = list(self.journal.records(UPLOAD))
        parts = list(self.journal.records(PART))
        if not uploads:
            return
        from ministack.services import s3

        for key, upload in uploads:
            own = {int(number): part for (*of, number), part in parts if (*of,) == key}
            self.written[key] = {number: part["etag"] for number, part in own.items()}
            begun = datetime.fromisoformat(upload["created"])
            if datetime.now(UTC) - begun.replace(tzinfo=begun.tzinfo or UTC) > KEPT_FOR:
                self._drop(key, self.written.pop(key))
                continue
            for number, part in own.items():
                path = self._path(key, number, part["etag"])
                if path.is_file():
                    upload["parts"][number] = part | {"body": path.read_bytes()}
            s3._multipart_uploads._data[key] = upload

    def _drop(self, key: Key, numbers: dict[int, str]) -> None:
        self.journal.delete(UPLOAD, key)
        for number in numbers:
            self.journal.delete(PART, (*key, str(number)))
        shutil.rmtree(self._path(key, 0, "").parent, ignore_errors=True)

    def _path(self, key: Key, number: int, etag: str) -> Path:
        """Return the file of a part; a part that is sent again with other bytes gets another file."""
        return self.folder.joinpath(*key, f"{number}-{etag.strip(chr(34))}")
