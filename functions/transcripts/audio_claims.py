"""Claims about audio: options that contradict a file's header. The header counts, and the caller gets a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.options.query_string import Warnings, raw_options, warning

if TYPE_CHECKING:
    from earshot_contract.documents.shard_results import AudioInfo
    from functions.options.options import Options

_TYPE = "contradicts_file"


def claim_warnings(options: Options, audio: AudioInfo) -> Warnings:
    """Return a warning for each option that contradicts the header of the file.

    The worker warns about audio that is described as headerless but has a header.
    """
    if options.raw_audio_format is not None:
        return []
    found = f"{audio.codec}, {audio.sample_rate} Hz, channels: {audio.channels}"
    named = raw_options(options.query)
    claims = {
        "encoding": (options.encoding, (options.encoding or "").removeprefix("ogg-") in audio.codec),
        "sample_rate": (options.sample_rate, options.sample_rate == audio.sample_rate),
        "channels": (options.channels, options.channels == audio.channels),
    }
    return [
        warning(name, _TYPE, f"{name}={value} was ignored: the file has a header, which says {found}.")
        for name, (value, is_true) in claims.items()
        if name in named and value is not None and not is_true
    ]
