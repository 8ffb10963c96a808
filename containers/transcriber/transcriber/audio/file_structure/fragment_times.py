"""Times of an MP4's fragments: whether each begins at 0, as recorders write it that know of no other fragment.

FFmpeg marks all packets behind the first fragment of such a file as not to be heard.
"""

from __future__ import annotations

import io
import re
from itertools import islice

from transcriber.audio.file_structure.mp4_boxes import top_level_boxes

_LOOKED_AT = 64  # boxes of the file's top level: some fragments, each of one or two boxes
_MAX_FRAGMENT_BYTES = 1 << 16  # of a fragment's header; the times stand at its beginning
_TRACK_TIMES = re.compile(rb"tfhd.{4}(.{4}).{0,64}?tfdt(?:\x00...(.{4})|\x01...(.{8}))", re.DOTALL)


def begin_all_at_once(file: io.RawIOBase) -> bool:
    """Return whether the fragments of a track have the same time each; the file's position is kept."""
    position = file.tell()
    times: dict[bytes, list[int]] = {}
    for box in islice(top_level_boxes(file), _LOOKED_AT):
        if box.kind == b"moof":
            file.seek(box.start + box.header)
            for track, short, long in _TRACK_TIMES.findall(file.read(min(box.size, _MAX_FRAGMENT_BYTES)) or b""):
                times.setdefault(track, []).append(int.from_bytes(short or long, "big"))
    file.seek(position)
    return any(len(found) > 1 and len(set(found)) == 1 for found in times.values())
