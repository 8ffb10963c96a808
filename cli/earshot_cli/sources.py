"""What people name on the command line: a file, a URL, an object of the deployment's own buckets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from earshot_cli.errors import Problem, Status


@dataclass(frozen=True)
class Source:
    """One thing to transcribe. Exactly one of `path` and `url` is set."""

    given: str  # as it was typed
    path: Path | None = None
    url: str | None = None

    @property
    def name(self) -> str:
        """A file name for it: `ep1.mp3` of `https://host/podcasts/ep1.mp3?token=…`."""
        if self.path:
            return self.path.name
        parts = urlsplit(self.given)
        return unquote(parts.path.rstrip("/").rsplit("/", 1)[-1]) or parts.netloc


def source(given: str) -> Source:
    """Raises Problem (usage) for a file that cannot be read: before anything has been sent."""
    if urlsplit(given).scheme in ("http", "https", "s3"):
        return Source(given, url=given)
    if "://" in given:
        raise Problem(f"{given}: Earshot takes files and http, https and s3 URLs.", Status.USAGE)
    path = Path(given).expanduser()
    if path.is_dir():
        raise Problem(f"{given} is a folder: name the files in it ({given.rstrip('/')}/*).", Status.USAGE)
    try:
        path.open("rb").close()
    except OSError as error:
        raise Problem(f"{given} cannot be read: {error.strerror}.", Status.USAGE) from None
    return Source(given, path=path)
