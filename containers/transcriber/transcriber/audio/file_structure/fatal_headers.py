"""Fatal headers: those at which FFmpeg ends the process, by a division by zero, instead of raising an error."""

from __future__ import annotations

import io

from earshot_contract.audio_limits import MAX_RATE

_ADX = b"\x80\0"
# Of an ADX: encoding, bytes of a block, and bits of a sample, which FFmpeg knows in one combination.
_ADX_FORM, _ADX_CHANNELS = b"\x03\x12\x04", (1, 2)
_ADX_MARK = b"(c)CRI"  # at the end of the header, which says how long it is; FFmpeg knows ADX by it
_HEAD_BYTES = 12


def is_fatal(file: io.RawIOBase) -> bool:
    """Return whether FFmpeg must not open a file; the file's position is kept."""
    position = file.tell()
    file.seek(0)
    head = file.read(_HEAD_BYTES) or b""
    found = False
    if head[:2] == _ADX and len(head) == _HEAD_BYTES:
        file.seek(max(0, int.from_bytes(head[2:4], "big") - 2))
        is_adx = file.read(len(_ADX_MARK)) == _ADX_MARK
        is_known = head[4:7] == _ADX_FORM and head[7] in _ADX_CHANNELS
        found = is_adx and not (is_known and 0 < int.from_bytes(head[8:12], "big") <= MAX_RATE)
    file.seek(position)
    return found
