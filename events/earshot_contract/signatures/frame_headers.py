"""Frame headers: the length of a frame of formats that are frames and nothing else (MP3, AAC, AC-3, DTS, MPEG-TS).

Four headers in a row that agree are no coincidence: `container_signatures` recognises such a file by them, and the
worker finds where one ends. The tables are those of ISO/IEC 11172-3 and 13818-7, ATSC A/52 and ETSI TS 102 114.
"""

from __future__ import annotations

from collections.abc import Callable

HEADER_BYTES = 16  # enough for each of the functions
FRAMES_IN_A_ROW = 4  # whose headers agree; samples do not do that by chance

_MPEG_KBITS = {  # by MPEG version (1; 2 and 2.5) and the header's layer bits, then by its four bits
    (True, 1): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (False, 1): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MPEG_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}  # Hz, by version bits
_LAYER_3 = 1
_AC3_KBITS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
_AC3_RATES = (48_000, 44_100, 32_000)  # Hz
_EAC3_BLOCKS = (1, 2, 3, 6)  # of 256 samples
_AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)  # Hz
_DTS_RATES = (0, 8000, 16000, 32000, 0, 0, 11025, 22050, 44100, 0, 0, 12000, 24000, 48000, 0, 0)  # Hz


def mpeg_frame_bytes(header: bytes) -> int:
    """Return the length of the MP2 or MP3 frame with this header; 0 if it is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer, kbits, rate = header[1] >> 3 & 3, header[1] >> 1 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or layer not in (1, 2) or kbits in (0, 15) or rate == 3:
        return 0
    samples = 72 if layer == _LAYER_3 and version != 3 else 144  # of a frame, divided by 8
    bits = _MPEG_KBITS[version == 3, layer][kbits] * 1000
    return bits * samples // _MPEG_RATES[version][rate] + (header[2] >> 1 & 1)


def aac_frame_bytes(header: bytes) -> int:
    """Return the length of the AAC frame with this ADTS header; 0 if it is none."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return 0
    size = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return size if size > 7 else 0


def latm_frame_bytes(header: bytes) -> int:
    """Return the length of the AAC frame with this LOAS header; 0 if it is none."""
    if len(header) < 3 or header[0] != 0x56 or header[1] & 0xE0 != 0xE0:
        return 0
    return 3 + ((header[1] & 0x1F) << 8 | header[2])


def ac3_frame_bytes(header: bytes) -> int:
    """Return the length of the AC-3 or E-AC-3 frame with this header; 0 if it is none."""
    if len(header) < 6 or header[:2] != b"\x0b\x77":
        return 0
    version = header[5] >> 3
    if version > 10:
        return 2 * ((header[2] & 7) << 8 | header[3]) + 2 if version <= 16 else 0
    rate, size = header[4] >> 6, header[4] & 0x3F
    if rate == 3 or size >= 2 * len(_AC3_KBITS):
        return 0
    words = _AC3_KBITS[size // 2] * 96_000 // _AC3_RATES[rate]
    return 2 * (words + (size & 1 if rate == 1 else 0))


def dts_frame_bytes(header: bytes) -> int:
    """Return the length of the DTS frame with this header; 0 if it is none."""
    if len(header) < 8 or header[:4] != b"\x7f\xfe\x80\x01":
        return 0
    size = ((header[5] & 3) << 12 | header[6] << 4 | header[7] >> 4) + 1
    return size if size >= 96 else 0


def transport_packet_bytes(header: bytes) -> int:
    """Return the length of the packet of an MPEG transport stream with this header; 0 if it is none."""
    return 188 if header[:1] == b"\x47" else 0


def seconds_of_frame(header: bytes, length: Callable[[bytes], int]) -> float:
    """Return the seconds of a frame whose length `length` gives; 0: the header does not say."""
    if not length(header):
        return 0.0
    if length is mpeg_frame_bytes:
        version = header[1] >> 3 & 3
        samples = 576 if header[1] >> 1 & 3 == _LAYER_3 and version != 3 else 1152
        return samples / _MPEG_RATES[version][header[2] >> 2 & 3]
    if length is aac_frame_bytes:
        return 1024 / _AAC_RATES[header[2] >> 2 & 15]
    if length is dts_frame_bytes:
        rate = _DTS_RATES[header[8] >> 2 & 15] if len(header) > 8 else 0
        return 32 * (((header[4] & 1) << 6 | header[5] >> 2) + 1) / rate if rate else 0.0
    if length is ac3_frame_bytes:
        is_enhanced, rate = header[5] >> 3 > 10, header[4] >> 6
        if is_enhanced and rate == 3:
            return 1536 / (_AC3_RATES[header[4] >> 4 & 3] / 2) if header[4] >> 4 & 3 < 3 else 0.0
        blocks = _EAC3_BLOCKS[header[4] >> 4 & 3] if is_enhanced else 6
        return 256 * blocks / _AC3_RATES[rate]
    return 0.0


def frames_in_a_row(data: bytes, length: Callable[[bytes], int]) -> tuple[int, int]:
    """Return how many frames follow each other from the start of `data` on, and where the last of them ends."""
    at = frames = 0
    while frames < FRAMES_IN_A_ROW and (size := length(data[at : at + HEADER_BYTES])):
        at, frames = at + size, frames + 1
    return frames, at
