"""URLs without their credentials, for display, logs, forwarding and storage."""

from __future__ import annotations

import re

HIDDEN = "hidden"  # stands for the value of a parameter
_USER = re.compile(r"(?<=://)[^/?#\s]*@")
# Names of query parameters, or their last word, whose value is a secret: signatures and credentials of presigned URLs
# (S3, Google Cloud, Azure, CloudFront, OSS), tokens, keys and passwords. Others cannot be told from harmless ones.
_SECRETS = r"signature|sig|credentials?|tokens?|key|apikey|secret|password|passwd|pwd|pass|auth|authorization|jwt|hmac"
_EDGE = r"hdnts|hdnea|hdntl|tempauth|rlkey|resourcekey"  # of Akamai, SharePoint, Dropbox, Google Drive
_SECRET_NAME = re.compile(rf"{_SECRETS}|{_EDGE}|.*(?:token|secret)", re.IGNORECASE)  # or the last word of one
_BETWEEN_WORDS = re.compile(r"[._~-]|\[|\]|%5B|%5D", re.IGNORECASE)  # `X-Amz-Signature`, `user[password]`
# A name is compared once it is whole: one pattern for both would take quadratic time for a long text.
_NAME = re.compile(r"[?&;]([\w.~%\[\]-]+)=")
_VALUE = re.compile(r"[^&#;\s\"'<>]*")


def without_credentials(text: str) -> str:
    """Return a URL, or a text with URLs in it, without users, passwords and secret query parameters."""
    text = _USER.sub("", text)
    shown, done = [], 0
    for name in _NAME.finditer(text):
        value = _VALUE.match(text, name.end())
        if name.start() >= done and value and value[0] and _is_secret(name[1]):
            shown += [text[done : name.end()], HIDDEN]
            done = value.end()
    return "".join([*shown, text[done:]])


def _is_secret(name: str) -> bool:
    words = [word for word in _BETWEEN_WORDS.split(name) if word]
    return bool(words and _SECRET_NAME.fullmatch(words[-1]))
