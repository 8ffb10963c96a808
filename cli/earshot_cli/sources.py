"""Sources to transcribe, as named on the command line: a file, a URL, an object in the deployment's buckets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from earshot_cli.errors import CliError, Status


@dataclass(frozen=True)
class Source:
    """One source to transcribe. Exactly one of `path` and `url` is set."""

    argument: str  # as typed on the command line
    path: Path | None = None
    url: str | None = None

    @property
    def name(self) -> str:
        """File name of the source: `ep1.mp3` for `https://host/podcasts/ep1.mp3?token=…`."""
        if self.path:
            return self.path.name
        parts = urlsplit(self.argument)
        return unquote(parts.path.rstrip("/").rsplit("/", 1)[-1]) or parts.netloc


def parse_source(argument: str) -> Source:
    """Turn a command line argument into a source.

    Raises:
        CliError: the file cannot be read, or the URL has another scheme than http, https and s3. Nothing has been
            sent at that time.
    """
    if urlsplit(argument).scheme in ("http", "https", "s3"):
        return Source(argument, url=argument)
    if "://" in argument:
        raise CliError(f"{argument}: Earshot accepts files and http, https and s3 URLs.", Status.USAGE)
    path = Path(argument).expanduser()
    if path.is_dir():
        raise CliError(f"{argument} is a folder: name the files in it ({argument.rstrip('/')}/*).", Status.USAGE)
    try:
        path.open("rb").close()
    except OSError as error:
        raise CliError(f"{argument} cannot be read: {error.strerror}.", Status.USAGE) from None
    return Source(argument, path=path)
