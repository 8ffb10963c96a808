"""EBML, the structure of Matroska and WebM: where an element ends; used by `recording_ends`."""

from __future__ import annotations

import mmap
import re

SEGMENT, CLUSTER = b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75"  # ids of elements
# Elements of a streamed segment's top level and of its clusters.
_KNOWN = re.compile(
    rb"\x1f\x43\xb6\x75|\x1c\x53\xbb\x6b|\x12\x54\xc3\x67|\x11\x4d\x9b\x74|\x10\x43\xa7\x70|\x19\x41\xa4\x69"
    rb"|[\xe7\xa3\xa0\xab\xa7\xec\xbf]|\x58\x54"
)
_OUTERMOST = re.compile(rb"\x1a\x45\xdf\xa3|\x18\x53\x80\x67")  # header, segment


def element_at(data: mmap.mmap, at: int, limit: int) -> tuple[int | None, int]:
    """Return end and content of an EBML element; the end is None if its size is not known; `at`, if it is none."""
    if at >= limit:
        return at, at
    known = _KNOWN.match(data, at) or _OUTERMOST.match(data, at)
    if not known or known.end() >= limit or not data[known.end()]:
        return at, at
    first = data[known.end()]
    length = 9 - first.bit_length()
    value = int.from_bytes(data[known.end() : known.end() + length], "big") & ((1 << 7 * length) - 1)
    content = known.end() + length
    return (None, content) if value == (1 << 7 * length) - 1 else (content + value, content)
