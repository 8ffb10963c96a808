"""Bodies of requests that a client has compressed: API Gateway hands them on as they came."""

from __future__ import annotations

from earshot_contract.signatures.container_signatures import container_name
from earshot_contract.signatures.file_signatures import HEAD_BYTES
from functions.errors import api_error, bad_request, too_large
from functions.network.content_encoding import BadContent, decoder

MAX_BYTES = 64 * 1024**2  # decoded, in a function with 1 GiB: six minutes of a CD's stereo; a request has at most 6 MB
_CHUNK_BYTES = 256 * 1024  # decoded at once


def decompressed(body: bytes, content_encoding: str) -> bytes:
    """Return a request's body without the compression that its Content-Encoding names and its bytes show.

    Raises:
        ApiError: The compression is not decoded here, is damaged, or the body is too large without it.
    """
    if not content_encoding or not body:
        return body
    decoded = bytearray()
    try:
        encoding = decoder(content_encoding, body[:2])
        for chunk in encoding.decode(body, _CHUNK_BYTES):
            decoded += chunk
            if len(decoded) > MAX_BYTES:
                raise too_large(
                    f"The body has more than {MAX_BYTES // 1024**2} MiB without its compression. POST /v1/uploads "
                    "gives an address for a larger file."
                )
    except BadContent as error:
        if container_name(body[:HEAD_BYTES]) or body.lstrip()[:1] in (b"{", b"-"):
            return body  # audio, JSON or a form, and not compressed at all
        raise api_error("Bad Request", f"The client {error}. Send the body as it is, or with gzip.", 415) from None
    if not encoding.complete:
        raise bad_request("Bad Request: the body is cut off: its gzip does not end.")
    return bytes(decoded)
