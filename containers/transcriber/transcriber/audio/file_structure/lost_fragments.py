"""Lost fragments: whether fragments of an MP4 are missing, as an upload in pieces leaves them of which one is lost.

A fragment is a box `moof`, which says where its samples are, and a box `mdat` with them. FFmpeg passes over samples
without a `moof`, and takes the time of a fragment that is missing for a pause.
"""

from __future__ import annotations

import io
import struct
from itertools import pairwise

from transcriber.audio.file_structure.mp4_boxes import top_level_boxes

_NUMBER = struct.Struct(">4x4s4xI")  # the first box of a `moof`, with its number in the file


def has_lost_fragments(file: io.RawIOBase) -> bool:
    """Return whether a file has samples without a `moof`, or fragments whose numbers leave some out.

    False for any file that has no fragments; the file's position is kept.
    """
    position = file.tell()
    before, has_orphans, numbers = b"", False, []
    for box in top_level_boxes(file):
        if box.kind == b"moof":
            file.seek(box.start + box.header)
            content = file.read(_NUMBER.size) or b""
            name, number = _NUMBER.unpack(content) if len(content) == _NUMBER.size else (b"", 0)
            numbers += [number] if name == b"mfhd" else []
        has_orphans |= bool(numbers) and box.kind == before == b"mdat"
        before = box.kind if box.kind in (b"moof", b"mdat") else before
    file.seek(position)
    return has_orphans or _leave_some_out(numbers)


def _leave_some_out(numbers: list[int]) -> bool:
    """Return whether numbers that mostly rise by the same step rise by more somewhere; one track has every second."""
    steps = [later - earlier for earlier, later in pairwise(numbers)]
    usual = min(steps, default=0)
    return usual > 0 and steps.count(usual) * 2 >= len(steps) and max(steps) > usual
