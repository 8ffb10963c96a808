"""Name of a file as the caller wrote it, which is also its job's. It is no path and has no control characters."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from urllib.parse import quote, unquote, urlsplit

MAX_NAME_CHARACTERS = 255
# Separators of lines, surrogates, control characters, and marks that reverse the direction of the text after them.
_UNFIT = ("Cc", "Cs", "Zl", "Zp")
_REVERSING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_ENDING = re.compile(r"(?<=.)\.(?=\d?[A-Za-z])[A-Za-z0-9]{2,4}$")  # of a file's name, such as .mp3, and no year


def clean_name(raw: str | None) -> str | None:
    r"""Return the last component of a name or a path with `/` or `\`, at most 255 characters; None if none is left."""
    last = (raw or "").replace("\\", "/").rstrip("/ ").rpartition("/")[2]
    fit = (letter for letter in last if unicodedata.category(letter) not in _UNFIT and letter not in _REVERSING)
    name = " ".join("".join(fit).split())[:MAX_NAME_CHARACTERS].strip()
    return name if name.strip(".") else None


def name_of_url(url: str) -> str | None:
    """Return the name of the file at a URL or an s3:// address; None if its path has none."""
    if url.lower().startswith("s3://"):
        return clean_name(url.partition("://")[2].partition("/")[2])  # keys are not URL-encoded
    try:
        return clean_name(unquote(urlsplit(url).path))
    except ValueError:
        return None


def name_of_header(content_disposition: str) -> str | None:
    """Return the `filename` of a Content-Disposition header, with or without RFC 5987's `filename*`; None without."""
    from email.message import Message  # few requests have this header, and its import takes 8 ms

    message = Message()
    message["content-disposition"] = "".join(letter for letter in content_disposition if letter.isprintable())
    try:
        found = message.get_filename()
    except (LookupError, ValueError):  # an unknown character set
        return None
    if not found:
        return None
    with suppress(UnicodeError):
        found = found.encode("latin-1").decode()  # UTF-8 bytes that a gateway has read as Latin-1
    return clean_name(found)


def content_disposition(name: str | None, job_id: str, suffix: str) -> str:
    """Return the header that names a download: `ep1.srt` for the captions of `ep1.mp3`, the id without a name.

    Args:
        name: the job's, or None.
        job_id: the job's id.
        suffix: suffix of the downloaded format, without the dot.
    """
    file = f"{_ENDING.sub('', name or job_id)}.{suffix}"
    ascii_only = "".join(letter if " " <= letter <= "~" and letter not in '"\\%' else "_" for letter in file)
    extended = f"; filename*=UTF-8''{quote(file, safe='')}" if ascii_only != file else ""
    return f'inline; filename="{ascii_only}"{extended}'
