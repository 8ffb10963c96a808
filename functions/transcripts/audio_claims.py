"""Claims about audio: what a request says of a file that says it itself. The file is right, and the caller is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.options.query_string import Warnings, raw_options, warning

if TYPE_CHECKING:
    from earshot_contract.documents.shard_results import AudioInfo
    from functions.options.options import Options

_TYPE = "contradicts_file"


def claim_warnings(options: Options, audio: AudioInfo) -> Warnings:
    """Return a warning for each option that says of a file with a header what the file is not.

    Of audio that is described as headerless, and has a header all the same, the worker warns.
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
