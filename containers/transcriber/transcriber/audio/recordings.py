"""Recordings of a file, one after another: how its bytes are read, and each part opened in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from earshot_contract.documents.audio_tracks import TrackRequest
from earshot_contract.documents.shards import RawAudio
from earshot_contract.signatures.container_signatures import container_name
from earshot_contract.signatures.file_signatures import HEAD_BYTES
from transcriber.audio.file_structure.parts import Part, file_parts
from transcriber.audio.open_part import OpenPart
from transcriber.audio.sample_order import ORDERS, sample_order
from transcriber.engine_protocol import ShardFailed


def parts_to_read(path: Path, raw: RawAudio | None) -> tuple[RawAudio | None, list[Part], str | None]:
    """Return how a file is read: as headerless audio or by its header, its parts, and the container it really is.

    Samples of linear16 are read in the order in which they are speech.

    Args:
        path: the file.
        raw: what the caller says of headerless audio; a file with a header is read by that.
    """
    found = None
    if raw:
        with path.open("rb") as file:
            found = container_name(file.read(HEAD_BYTES))
    if raw and not found:
        order, skipped = sample_order(path, raw.channels) if raw.encoding == "linear16" else ORDERS[0]
        part = Part(skipped, path.stat().st_size)
        return (replace(raw, encoding="linear16be") if order == ">i2" else raw), [part], None
    return None, file_parts(path), found


def recordings(
    path: Path, raw: RawAudio | None = None, track: TrackRequest | None = None
) -> Iterator[tuple[int, OpenPart]]:
    """Yield each part of a file, opened, with its number from 0; parts that cannot be read are left out.

    Raises:
        ShardFailed: the first part is not audio.
    """
    raw, parts, _ = parts_to_read(path, raw)
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
