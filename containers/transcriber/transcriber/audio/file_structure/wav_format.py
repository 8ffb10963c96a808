"""WAV formats: what the samples are, where the header's chunk `fmt ` cannot be true; used by `wav_header`.

`sample_encoding` asks of raw samples, too, whether they are floats. Programs that write the floats of a browser or of
NumPy often call them integers, and the other way round.
"""

from __future__ import annotations

import struct

import numpy as np

_UNKNOWN, _INTEGER, _FLOAT = 0, 1, 3  # format tags
_USUAL_BITS = (8, 16, 24, 32)
_LEAST_SAMPLES = 1000  # that are not zero; fewer say nothing
# Floats have these sizes in sound: integers, read as floats, have any size. What a filter or an FFT leaves of silence
# is smaller still, so that small ones prove nothing.
_SMALLEST, _LARGEST, _USUAL = 1e-9, 1e6, 0.98
_LEAST_SPREAD = 4.0  # the louder positive ones, as a multiple of the quieter; a sine has 6, a square of integers 1
# Read as floats, quiet negative integers are no numbers, or larger than floats that were never scaled down to 1.
_IMPOSSIBLE, _MANY = 1e10, 0.1


def true_format(chunks: bytes, samples: bytes) -> bytes:
    """Return the chunks before the samples, with the format that these have.

    Args:
        chunks: from `WAVE` to the name of the samples' chunk.
        samples: some of the samples, from a multiple of their bytes on.
    """
    at = chunks.find(b"fmt ", 4) + 8
    if at < 12 or at + 16 > len(chunks):
        return chunks
    tag, bits = struct.unpack_from("<H", chunks, at)[0], struct.unpack_from("<H", chunks, at + 14)[0]
    true_tag = tag
    if bits == 32 and tag in (_UNKNOWN, _INTEGER, _FLOAT):
        true_tag = {True: _FLOAT, False: _INTEGER, None: tag or _INTEGER}[are_floats(samples)]
    elif (tag == _FLOAT and bits == 16) or (tag == _UNKNOWN and bits in _USUAL_BITS):
        true_tag = _INTEGER
    return chunks[:at] + struct.pack("<H", true_tag) + chunks[at + 2 :]


def are_floats(samples: bytes) -> bool | None:
    """Return whether samples of 32 bits are floats, or integers; None: they can be both, or are too few."""
    floats = np.frombuffer(samples[: len(samples) // 4 * 4], "<f4")
    floats = floats[floats != 0]  # NaN counts
    sizes = np.abs(floats)
    if len(sizes) < _LEAST_SAMPLES:
        return None
    if (~(sizes < _IMPOSSIBLE)).mean() > _MANY:
        return False
    positive = floats[floats > 0]
    if not len(positive) or ((sizes > _SMALLEST) & (sizes < _LARGEST)).mean() <= _USUAL:
        return None
    quiet, loud = np.quantile(positive, (0.1, 0.9))
    return True if loud > _LEAST_SPREAD * quiet else None
