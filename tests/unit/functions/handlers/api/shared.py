"""x"""

from __future__ import annotations

AUDIO = b"\xff\xfb\x90\x00 not really audio \x00\x01"
