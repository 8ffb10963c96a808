"""Header encoding: WAV files whose header names another encoding than their samples have, by their bytes.

Programs that save a telephone line's µ-law, or a network's big-endian samples, often write the header of 16 bits before
them. FFmpeg reads what the header says: noise.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import NamedTuple

from earshot_contract.documents.shards import RawAudio
from transcriber.audio.file_structure.part_reader import Part, PartReader
from transcriber.audio.file_structure.wav_header import samples_of
from transcriber.audio.sample_encoding import Span, sample_encoding

_HEAD_BYTES = 1 << 16  # a WAV header with a picture in it is longer: it is believed
_FIELDS = struct.Struct("<HHIIHH")  # of the chunk `fmt `: tag, channels, rate, bytes a second, frame, bits
_ENCODINGS = {
    (1, 8): "unsigned8",
    (1, 16): "linear16",
    (6, 8): "alaw",
    (7, 8): "mulaw",
}  # by tag and bits; others are believed


class Contradiction(NamedTuple):
    """How samples are read against their header, where they are, and how many bytes before them are not read."""

    raw: RawAudio
    part: Part
    skipped: int


def contradiction(path: Path, part: Part) -> Contradiction | None:
    """Return how the samples of a WAV are read against its header; None: as it says, or it is no WAV."""
    with path.open("rb") as file:
        head = PartReader(file, part).read(_HEAD_BYTES)
    found = samples_of(head)
    if found is None or len(found[0]) < _FIELDS.size:
        return None
    tag, channels, rate, _, frame, bits = _FIELDS.unpack_from(found[0])
    named = _ENCODINGS.get((tag, bits))
    if named is None or not channels or not rate or frame * 8 != channels * bits:
        return None
    # `head` may stand in place of the file's own bytes.
    moved = part.start + part.replaced - len(part.head)
    start, end = found[1] + moved, min(part.end, found[2] + moved)
    true = sample_encoding(path, named, channels, Span(path, start, end))
    if true.name == named and not true.skipped:
        return None
    return Contradiction(RawAudio(true.name, rate, channels), Part(start + true.skipped, end), true.skipped)
