"""Sources to transcribe, as named on the command line: files, folders, URLs, objects, standard input."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from earshot_cli.console import one_line, stderr
from earshot_cli.errors import CliError, Status
from earshot_contract.credentials.url_credentials import without_credentials

STDIN = "-"
# Endings of the files that are taken from a folder. A file that is named on the command line may have any, or none.
EXTENSIONS = frozenset([
    "3g2", "3ga", "3gp", "aac", "ac3", "aif", "aifc", "aiff", "amr", "ape", "au", "avi", "awb", "caf", "dss",
    "dts", "eac3", "f4a", "f4v", "flac", "flv", "m2ts", "m4a", "m4b", "m4r", "m4v", "mka", "mkv", "mov", "mp1",
    "mp2", "mp3", "mp4", "mpc", "mpeg", "mpg", "mts", "mxf", "oga", "ogg", "ogv", "opus", "qcp", "ra", "rm",
    "snd", "spx", "tta", "voc", "w64", "wav", "wave", "weba", "webm", "wma", "wmv", "wv",
])  # fmt: skip
_UNFIT_FOR_NAMES = dict.fromkeys([*map(ord, "/\\:"), *range(32)], "_")


@dataclass(frozen=True)
class Source:
    """One source to transcribe. Exactly one of `path` and `url` is set."""

    argument: str  # as typed on the command line, or the path of a file in a folder that was typed
    path: Path | None = None
    url: str | None = None
    folder: Path = Path()  # of the file, below the folder that was typed
    is_copy: bool = False  # `path` is a copy of standard input or of a pipe, to be removed in the end

    @property
    def title(self) -> str:
        """The argument for messages and documents, which end up in logs: without the user and password of a URL."""
        return self.argument if self.path else without_credentials(self.argument)

    @property
    def name(self) -> str:
        """File name of the source, never a path: `ep1.mp3` for `https://host/podcasts/ep1.mp3?token=…`."""
        if self.is_copy:
            return "stdin" if self.argument == STDIN else "pipe"
        if self.path:
            return self.path.name
        parts = urlsplit(self.title)
        last = unquote(parts.path.rstrip("/").rsplit("/", 1)[-1]).translate(_UNFIT_FOR_NAMES)
        return last if last.strip(".") else parts.netloc.translate(_UNFIT_FOR_NAMES)

    @property
    def stem(self) -> str:
        """The name without the ending of an audio file: `ep1` for `ep1.mp3`, `lecture.2026` for `lecture.2026`."""
        stem, _, ending = self.name.rpartition(".")
        return stem if stem and ending.lower() in EXTENSIONS else self.name


def find_sources(arguments: Iterable[str], *, recursive: bool = False, extensions: Iterable[str] = ()) -> list[Source]:
    """Turn command line arguments into sources; a folder becomes its audio files, in order of their names.

    Args:
        arguments: as typed.
        recursive: take files of subfolders, too; hidden ones are left out.
        extensions: endings of the files that are taken from folders, several with commas: `mp3`, `.mp3` or `*.mp3`.
            None: EXTENSIONS.

    Raises:
        CliError: a file cannot be read, a folder has no audio, or a URL has another scheme than http, https and s3.
            Nothing has been sent at that time.
    """
    typed = (each.strip().lower() for value in extensions for each in value.split(","))
    endings = frozenset(each.removeprefix("*").removeprefix(".") for each in typed if each) or EXTENSIONS
    found: list[Source] = []
    try:
        for argument in arguments:
            found += _of_argument(argument, recursive, endings)
    except BaseException:  # of a later argument
        remove_copies(found)
        raise
    seen: set[str] = set()
    once = []
    for source in found:  # `talks talks/ep1.mp3` names a file twice
        real_path = os.path.realpath(source.path) if source.path else None  # which a loop of links does not end, either
        if real_path is None or real_path not in seen:
            once.append(source)
        seen |= {real_path} if real_path else set()
    return once


def local_path(argument: str) -> Path:
    """Return the path that was typed, with `~` for the home folder where there is one: `~x` may be a file."""
    try:
        return Path(argument).expanduser()
    except RuntimeError:  # no such user
        return Path(argument)


def is_folder(argument: str) -> bool:
    """Return whether an argument is a folder."""
    named = bool(argument.strip()) and argument != STDIN and not _scheme(argument)
    return named and os.path.isdir(local_path(argument))  # Path.is_dir fails below a folder that may not be entered


def _of_argument(argument: str, recursive: bool, extensions: frozenset[str]) -> list[Source]:
    if is_folder(argument):
        folder = local_path(argument)
        files = list(_files(folder, recursive, extensions))
        if not files:
            where = "" if recursive else " --recursive looks in its subfolders."
            endings = "an audio file's ending" if extensions is EXTENSIONS else f"the ending {', '.join(extensions)}"
            raise CliError(f"{argument} has no file with {endings}.{where}", Status.USAGE)
        return [Source(str(path), path=path, folder=path.parent.relative_to(folder)) for path in files]
    return [parse_source(argument)]


def _files(folder: Path, recursive: bool, extensions: frozenset[str]) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, onerror=partial(_report_unreadable, folder)):
        folders[:] = sorted(name for name in folders if not name.startswith(".")) if recursive else []
        for name in sorted(names):  # hidden ones are not audio: macOS writes ._ep1.mp3 beside ep1.mp3
            if not name.startswith(".") and name.rpartition(".")[2].lower() in extensions:
                yield Path(parent, name)


def _report_unreadable(folder: Path, error: OSError) -> None:
    """Report a folder whose files cannot be listed: without the one that was typed there is nothing to do."""
    message = f"{error.filename} cannot be read: {error.strerror}."
    if Path(error.filename) == folder:
        raise CliError(message, Status.USAGE)
    stderr.print(f"{one_line(message)} It is left out.", markup=False)


def _scheme(argument: str) -> str:
    return argument.partition("://")[0].lower() if "://" in argument else ""


def parse_source(argument: str) -> Source:
    """Turn a command line argument that is no folder into a source; standard input is read to its end.

    Raises:
        CliError: the file cannot be read, or the URL has another scheme than http, https and s3.
    """
    if not argument.strip():  # a variable that is not set; as a path it is the current folder
        raise CliError("One of the sources has no name.", Status.USAGE)
    if argument == STDIN:
        return Source(argument, path=_stdin_copy(), is_copy=True)
    if _scheme(argument) in ("http", "https", "s3"):
        return Source(argument, url=argument)
    if _scheme(argument):
        raise CliError(f"{argument}: Earshot accepts files and http, https and s3 URLs.", Status.USAGE)
    path = local_path(argument)
    try:
        if path.is_fifo():  # as of `<(ffmpeg …)`: it can be read once, and has no length
            with path.open("rb") as pipe:
                return Source(argument, path=_copy(pipe, argument), is_copy=True)
        path.open("rb").close()
    except OSError as error:
        raise CliError(f"{argument} cannot be read: {error.strerror}.", Status.USAGE) from None
    return Source(argument, path=path)


def _stdin_copy() -> Path:
    """Copy standard input into a file, since its length has to be known before it is sent; return the file."""
    if sys.stdin.isatty():
        raise CliError(
            "- reads audio from standard input, and that is the terminal: `earshot transcribe - < ep1.mp3`.",
            Status.USAGE,
        )
    return _copy(sys.stdin.buffer, "Standard input")


def _copy(stream: BinaryIO, title: str) -> Path:
    """Copy a stream into a file; `title` is what a message calls it."""
    descriptor, name = tempfile.mkstemp(prefix="earshot-copy-")
    copy = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(stream, file)
    except BaseException as error:  # Ctrl-C among them
        copy.unlink()
        if not isinstance(error, OSError):
            raise
        raise CliError(f"{title} cannot be copied into {copy.parent}: {error.strerror}.") from None
    return copy


def remove_copies(sources: Iterable[Source]) -> None:
    """Remove the files that standard input and pipes were copied into."""
    for source in sources:
        if source.is_copy and source.path:
            source.path.unlink(missing_ok=True)
