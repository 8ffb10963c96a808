"""Channels and sample rate by the header of one frame (MP3, AAC, AC-3), and by AAC's AudioSpecificConfig.

The tables are those of ISO/IEC 11172-3, 13818-7 and 14496-3, and ATSC A/52.
"""

from __future__ import annotations

from earshot_contract.signatures.frame_headers import aac_frame_bytes, ac3_frame_bytes, mpeg_frame_bytes

AAC_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)
_AAC_CHANNELS = (None, 1, 2, 3, 4, 5, 6, 8, None, None, None, 7, 8, None, 8)  # by configuration
_PARAMETRIC_STEREO = 29  # object type: one channel is stored, two are decoded
_MPEG_MONO = 3
_AC3_CHANNELS = (2, 1, 2, 3, 3, 4, 4, 5)  # by mode, without the bass channel
_AC3_MAX_VERSION = 10  # later ones are E-AC-3


def frame_channels(frame: bytes) -> int | None:
    """Return the channels of the MP2, MP3, AAC (ADTS), AC-3 or E-AC-3 frame that these bytes begin with."""
    if aac_frame_bytes(frame):
        return _AAC_CHANNELS[(frame[2] & 1) << 2 | frame[3] >> 6]
    if mpeg_frame_bytes(frame):
        return 1 if frame[3] >> 6 == _MPEG_MONO else 2
    return _ac3_channels(frame) if len(frame) > 7 and ac3_frame_bytes(frame) else None


def aac_config(config: bytes) -> tuple[int | None, int | None]:
    """Return channels and sample rate (Hz) of an AudioSpecificConfig, as MP4 and FLV hold it; None: not known."""
    bits, at = int.from_bytes(config[:8].ljust(8, b"\0"), "big"), 64

    def take(count: int) -> int:
        nonlocal at
        at -= count
        return bits >> at & ((1 << count) - 1)

    kind = take(5)
    if kind == 31:
        kind = 32 + take(6)
    index = take(4)
    rate = take(24) if index == 15 else AAC_RATES[index] if index < len(AAC_RATES) else None
    number = take(4)
    if kind == _PARAMETRIC_STEREO and number == 1:
        return 2, rate
    return _AAC_CHANNELS[number] if number < len(_AAC_CHANNELS) else None, rate


def _ac3_channels(frame: bytes) -> int:
    if frame[5] >> 3 > _AC3_MAX_VERSION:
        return _AC3_CHANNELS[frame[4] >> 1 & 7] + (frame[4] & 1)
    mode, bits = frame[6] >> 5, int.from_bytes(frame[6:8], "big")
    before = 3 + 2 * (mode & 1 and mode != 1) + 2 * (mode >> 2) + 2 * (mode == 2)  # bits before the bass channel's
    return _AC3_CHANNELS[mode] + (bits >> (15 - before) & 1)
