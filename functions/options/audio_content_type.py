"""Content types of headerless audio (`audio/L16;rate=16000`): they name encoding, sample rate and channels.

RFC 2586 and 4856 define some of these parameters; speech services of Google, IBM, Amazon and Wit.ai, and GStreamer,
have names of their own for them. Values of the query string have precedence.
"""

from __future__ import annotations

import re
from collections.abc import Container
from urllib.parse import urlencode

from earshot_contract.signatures.container_signatures import container_name
from earshot_contract.signatures.file_signatures import HEAD_BYTES
from functions.errors import ApiError
from functions.options.query_string import raw_options
from functions.options.registry import IMPLEMENTED

# Subtypes of audio/, without `x-`: samples whose encoding the parameters name, and those that name it themselves.
_SAMPLES = ("l16", "pcm", "lpcm", "raw", "raw-int", "raw-float", "linear16")
_COMPANDED = {
    **dict.fromkeys(("basic", "mulaw", "mu-law", "ulaw", "pcmu", "g711-mulaw"), "mulaw"),
    **dict.fromkeys(("alaw", "a-law", "pcma", "g711-alaw"), "alaw"),
}
_RATE = ("rate", "sample_rate", "samplerate", "sampling_rate", "sample_rate_hertz")
_CHANNELS = ("channels", "channel", "channel_count")
_BITS = ("bits", "bit", "bit_depth", "bitdepth", "depth", "width", "bits_per_sample", "sample_size_bits")
_ENCODING = ("encoding", "format", "codec", "codecs")
_NUMBER = re.compile(r"(\d+)(k?)(?:hz)?")
_READERS = {spec.name: spec.read for spec in IMPLEMENTED if spec.name in ("encoding", "sample_rate", "channels")}
_GSTREAMER_TYPE = re.compile(r"^\((?:string|int|fraction|boolean)\)\s*")  # `rate=(int)16000`


def with_content_type(query: str, content_type: str, audio: bytes) -> str:
    """Return a query string with the content type's values for headerless audio that the query does not have.

    Args:
        query: query string of the request.
        content_type: content type of the audio, with parameters.
        audio: first bytes of the audio, or all; a file with a header is read by that.
    """
    named = raw_options(query)
    if "encoding" in named or container_name(audio[:HEAD_BYTES]):
        return query
    claims = {name: value for name, value in claims_of(content_type, named).items() if name not in named}
    return "&".join(filter(None, (query, urlencode(claims))))


def claims_of(content_type: str, named: Container[str] = ()) -> dict[str, str]:
    """Return the options `encoding`, `sample_rate` and `channels` that a content type stands for.

    There are none if a value that is necessary to read the audio is missing, or if no option can name the samples: such
    audio is then refused like audio of an unknown format.

    Args:
        content_type: with parameters.
        named: options of the request, which may name the rate.
    """
    kind, *pairs = re.split(r"[;,]", content_type.lower())
    subtype = kind.strip().removeprefix("audio/").removeprefix("x-")
    if "/" in subtype:
        return {}
    split = (pair.partition("=") for pair in pairs)
    parameters = {
        name.strip().replace("-", "_"): _GSTREAMER_TYPE.sub("", value.strip().strip("\"'")) for name, _, value in split
    }
    rate, channels = _number(parameters, _RATE), _number(parameters, _CHANNELS)
    encoding = _COMPANDED.get(subtype) or (_encoding(subtype, parameters) if subtype in _SAMPLES else None)
    if encoding is None or (rate is None and encoding.startswith("linear") and "sample_rate" not in named):
        return {}
    values = {"encoding": encoding, "sample_rate": rate, "channels": channels}
    claims = {name: str(value) for name, value in values.items() if value is not None}
    try:
        for name, value in claims.items():
            _READERS[name]([value])
    except ApiError:
        return {}
    return claims


def _encoding(subtype: str, parameters: dict[str, str]) -> str | None:
    """Return the encoding of samples by their parameters; None: it is none that `encoding` takes."""
    named = next((parameters[name] for name in _ENCODING if name in parameters), "")
    named = named.removeprefix("audio/").removeprefix("x-")
    if named in _COMPANDED:
        return _COMPANDED[named]
    bits = _number(parameters, _BITS) or next((int(size) for size in re.findall(r"8|16|24|32|64", named)), None)
    if subtype == "raw-float" or named.startswith("f"):  # floating-point, f32le
        return "linear32" if bits in (None, 32) else None
    if "unsigned" in named or named.startswith("u"):
        return None
    return {None: "linear16", 16: "linear16", 32: "linear32"}.get(bits)


def _number(parameters: dict[str, str], names: tuple[str, ...]) -> int | None:
    """Return the value of the first of these parameters, `16k` as 16000; None: there is none."""
    found = next((_NUMBER.fullmatch(parameters[name]) for name in names if name in parameters), None)
    return int(found[1]) * (1000 if found[2] else 1) if found else None
