"""Sample order: samples of 16 bits that lie the other way round than `encoding=linear16` says, or behind a stray byte.

Read wrongly, speech is noise, in which Whisper hears words. Of noise each sample is as far from the next as from zero;
of speech two are close to each other.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

_LOOK_BYTES = 1 << 16  # at each share
_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)  # of the file's length
# Mean distance of two samples, as a share of their mean size. White noise has 1.4, speech 0.05 to 0.5, and up to 1.0 at
# 8 kHz if it hisses; read wrongly, most speech has 0.5 to 1.3. Read rightly it has less than half as much.
_NOISE, _SPEECH = 0.4, 0.4  # the second as a share of what is read wrongly
_LEAST_SAMPLES = 1000  # fewer say nothing

# NumPy's type, and the bytes before the first sample. Big-endian samples behind a byte are speech as linear16, too:
# their high bytes lie in its places.
ORDERS = (("<i2", 0), (">i2", 0), ("<i2", 1))


def sample_order(path: Path, channels: int) -> tuple[str, int]:
    """Return the order in which samples are speech, if that of linear16, the first of `ORDERS`, makes noise of them.

    Args:
        path: a file of samples without a header.
        channels: samples of one moment that lie one behind another.
    """
    roughness = [_roughness(path, channels, *order) for order in ORDERS]
    best = min(range(len(ORDERS)), key=roughness.__getitem__)
    return ORDERS[best] if roughness[0] > _NOISE and roughness[best] < _SPEECH * roughness[0] else ORDERS[0]


def _roughness(path: Path, channels: int, order: str, skipped: int) -> float:
    """Return the mean distance of two samples of a channel, as a share of the samples' mean size."""
    distance = size = 0.0
    frame = 2 * channels
    length = path.stat().st_size
    with path.open("rb") as file:
        for share in _SHARES:
            file.seek(skipped + int(length * share) // frame * frame)
            data = file.read(_LOOK_BYTES)
            samples = np.frombuffer(data[: len(data) // frame * frame], order).astype(np.float64).reshape(-1, channels)
            if len(samples) < _LEAST_SAMPLES:
                continue
            distance += float(np.abs(np.diff(samples, axis=0)).mean())
            size += float(np.abs(samples - samples.mean(axis=0)).mean())
    return distance / size if size else 0.0
