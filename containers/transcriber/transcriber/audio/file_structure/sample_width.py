"""Sample width: WAV samples of 16 or 24 bits below a header that names another width; used by `wav_format`.

Read with the wrong width, samples are noise, or speech of twice the speed. Read with the right one they are smooth, and
those at every place of a frame are about as loud.
"""

from __future__ import annotations

import numpy as np

# Mean distance of two samples of a channel, as a share of their mean size: noise has 1.4, speech 0.05 to 0.5, and up to
# 1.2 if it hisses.
_SMOOTH, _ROUGH = 0.8, 1.1
_MIN_SAMPLES = 1000  # of a channel; fewer prove nothing
# Loudness of the quietest place as a share of the loudest one's. Of samples of 16 bits each second, or third, one is as
# loud as the others; of 32 bits one half is noise, or zeros.
_ALIKE = 0.8
_MIN_LOUDNESS = 4.0  # standard deviation; of less, the bytes of any width are 0 and 255
# Of 32 bits, the share of words whose halves are equal, or nearly: above it, samples of 16 bits were doubled.
_MAX_EQUAL = 0.9


def sample_width(samples: bytes, channels: int, width: int) -> int:
    """Return the bytes of a sample of integers: 2 or 3 instead of the header's `width`, if the samples show it.

    Args:
        samples: some of the samples, each stretch of them from the beginning of a sample on, of any width.
        channels: samples of one moment.
        width: bytes of a sample by the header: 2, 3 or 4.
    """
    if len(samples) < _MIN_SAMPLES * channels * width:
        return width
    if width == 2:
        # Without low bytes the samples had 8 bits: of two channels, those look smooth in threes, too.
        is_rough = any(samples[::2]) and roughness(_integers(samples, channels, 2)) > _ROUGH
        is_packed = is_rough and _is_sound(samples, channels, 3, 2)
        return 3 if is_packed else width
    return 2 if _is_sound(samples, channels, 2, width) else width


def roughness(samples: np.ndarray) -> float:
    """Return the mean distance of two samples of a channel, as a share of their mean size; noise has 1.4."""
    found = samples.astype(np.float64)
    size = float(np.abs(found - found.mean(axis=0)).mean()) if len(found) > 1 else 0.0
    return float(np.abs(np.diff(found, axis=0)).mean()) / size if size else 0.0


def packed_words(samples: bytes, channels: int) -> np.ndarray:
    """Return samples of 24 bits as integers of 32 bits, shape (samples, channels)."""
    words = np.zeros((len(samples) // (3 * channels) * channels, 4), np.uint8)
    words[:, 1:] = np.frombuffer(samples[: len(words) * 3], np.uint8).reshape(-1, 3)
    return words.view("<i4").reshape(-1, channels)


def _integers(samples: bytes, channels: int, width: int) -> np.ndarray:
    """Return samples of 16 or 24 bits, shape (samples, channels)."""
    if width == 3:
        return packed_words(samples, channels)
    return np.frombuffer(samples[: len(samples) // (2 * channels) * 2 * channels], "<i2").reshape(-1, channels)


def _is_sound(samples: bytes, channels: int, width: int, claimed: int) -> bool:
    """Return whether samples are sound if they are read with `width`: at the places of the claimed one, too."""
    found = _integers(samples, channels, width)
    columns = found[: len(found) // claimed * claimed].reshape(-1, claimed, channels).astype(np.float64)
    loudness = columns.std(axis=0)
    is_alike = bool((loudness > _MIN_LOUDNESS).all() and (loudness.min(axis=0) >= _ALIKE * loudness.max(axis=0)).all())
    halves = found[: len(found) // 2 * 2].astype(np.int32).reshape(-1, 2, channels)
    is_doubled = claimed == 4 and float((np.abs(halves[:, 0] - halves[:, 1]) <= 1).mean()) > _MAX_EQUAL
    return is_alike and not is_doubled and max(roughness(found[:, [n]]) for n in range(channels)) < _SMOOTH
