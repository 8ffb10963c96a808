"""WAV formats: what the samples are, where the header's chunk `fmt ` cannot be true; used by `wav_header`.

`sample_encoding` asks of raw samples, too, whether they are floats. Programs that write the floats of a browser or of
NumPy often call them integers, and the other way round. Sound cards give 24 bits in words of 32, which FFmpeg takes
for a float format of Adobe Audition if the header says 24.
"""

from __future__ import annotations

import struct

import numpy as np

from earshot_contract.audio_limits import MAX_CHANNELS
from transcriber.audio.file_structure.sample_width import packed_words, roughness, sample_width

_UNKNOWN, _INTEGER, _FLOAT, _EXTENSIBLE = 0, 1, 3, 0xFFFE  # format tags
_USUAL_BITS = (8, 16, 24, 32)
_MIN_SAMPLES = 1000  # samples that are not zero; fewer prove nothing
# Floats have these sizes in sound: integers, read as floats, have any size. Remains of silence behind
# a filter or an FFT are smaller still, so that small ones prove nothing.
_SMALLEST, _LARGEST, _USUAL = 1e-9, 1e6, 0.98
_MIN_SPREAD = 4.0  # the louder positive ones, as a multiple of the quieter; a sine has 6, a square of integers 1
# Read as floats, quiet negative integers are no numbers, or larger than floats that were never scaled down to 1.
_IMPOSSIBLE, _MANY = 1e10, 0.1
_WORD_BITS = 32
# Of the chunk `fmt `: its fields up to the bits, and those of WAVEFORMATEXTENSIBLE up to the first of its sub-format.
_FIELDS, _MORE_FIELDS = struct.Struct("<HHIIHH"), struct.Struct("<HHIH")
_WIDTHS = (2, 3, 4)  # bytes of integers that headers take for each other
_MAX_FRAME_BYTES = MAX_CHANNELS * 4
_PACKED_BYTES = 3  # of 24 bits without a word around them


def true_format(chunks: bytes, samples: bytes) -> tuple[bytes, int]:
    """Return the chunks before the samples, with the format that these have, and how many zeros to put before them.

    The zeros move samples that lie at the low end of their words to the high end, where FFmpeg looks for them: each
    one begins in the byte before.

    Args:
        chunks: from `WAVE` to the name of the samples' chunk.
        samples: some of the samples, from a multiple of their bytes on.
    """
    at = chunks.find(b"fmt ", 4) + 8
    if at < 12 or at + _FIELDS.size > len(chunks):
        return chunks, 0
    tag, channels, rate, _, frame, bits = _FIELDS.unpack_from(chunks, at)
    more = at + _FIELDS.size
    is_extensible = tag == _EXTENSIBLE and more + _MORE_FIELDS.size <= len(chunks)
    valid = bits
    if is_extensible:
        size, valid, speakers, tag = _MORE_FIELDS.unpack_from(chunks, more)
        valid = valid if 0 < valid < bits else bits
    true_tag, true_bits, true_frame, zeros = tag, bits, frame, 0
    if tag in (_UNKNOWN, _INTEGER, _FLOAT) and valid < _WORD_BITS and _has_words(channels, frame, bits):
        if bits == _WORD_BITS or _are_words(samples, channels):
            true_bits, zeros = _WORD_BITS, _unused_high_bytes(samples, valid)
        else:
            true_frame = channels * _PACKED_BYTES
    if true_bits == _WORD_BITS and tag in (_UNKNOWN, _INTEGER, _FLOAT):
        true_tag = {True: _FLOAT, False: _INTEGER, None: tag or _INTEGER}[are_floats(samples)]
    elif (tag == _FLOAT and bits == 16) or (tag == _UNKNOWN and bits in _USUAL_BITS):
        true_tag = _INTEGER
    width = true_bits // 8
    if true_tag in (_INTEGER, _FLOAT) and width in _WIDTHS and 0 < true_frame == channels * width <= _MAX_FRAME_BYTES:
        true_width = sample_width(samples, channels, width)
        if true_width != width:
            true_tag, true_bits, true_frame, zeros = _INTEGER, 8 * true_width, channels * true_width, 0
    if (true_tag, true_bits, true_frame) == (tag, bits, frame) and (valid == bits or true_bits != _WORD_BITS):
        return chunks, 0
    shown = _EXTENSIBLE if is_extensible else true_tag
    fields = _FIELDS.pack(shown, channels, rate, rate * true_frame, true_frame, true_bits)
    if is_extensible:
        fields += _MORE_FIELDS.pack(size, true_bits, speakers, true_tag)
    return chunks[:at] + fields + chunks[at + len(fields) :], zeros if true_tag == _INTEGER else 0


def are_floats(samples: bytes) -> bool | None:
    """Return whether samples of 32 bits are floats, or integers; None: they can be both, or are too few."""
    floats = np.frombuffer(samples[: len(samples) // 4 * 4], "<f4")
    floats = floats[floats != 0]  # NaN counts
    sizes = np.abs(floats)
    if len(sizes) < _MIN_SAMPLES:
        return None
    if (~(sizes < _IMPOSSIBLE)).mean() > _MANY:
        return False
    positive = floats[floats > 0]
    if not len(positive) or ((sizes > _SMALLEST) & (sizes < _LARGEST)).mean() <= _USUAL:
        return None
    quiet, loud = np.quantile(positive, (0.1, 0.9))
    return True if loud > _MIN_SPREAD * quiet else None


def _has_words(channels: int, frame: int, bits: int) -> bool:
    """Return whether a header says that a sample of 17 bits and more takes 32; `frame`: bytes of all channels'."""
    return 0 < channels <= MAX_CHANNELS and frame == channels * _WORD_BITS // 8 and 16 < bits <= _WORD_BITS


def _are_words(samples: bytes, channels: int) -> bool:
    """Return whether samples lie in words of 32 bits, not in 24 as those of another header do."""
    words = np.frombuffer(samples[: len(samples) // (4 * channels) * 4 * channels], "<i4")
    readings = (words.reshape(-1, channels), packed_words(samples, channels))
    return are_floats(samples) is True or roughness(readings[0]) <= roughness(readings[1])


def _unused_high_bytes(samples: bytes, valid: int) -> int:
    """Return how many bytes at the high end of each word have its sign alone; 0 if the low end is the unused one."""
    words = np.frombuffer(samples[: len(samples) // 4 * 4], "<i4")
    unused = (_WORD_BITS - valid) // 8
    limit = 1 << (_WORD_BITS - 8 * unused - 1)
    # With zeros at the low end it is faint sound at the high end, as the standard asks for, or 16 bits made 24 at the
    # low end. As the latter, a louder sample somewhere else would lose its highest byte.
    has_low_bits = (words & ((1 << 8 * unused) - 1)).any()
    return unused if has_low_bits and bool(((words >= -limit) & (words < limit)).all()) else 0
