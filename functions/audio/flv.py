"""FLV files: channels and sample rate of the first audio tag."""

from __future__ import annotations

from typing import BinaryIO

from functions.audio.frame_channels import aac_config, frame_channels

MAGIC = b"FLV\x01"
_READ_BYTES = 1 << 20  # from the start of the file
_AUDIO_TAG = 8
# Numbers of codecs: MP3 (two numbers, one for 8 kHz), AAC, Speex, and one whose channels are in a header of its own.
_MP3, _AAC, _SPEEX, _OWN_HEADER = (2, 14), 10, 11, 9
_LOWEST_RATE = 5512.5  # Hz; the others are two, four and eight times as high


def read(file: BinaryIO) -> tuple[float | None, int | None, int | None]:
    """Return seconds, channels and sample rate (Hz); None where the file has no value."""
    file.seek(0)
    data = file.read(_READ_BYTES)
    at = 13
    while at + 11 <= len(data):
        length = int.from_bytes(data[at + 1 : at + 4], "big")
        if data[at] == _AUDIO_TAG and length > 1:
            tag = data[at + 11 : at + 11 + length]
            return None, *(_sound(tag) if len(tag) > 1 else (None, None))  # a tag may be cut off
        at += 15 + length
    return None, None, None


def _sound(tag: bytes) -> tuple[int | None, int | None]:
    codec = tag[0] >> 4
    if codec == _AAC:  # whose tags all claim 44.1 kHz stereo
        return aac_config(tag[2:]) if tag[1] == 0 else (None, None)
    if codec == _SPEEX:
        return 1, 16_000
    if codec == _OWN_HEADER:
        return None, None
    channels = frame_channels(tag[1:]) if codec in _MP3 else 1 + (tag[0] & 1)
    return channels, int(_LOWEST_RATE * 2 ** (tag[0] >> 2 & 3))
