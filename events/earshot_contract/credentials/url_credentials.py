"""URLs without what authenticates them, for whatever is shown, logged, sent on or kept."""

from __future__ import annotations

import re

HIDDEN = "hidden"  # stands for the value of a parameter
_USER = re.compile(r"(?<=://)[^/?#\s]*@")
# Names of query parameters, or their last word, whose value is a secret: signatures and credentials of presigned URLs
# (S3, Google Cloud, Azure, CloudFront, OSS), tokens, keys and passwords. Others cannot be told from harmless ones.
_SECRETS = r"signature|sig|credentials?|tokens?|key|apikey|secret|password|passwd|pwd|pass|auth|authorization|jwt|hmac"
_EDGE = r"hdnts|hdnea|hdntl|tempauth|rlkey|resourcekey"  # of Akamai, SharePoint, Dropbox, Google Drive
_NAME = rf"(?:[\w.~%\[\]-]*[._~-])?(?:\w*token|\w*secret|{_SECRETS}|{_EDGE})"
_PARAMETER = re.compile(rf"([?&;]{_NAME}=)[^&#;\s\"'<>]+", re.IGNORECASE)


def without_credentials(text: str) -> str:
    """Return a URL, or a text with URLs in it, without users, passwords, and the secrets of queries."""
    return _PARAMETER.sub(rf"\1{HIDDEN}", _USER.sub("", text))
