"""Files of results: their paths, existing ones, and how they are written."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from earshot_cli.errors import CliError, Status
from earshot_cli.transcription.formats import Format
from earshot_cli.transcription.sources import Source

_MAX_NAME_BYTES = 255  # of a file, in the file systems of Linux and macOS


@dataclass(frozen=True)
class Task:
    """One source and its requested formats; `files` has the path for each, and is empty for standard output."""

    source: Source
    formats: Sequence[Format]
    files: dict[Format, Path] = field(default_factory=dict)


def plan_files(
    sources: Sequence[Source],
    formats: Sequence[Format],
    out: Path | None,
    *,
    skip_existing: bool = False,
    overwrite: bool = False,
) -> list[Task]:
    """Return a task for each source whose results are to be written into files.

    `ep1.flac` gives `ep1.srt`. If two sources would write one file, such as `ep1.flac` and `ep1.mp3`, each keeps its
    whole name: `ep1.flac.srt`.

    Args:
        sources: what to transcribe.
        formats: what to write of each.
        out: folder of the files, which keep the subfolders that the sources were found in. None: beside the source;
            that of a URL or of standard input is the current folder.
        skip_existing: leave out the files that are there, and the sources with no other.
        overwrite: replace files that stand beside the sources. Those of `out` always are.

    Raises:
        CliError: two sources would write the same file, a file beside a source is there already, `out` is no
            folder, or no file can be written there.
    """
    _check_folder(out)
    stems = Counter(_folder(source, out) / source.stem for source in sources)
    tasks: list[Task] = []
    taken: set[Path] = set()
    for source in sources:
        folder = _folder(source, out)
        stem = source.stem if stems[folder / source.stem] == 1 else source.name
        files = {form: folder / _file_name(stem, form) for form in formats}
        if repeated := taken & set(files.values()):
            raise CliError(
                f"Two of the sources are named {source.name}: both would write {min(repeated)}. --beside writes each "
                "beside its source.",
                Status.USAGE,
            )
        taken |= set(files.values())
        if skip_existing:
            files = {form: path for form, path in files.items() if not _has_content(path)}
        tasks.append(Task(source, list(files), files))
    existing = [path for task in tasks for path in task.files.values() if os.path.exists(path)]
    if existing and out is None and not overwrite and not skip_existing:
        others = f" and {len(existing) - 1} more files are" if len(existing) > 1 else " is"
        raise CliError(
            f"{existing[0]}{others} there already. --skip-existing leaves them, --overwrite replaces them.",
            Status.USAGE,
        )
    tasks = [task for task in tasks if task.formats]
    for folder in sorted({path.parent for task in tasks for path in task.files.values()}):
        _check_writable(folder)
    return tasks


def _check_folder(out: Path | None) -> None:
    """Refuse an `--out` that is a file, or looks like one: `-o talk.txt` would make a folder of that name."""
    if out is None or os.path.isdir(out):
        return
    if os.path.exists(out) or out.suffix.removeprefix(".") in {form.api_name for form in Format}:
        raise CliError(
            f"--out names a folder, and {out} is a file's name. What is printed goes into a file with `> {out}`.",
            Status.USAGE,
        )


def _check_writable(folder: Path) -> None:
    """Refuse a folder that files cannot be written into, before the transcription costs money."""
    # Not Path.exists, which fails where a folder above may not be entered.
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if os.path.exists(each))
    if not there.is_dir():
        raise CliError(f"Transcripts cannot be written into {folder}: {there} is no folder.", Status.USAGE)
    if not os.access(there, os.W_OK | os.X_OK):
        raise CliError(
            f"Transcripts cannot be written into {folder}: no permission. --out DIR names another folder.", Status.USAGE
        )


def _file_name(stem: str, form: Format) -> str:
    """Return the name of a file; a stem that is too long for a file's name loses its end."""
    ending = f".{form.api_name}"
    encoded, room = os.fsencode(stem), _MAX_NAME_BYTES - len(ending)
    return (stem if len(encoded) <= room else encoded[:room].decode(errors="ignore")) + ending


def write_file(path: Path, text: str) -> None:
    """Write a result completely or not at all: --skip-existing would take a part of one for the whole.

    Raises:
        CliError: the file cannot be written.
    """
    part = path.parent / f".earshot-{os.getpid()}.part"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise CliError(f"The transcript cannot be written to {path}: {error.strerror}.") from None


def _folder(source: Source, out: Path | None) -> Path:
    if out is not None:
        return out / source.folder
    return source.path.parent if source.path and not source.is_copy else Path()


def _has_content(path: Path) -> bool:
    return os.path.isfile(path) and path.stat().st_size > 0
