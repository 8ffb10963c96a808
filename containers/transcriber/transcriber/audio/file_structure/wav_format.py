"""WAV formats: what the samples are, where the header's chunk `fmt ` cannot be true; used by `wav_header`.

Programs that write the floats of a browser or of NumPy often call them integers, and the other way round.
"""

from __future__ import annotations

import struct

import numpy as np

_UNKNOWN, _INTEGER, _FLOAT = 0, 1, 3  # format tags
_USUAL_BITS = (8, 16, 24, 32)
_LEAST_SAMPLES = 1000  # that are not zero; fewer say nothing
# Floats are samples in this range: as floats, integers have any size, and quiet ones are next to nothing.
_SMALLEST, _LARGEST = 1e-9, 1e6
_MOST, _FEW = 0.98, 0.7  # of the samples


def true_format(chunks: bytes, samples: bytes) -> bytes:
    """Return the chunks before the samples, with the format that these have.

    Args:
        chunks: from `WAVE` to the name of the samples' chunk.
        samples: the beginning of the samples, at their own borders.
    """
    at = chunks.find(b"fmt ", 4) + 8
    if at < 12 or at + 16 > len(chunks):
        return chunks
    tag, bits = struct.unpack_from("<H", chunks, at)[0], struct.unpack_from("<H", chunks, at + 14)[0]
    true_tag = tag
    if bits == 32 and tag in (_INTEGER, _FLOAT):
        share = _share_of_floats(samples)
        true_tag = _FLOAT if share > _MOST else _INTEGER if share < _FEW else tag
    elif (tag == _FLOAT and bits == 16) or (tag == _UNKNOWN and bits in _USUAL_BITS):
        true_tag = _INTEGER
    return chunks[:at] + struct.pack("<H", true_tag) + chunks[at + 2 :]


def _share_of_floats(samples: bytes) -> float:
    """Return the share of samples that are floats of a usual size; between the limits if there are too few."""
    floats = np.abs(np.frombuffer(samples[: len(samples) // 4 * 4], "<f4"))
    floats = floats[floats != 0]  # NaN counts
    if len(floats) < _LEAST_SAMPLES:
        return (_MOST + _FEW) / 2
    return float(((floats > _SMALLEST) & (floats < _LARGEST)).mean())
