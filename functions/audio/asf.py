"""ASF headers, of WMA and WMV files: whether the sound is protected against copying."""

from __future__ import annotations

from typing import BinaryIO

MAGIC = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
_MAX_HEADER = 1 << 20  # bytes; it may contain pictures
# GUIDs of the objects that describe the encryption: the simple one, the extended one, and the advanced one.
_ENCRYPTION = (
    b"\xfb\xb3\x11\x22\x23\xbd\xd2\x11\xb4\xb7\x00\xa0\xc9\x55\xfc\x6e",
    b"\x14\xe6\x8a\x29\x22\x26\x17\x4c\xb9\x35\xda\xe0\x7e\xe9\x28\x9c",
    b"\x33\x85\x05\x43\x81\x69\xe6\x49\x9b\x74\xad\x12\xcb\x86\xd5\x8c",
)


def is_protected(file: BinaryIO, head: bytes) -> bool:
    """Return whether a file is ASF and its header has an encryption object.

    Args:
        file: the file, at its beginning; its position does not change.
        head: its first bytes.
    """
    if not head.startswith(MAGIC):
        return False
    header = file.read(min(int.from_bytes(head[16:24], "little"), _MAX_HEADER))
    file.seek(0)
    return any(guid in header for guid in _ENCRYPTION)
