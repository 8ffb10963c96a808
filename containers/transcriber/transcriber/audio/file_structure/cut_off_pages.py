"""Cut-off pages: whether an Ogg file ends inside a page, as a copy or an upload leaves it that was not finished.

FFmpeg passes over such a page, which may hold a second of sound, without a word.
"""

from __future__ import annotations

import io

_TAIL_BYTES = 1 << 17  # a page has at most 65,307
_PAGE, _SEGMENTS_AT = b"OggS\0", 26


def ends_inside_page(file: io.RawIOBase) -> bool:
    """Return whether the last page of an Ogg file lacks bytes; its position is kept. False for any other file."""
    position = file.tell()
    file.seek(0)
    is_ogg = file.read(5) == _PAGE
    file.seek(max(0, file.seek(0, io.SEEK_END) - _TAIL_BYTES))
    tail = (file.read() or b"") if is_ogg else b""
    file.seek(position)
    page = tail.rfind(_PAGE)
    header = page + _SEGMENTS_AT
    if page < 0:
        return False
    if header >= len(tail):
        return True
    lengths = tail[header + 1 : header + 1 + tail[header]]
    return header + 1 + tail[header] + sum(lengths) > len(tail)
