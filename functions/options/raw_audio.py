"""Format of headerless audio: `encoding`, `sample_rate` and `channels` as the worker is told them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.errors import bad_query
from functions.options.contradictions import FIXED_RATES
from functions.options.query_string import RawOptions

if TYPE_CHECKING:
    from earshot_contract.documents.shards import RawAudio

# Encodings whose files name their own format (Ogg, FLAC): the decoder needs no help.
_SELF_DESCRIBING = ("flac", "opus", "ogg-opus", "speex")
_DEFAULT_RATE = {"mulaw": 8000, "alaw": 8000}  # Hz


def raw_audio(encoding: str | None, sample_rate: int | None, channels: int) -> RawAudio | None:
    """Return the format of headerless audio; None: the file names its own.

    Args:
        encoding: name of an encoding, as the registry lists them.
        sample_rate: Hz; None: it was not given, and the encoding may have one of its own.
        channels: number of channels.
    """
    if encoding is None or encoding in _SELF_DESCRIBING:
        return None
    rate = FIXED_RATES.get(encoding) or sample_rate or _DEFAULT_RATE.get(encoding)
    if rate is None:
        return None
    from earshot_contract.documents.shards import RawAudio  # few requests need it, and imports prolong a cold start

    return RawAudio(encoding, rate, channels)


def check_sample_rate(encoding: str, raw: RawOptions) -> None:
    """Check that headerless audio has a sample rate.

    Raises:
        ApiError: 400: neither the query nor the encoding has one.
    """
    known = encoding in _SELF_DESCRIBING or encoding in FIXED_RATES or encoding in _DEFAULT_RATE
    if not known and "sample_rate" not in raw:
        raise bad_query(f"encoding={encoding} needs sample_rate, in Hz: headerless audio does not name its own.")
