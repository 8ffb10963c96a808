"""Known speakers in OpenAI's form: `known_speaker_names[]`, each with a sample of the voice as a data URL."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from functions.rendering.openai_response_format import BadField, values_of

if TYPE_CHECKING:
    from earshot_contract.documents.known_speakers import KnownSpeakers

NAMES, REFERENCES = "known_speaker_names", "known_speaker_references"
MAX_REFERENCE_BYTES = 2_000_000  # ten seconds in the largest usual form: 16 bits, two channels, 48 kHz


def known_speakers(fields: Mapping[str, Sequence[str]]) -> KnownSpeakers | None:
    """Return the speakers that a form names, None if it names none. Their audio is decoded by a worker, not here.

    Raises:
        BadField: There are more than OpenAI allows, one has no reference or no usable name, or a reference is no data
            URL.
    """
    names, references = values_of(fields, NAMES), values_of(fields, REFERENCES)
    if not names and not references:
        return None
    from earshot_contract.documents.known_speakers import (
        MAX_KNOWN_SPEAKERS,
        MAX_SPEAKER_NAME,
        KnownSpeaker,
        KnownSpeakers,
    )

    if len(names) != len(references):
        raise BadField(
            f"{REFERENCES}[]" if names else f"{NAMES}[]",
            f"Each of {NAMES}[] needs one of {REFERENCES}[]: there are {len(names)} and {len(references)}.",
        )
    if len(names) > MAX_KNOWN_SPEAKERS:
        raise BadField(f"{NAMES}[]", f"At most {MAX_KNOWN_SPEAKERS} speakers can be known, not {len(names)}.")
    for name in names:
        if len(name) > MAX_SPEAKER_NAME or not name.isprintable():
            raise BadField(f"{NAMES}[]", f"A speaker's name has 1 to {MAX_SPEAKER_NAME} printable characters.")
    if len(set(names)) < len(names):
        raise BadField(f"{NAMES}[]", "Two known speakers have the same name.")
    return KnownSpeakers(
        [KnownSpeaker(name, _audio(reference, name)) for name, reference in zip(names, references, strict=True)]
    )


def _audio(url: str, name: str) -> bytes:
    """Return the bytes in a data URL (RFC 2397); its media type is not looked at, a worker finds out what it is."""
    head, comma, content = url.partition(",")
    if not comma or head[:5].lower() != "data:":
        raise BadField(f"{REFERENCES}[]", f"The reference of {name!r} is no data URL: data:audio/wav;base64,…")
    body = unquote_to_bytes(content)
    if head.lower().endswith(";base64"):
        try:
            body = b64decode(b"".join(body.split()), validate=True)
        except binascii.Error:
            raise BadField(f"{REFERENCES}[]", f"The reference of {name!r} is not valid Base64.") from None
    if not body:
        raise BadField(f"{REFERENCES}[]", f"The reference of {name!r} is empty.")
    if len(body) > MAX_REFERENCE_BYTES:
        raise BadField(
            f"{REFERENCES}[]", f"The reference of {name!r} has {len(body):,} bytes, at most {MAX_REFERENCE_BYTES:,}."
        )
    return body
