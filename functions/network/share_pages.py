"""Pages of well-known hosts that show or play a file, and how the address of the file itself is written.

A link that a person copies there leads to such a page. Used when an address answered with a web page.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct


class _Store(Struct, frozen=True):
    """Host of files whose address can be made from that of the page."""

    advice: str
    in_address: str  # part of the address of a file; an address that has it already gets no advice


_GOOGLE_DRIVE = _Store(
    "Of a Google Drive link, share the file with anyone and send https://drive.google.com/uc?export=download&id=ID.",
    "export=download",
)
_STORES = {
    "dropbox.com": _Store("Of a Dropbox link, write dl=1 instead of dl=0.", "dl=1"),
    "drive.google.com": _GOOGLE_DRIVE,
    "docs.google.com": _GOOGLE_DRIVE,
    "sharepoint.com": _Store(
        "Of a SharePoint link, share the file with anyone and add download=1 to its query.", "download=1"
    ),
    "github.com": _Store("Of a file on GitHub, send the address of its button Raw.", "/raw/"),
    "gitlab.com": _Store("Of a file on GitLab, write /raw/ instead of /blob/.", "/raw/"),
    "huggingface.co": _Store("Of a file on Hugging Face, write /resolve/ instead of /blob/.", "/resolve/"),
    "archive.org": _Store(
        "Of an item of the Internet Archive, write /download/ instead of /details/, and the file's name.", "/download/"
    ),
}
_PAGES = (  # hosts whose pages play or show a file; its own address, if there is one, is not made from the page's
    *("youtube.com", "youtu.be", "vimeo.com", "dailymotion.com", "twitch.tv", "tiktok.com", "instagram.com"),
    *("facebook.com", "x.com", "twitter.com", "open.spotify.com", "soundcloud.com", "podcasts.apple.com"),
    *("music.apple.com", "loom.com", "zoom.us", "t.me", "onedrive.live.com", "1drv.ms", "icloud.com", "wetransfer.com"),
)


def file_address_advice(url: str) -> str:
    """Return a sentence about the address of the file, for a URL that led to a web page."""
    host = (urlsplit(url).hostname or "").removesuffix(".")
    name = host
    while name and name not in _STORES and name not in _PAGES:  # of www.dropbox.com its dropbox.com
        name = name.partition(".")[2]
    if name in _PAGES:
        return f"A page of {name} shows or plays a file and is not the file: send the file itself."
    store = _STORES.get(name)
    if store and store.in_address not in url:
        return store.advice
    return "Send the address of the audio file itself."
