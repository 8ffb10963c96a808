"""Recordings of a file, one after another: how its bytes are read, and each part opened in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

from earshot_contract.documents.audio_tracks import TrackRequest
from earshot_contract.documents.shards import RawAudio, ShardError
from earshot_contract.signatures.container_signatures import container_name
from earshot_contract.signatures.file_signatures import HEAD_BYTES, LINE_ENDS_CHANGED, has_changed_line_ends
from transcriber.audio.decoding.open_part import OpenPart
from transcriber.audio.file_structure.part_reader import Part
from transcriber.audio.file_structure.parts import file_parts
from transcriber.audio.header_encoding import Contradiction, contradiction
from transcriber.audio.sample_encoding import sample_encoding
from transcriber.engine_protocol import ShardFailed

_LOOK_SHARES, _READ_BYTES = (0.25, 0.5, 0.75), 1 << 15  # where a file is looked at, as shares of it


class Reading(NamedTuple):
    """How a file is read.

    Attributes:
        raw: its encoding, if it is read as headerless audio.
        parts: its recordings.
        container: what it really is, where the caller called it headerless.
        contradiction: between a header and the samples behind it.
    """

    raw: RawAudio | None
    parts: list[Part]
    container: str | None = None
    contradiction: Contradiction | None = None


def reading_of(path: Path, raw: RawAudio | None) -> Reading:
    """Return how a file is read: as headerless audio or by its header. Samples are read in the encoding they have.

    Args:
        path: the file.
        raw: what the caller says of headerless audio; a file with a header is read by that.

    Raises:
        ShardFailed: NOT_AUDIO, a program has changed the file as if it were text.
    """
    container = None
    with path.open("rb") as file:
        if raw:
            container = container_name(file.read(HEAD_BYTES))
        if _has_changed_line_ends(file, path.stat().st_size):
            raise ShardFailed(ShardError.NOT_AUDIO, f"The file is {LINE_ENDS_CHANGED}.")
    if raw and not container:
        found_encoding = sample_encoding(path, raw.encoding, raw.channels)
        part = Part(found_encoding.skipped, path.stat().st_size)
        return Reading(replace(raw, encoding=found_encoding.name), [part])
    parts = file_parts(path)
    if len(parts) == 1 and (found := contradiction(path, parts[0])):
        return Reading(found.raw, [found.part], container, found)
    return Reading(None, parts, container)


def _has_changed_line_ends(file: BinaryIO, size: int) -> bool:
    """Return whether bytes were put in everywhere: Prepare sees the beginning, and that of samples is quiet."""
    looks = []
    for share in _LOOK_SHARES:
        file.seek(int(size * share))
        looks.append(file.read(_READ_BYTES)[1:])
    return all(map(has_changed_line_ends, looks))


def recordings(
    path: Path, raw: RawAudio | None = None, track: TrackRequest | None = None
) -> Iterator[tuple[int, OpenPart]]:
    """Yield each part of a file, opened, with its number from 0; parts that cannot be read are left out.

    Raises:
        ShardFailed: the first part is not audio.
    """
    raw, parts, *_ = reading_of(path, raw)
    with path.open("rb") as file:
        chosen: int | None = None
        for number, part in enumerate(parts):
            try:
                opened = OpenPart(file, part, path, raw, None, track if number == 0 else None, chosen)
            except ShardFailed:
                if number == 0:
                    raise
                continue
            with opened:
                if number == 0:
                    chosen = opened.choose_audible([])
                yield number, opened
