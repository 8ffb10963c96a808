"""Sample encoding: raw samples whose encoding or byte order differs from what the caller says.

Read wrongly, speech is noise, in which Whisper hears words. High bytes of samples of two bytes have few values, mostly
0 and 255, low bytes nearly all: so they can be told apart. All bytes of samples of one byte are alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from transcriber.audio.file_structure.wav_format import are_floats

_READ_BYTES = 1 << 16  # at each share
_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)  # of the file's length
# Figures of 60 clips of speech, loud and quiet, at 8 and 16 kHz. Low bytes have 2.8 to 8 bits more entropy than high
# ones; of samples of one byte the first and the second have the same, within 0.03, unless a channel is silent.
_MORE_ENTROPY, _SAME_ENTROPY = 2.0, 0.1
# Mean of the codes of µ-law and A-law without their sign, which grow with loudness: 1 to 48, and read as the other one
# 37 to 59, of the same clip at least 1.3 more. Unsigned samples of 8 bits have 62 and more.
_LARGEST_CODE, _LARGER_CODE = 55.0, 3.0
# Steady noise and tones have codes about 42, which are small ones of the other law. But neighbouring codes are as
# frequent as each other only in the true one.
_MORE_UNEVEN = 1.2
_MIN_ENTROPY = 2.0  # bits; silence of 16 bits has bytes of few values, which are as well those of µ-law
# Samples of 8 bits are near their middle, 128 without a sign and 0 with one. Of µ-law and A-law half of them are.
_NEAR, _MOSTLY_NEAR = 48, 0.9
_MIN_CORRELATION = 0.3  # of neighbours among samples of speech; of the two bytes of one sample there is none
_OF_ONE_OR_TWO_BYTES = ("linear16", "mulaw", "alaw", "unsigned8")
_FEW, _MANY = 32, 0.2  # high bytes of 16 bits: of each sign, at least a share of _MANY is at most _FEW from 0
_MIN_BYTES = 2000  # too few to decide below this


class SampleEncoding(NamedTuple):
    """How raw samples are read: a name as in `container`, and the bytes before the first sample."""

    name: str
    skipped: int = 0


class Span(NamedTuple):
    """Bytes `start` to `end` of a file."""

    path: Path
    start: int
    end: int


def sample_encoding(path: Path, encoding: str, channels: int, span: Span | None = None) -> SampleEncoding:
    """Return the encoding that raw samples have by their bytes; the caller's, where they do not tell.

    Args:
        path: a file of samples without a header.
        encoding: Deepgram's name.
        channels: samples of one moment that lie one behind another.
        span: where the samples are; None: they are the whole file.
    """
    claimed, span = SampleEncoding(encoding), span or Span(path, 0, path.stat().st_size)
    if encoding in ("linear16", "linear32"):
        looks = b"".join(_looks(span, 4))
        floats = are_floats(looks)
        swapped = np.frombuffer(looks, "<u4").byteswap().tobytes()
        if encoding == "linear32" and not floats and are_floats(swapped):
            return SampleEncoding("linear32be")
        if floats is (encoding == "linear16"):
            return SampleEncoding("linear32" if floats else "linear32int")
    first, second = _entropies(span)
    is_alike = abs(first - second) <= _SAME_ENTROPY and min(first, second) >= _MIN_ENTROPY
    if encoding in _OF_ONE_OR_TWO_BYTES and is_alike and (eight := _eight_bits(span)):
        return SampleEncoding(eight)
    if (law := _companding(span)) and law != encoding and abs(first - second) <= _SAME_ENTROPY:
        is_sound = encoding != "linear16" or min(first, second) >= _MIN_ENTROPY
        return SampleEncoding(law) if is_sound and encoding in _OF_ONE_OR_TWO_BYTES else claimed
    if encoding in ("mulaw", "alaw", "unsigned8") and abs(first - second) >= _MORE_ENTROPY:
        order = 1 if second < first else 0  # of the high byte
        # One of several channels may be silent, with codes of few values, too.
        if channels == 1 or _are_high_bytes(span, order):
            return SampleEncoding("linear16" if order else "linear16be")
    if encoding == "linear16" and second - first >= _MORE_ENTROPY:
        # The first of two is the high byte: that of the same sample, or of the one before.
        readings = (claimed, SampleEncoding("linear16be"), SampleEncoding("linear16", 1))
        return min(readings, key=lambda one: _roughness(span, channels, one))
    return claimed


def _looks(span: Span, frame: int, skipped: int = 0) -> Iterator[bytes]:
    """Yield whole frames of `frame` bytes from some places of a file."""
    with span.path.open("rb") as file:
        for share in _SHARES:
            at = span.start + skipped + int((span.end - span.start) * share) // frame * frame
            file.seek(at)
            data = file.read(max(0, min(_READ_BYTES, span.end - at)))
            yield data[: len(data) // frame * frame]


def _companding(span: Span) -> str | None:
    """Return `mulaw` or `alaw`, if the bytes can be samples of one of them; None: of neither, or of either."""
    data = np.frombuffer(b"".join(_looks(span, 1)), np.uint8)
    if len(data) < _MIN_BYTES:
        return None
    codes = {"mulaw": ~data & 0x7F, "alaw": (data ^ 0x55) & 0x7F}
    means = {law: float(found.mean()) for law, found in codes.items()}
    lowest, other = sorted(means, key=means.__getitem__)
    is_clear = means[other] - means[lowest] >= _LARGER_CODE
    is_smooth = _unevenness(codes[lowest]) * _MORE_UNEVEN <= _unevenness(codes[other])
    return lowest if means[lowest] <= _LARGEST_CODE and is_clear and is_smooth else None


def _eight_bits(span: Span) -> str | None:
    """Return `unsigned8` or `signed8`, if the bytes are samples of 8 bits around a middle; None: they are not."""
    data = np.frombuffer(b"".join(_looks(span, 2)), np.uint8)
    if len(data) < _MIN_BYTES:
        return None
    middles = {"unsigned8": 128, "signed8": 0}
    samples = {name: (data - np.uint8(middle)).view(np.int8).astype(np.float64) for name, middle in middles.items()}
    shares = {name: float((np.abs(found) <= _NEAR).mean()) for name, found in samples.items()}
    best = max(shares, key=shares.__getitem__)
    first, second = samples[best].reshape(-1, 2).T
    is_neighbour = first.std() > 0 < second.std() and np.corrcoef(first, second)[0, 1] >= _MIN_CORRELATION
    return best if shares[best] >= _MOSTLY_NEAR and is_neighbour else None


def _unevenness(codes: np.ndarray) -> float:
    """Return how much the shares of neighbouring codes differ, all together."""
    return float(np.abs(np.diff(np.bincount(codes, minlength=128) / len(codes))).sum())


def _entropies(span: Span) -> tuple[float, float]:
    """Return the entropy, in bits, of the first and the second of each two bytes; 0 and 0 if there are too few.

    Zeros do not count: they are a silent channel, or a pause, of 16 bits; in µ-law and A-law zero is loud.
    """
    pairs = np.frombuffer(b"".join(_looks(span, 2)), np.uint8).reshape(-1, 2)
    pairs = pairs[pairs.any(axis=1)]
    return (_entropy(pairs[:, 0]), _entropy(pairs[:, 1])) if pairs.size >= _MIN_BYTES else (0.0, 0.0)


def _are_high_bytes(span: Span, order: int) -> bool:
    """Return whether the first (0) or second (1) of each two bytes are about 0 and 255, as of 16 bits of both signs.

    A silent channel has codes about 127 and 255 in µ-law, about 85 and 213 in A-law.
    """
    pairs = np.frombuffer(b"".join(_looks(span, 2)), np.uint8).reshape(-1, 2)
    values = pairs[pairs.any(axis=1), order]
    return bool((values < _FEW).mean() >= _MANY and (values >= 256 - _FEW).mean() >= _MANY)


def _entropy(values: np.ndarray) -> float:
    shares = np.bincount(values)[np.unique(values)] / len(values)
    return float(-(shares * np.log2(shares)).sum())


def _roughness(span: Span, channels: int, encoding: SampleEncoding) -> float:
    """Return the mean distance of two samples of a channel, as a share of the samples' mean size.

    White noise has 1.4; speech has 0.05 to 0.5, up to 1.2 if it hisses, and more if it is read wrongly.
    """
    distance = size = 0.0
    dtype = ">i2" if encoding.name == "linear16be" else "<i2"
    for data in _looks(span, 2 * channels, encoding.skipped):
        samples = np.frombuffer(data, dtype).astype(np.float64).reshape(-1, channels)
        if len(samples) > 1:
            distance += float(np.abs(np.diff(samples, axis=0)).mean())
            size += float(np.abs(samples - samples.mean(axis=0)).mean())
    return distance / size if size else 0.0
