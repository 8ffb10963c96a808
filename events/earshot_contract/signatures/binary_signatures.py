"""Binary signatures: files that are neither audio nor text, by their first bytes. Called by `file_signatures`.

Where a kind is usually sent by mistake, its noun phrase says what to send instead.
"""

from __future__ import annotations

import re

_UNPACK = "(unpack it, and send the audio in it)"
_NOTES = "which has notes and no recording"
_EXPORT = "(export the recording from the program that made it, as WAV or MP3)"
_SILK = "a voice message in SILK, as WeChat and QQ keep it, which no decoder here knows (convert it to WAV or MP3)"
_NO_DECODER = "which no decoder here knows (convert it to WAV or MP3)"
_DICTATION = f"a DS2 dictation, which no decoder here knows {_EXPORT}"
_GAME = "a piece of music of a game, which has notes and no recording"
_CAPTURE = "a capture of network packets: export the call's audio from it, as WAV"
_SAMPLES = "(write the samples as a WAV file)"

# For headerless audio `file_signatures` uses only those of four bytes and more.
BINARY = (
    (b"%PDF-", "a PDF document"),
    (b"%!PS-Adobe", "a PostScript document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", f"a gzip archive {_UNPACK}"),
    (b"\x1f\x9d", f"a compressed file (.Z) {_UNPACK}"),
    (b"\xfd7zXZ\x00", f"an xz archive {_UNPACK}"),
    (b"7z\xbc\xaf\x27\x1c", f"a 7z archive {_UNPACK}"),
    (b"Rar!\x1a\x07", f"a RAR archive {_UNPACK}"),
    (b"BZh", f"a bzip2 archive {_UNPACK}"),
    (b"\x28\xb5\x2f\xfd", f"a Zstandard archive {_UNPACK}"),
    (b"\x04\x22\x4d\x18", f"an LZ4 archive {_UNPACK}"),
    (b"LZIP\x01", f"an lzip archive {_UNPACK}"),
    (b"MSCF\0\0\0\0", f"a cabinet archive {_UNPACK}"),
    (b"!<arch>\n", f"an archive of ar {_UNPACK}"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"PK\x07\x08PK", f"a part of a ZIP archive {_UNPACK}"),
    (b"\x7fELF", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"\x00asm", "a program"),
    (b"bplist00", "a property list"),
    (b"\x93NUMPY", "a NumPy array (write it as a WAV file)"),
    (b"\x89HDF\r\n\x1a\n", f"an HDF5 file {_SAMPLES}"),
    (b"MATLAB 5.0 MAT-file", f"a MATLAB file {_SAMPLES}"),
    (b"PAR1", f"a Parquet file {_SAMPLES}"),
    (b"MThd", f"a MIDI file, {_NOTES}"),
    (b"Extended Module: ", f"a tracker module, {_NOTES}"),
    (b"IMPM", f"a tracker module, {_NOTES}"),
    (b"NESM\x1a", _GAME),
    (b"SNES-SPC700 Sound File", _GAME),
    (b"PSID\0", _GAME),
    (b"RSID\0", _GAME),
    (b"Vgm \0", _GAME),
    (b"FLhd\x06\0\0\0", f"an FL Studio project {_EXPORT}"),
    (
        b"\x00\x05\x16\x07",
        "a macOS companion file (._NAME), which holds no sound: send the file without ._ in its name",
    ),
    (b"L\0\0\0\x01\x14\x02\0", "a Windows shortcut (.lnk), which holds no sound: send the file that it points to"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"8BPS\x00\x01", "a Photoshop image"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 image"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL image"),
    (b"{\\rtf", "an RTF document"),
    (b"#!SILK_V3", _SILK),
    (b"\x02#!SILK_V3", _SILK),
    (b"\x01ds2", _DICTATION),
    (b"\x03ds2", _DICTATION),
    (b"\x07ds2", _DICTATION),
    (b"\x03enc", f"an encrypted DS2 dictation {_EXPORT}"),
    (b"#!EVS_MC1.0\n", f"speech in EVS, as 4G and 5G telephones code it, {_NO_DECODER}"),
    (b"#!AMR-WB+\n", f"audio in AMR-WB+, {_NO_DECODER}"),
    (b"#!AMR_MC1.0\n", f"speech in AMR of several channels, {_NO_DECODER}"),
    (b"#!AMR-WB_MC1.0\n", f"speech in AMR-WB of several channels, {_NO_DECODER}"),
    (b"\xc0\xde\xc2", f"speech in Codec 2, as amateur radio codes it, {_NO_DECODER}"),
    (b"\x1c\xcc\x12\0", f"audio in LC3, as Bluetooth codes it, {_NO_DECODER}"),
    (b"MS_VOICE", f"a recording of a Sony voice recorder (.msv, .dvf), which no decoder here knows {_EXPORT}"),
    (b"\xd4\xc3\xb2\xa1\x02\0\x04\0", _CAPTURE),
)
RIFF_KINDS = {
    b"WEBP": "a WebP image",
    b"CDDA": "a link to a track of a CD (.cda), which holds no sound: rip the CD",
    b"RMID": f"a MIDI file, {_NOTES}",
    b"sfbk": "a SoundFont, which has the sounds of instruments and no recording",
    b"DLS ": "a bank of instruments (DLS), which has no recording",
    b"ACON": "an animated cursor",
}
_SHORTEN = re.compile(rb"NIST_1A\n.{0,900}embedded-sho", re.DOTALL)
_TAR_MAGIC_AT = 257  # bytes; POSIX.1-1988
_SQLITE_PROGRAM_AT, _AUDACITY = 68, b"AUDY"  # application id in an SQLite file's header
_BITMAP = re.compile(rb"BM.{4}\0{4}.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL)
_S3M = re.compile(rb".{28}\x1a\x10.{14}SCRM", re.DOTALL)
_MOD = re.compile(rb"[\0 -~]{20}.{1060}(?:M\.K\.|M!K!|FLT[48]|\d{1,2}CHN?)", re.DOTALL)
# Clusters of WebM, or blocks of one, without the header that a browser's recorder sends with its first chunk only.
_WEBM_CHUNK = re.compile(rb"\x1f\x43\xb6\x75[\x01\x10-\xff]|\xa3(?:[\x81-\xfe]|[\x40-\x7f].)\x81..[\0\x80]", re.DOTALL)
_PCAPNG = re.compile(rb"\n\r\r\n....(?:\x4d\x3c\x2b\x1a|\x1a\x2b\x3c\x4d)", re.DOTALL)
_TORRENT = re.compile(rb"d\d{1,2}:(?:announce|info|comment|created by|creation date)")
# Patterns of the name of a ZIP's first file, which follows its first 30 bytes.
_ZIP_KINDS = (
    (re.compile(rb"\[Content_Types\]\.xml|_rels/|word/|ppt/|xl/|mimetypeapplication/vnd\.oasis"), "an office document"),
    (re.compile(rb"mimetypeapplication/epub"), "an e-book"),
    (re.compile(rb"META-INF/|AndroidManifest|classes\.dex"), "a program"),
    (re.compile(rb"[^\0]{1,64}/data\.pkl|[^\0]{1,64}\.npy"), f"an archive of arrays {_SAMPLES}"),
)


def binary_kind(head: bytes, headerless: bool = False) -> str | None:
    """Return a noun phrase for a file that matches a pattern longer than a fixed prefix; None if it matches none.

    Args:
        head: the first bytes of the file, as in `file_signatures.non_audio_kind`.
        headerless: the file may be samples without a header.
    """
    if head[:4] == b"PK\x03\x04":
        names = head[30:160]
        found = next((name for pattern, name in _ZIP_KINDS if pattern.match(names)), None)
        return found or f"a ZIP archive {_UNPACK}"
    if head.startswith(b"SQLite format 3\0"):
        program = head[_SQLITE_PROGRAM_AT : _SQLITE_PROGRAM_AT + 4]
        return f"an Audacity project {_EXPORT}" if program == _AUDACITY else "a database"
    if head[:4] == b"RIFF" and head[8:12] in RIFF_KINDS:
        return RIFF_KINDS[head[8:12]]
    if head[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar":
        return f"a TAR archive {_UNPACK}"
    if _SHORTEN.match(head):
        return "a NIST SPHERE file compressed with Shorten, which no decoder here knows (unpack it with sph2pipe)"
    if _BITMAP.match(head):
        return "a BMP image"
    if _PCAPNG.match(head):
        return _CAPTURE
    if not headerless and _WEBM_CHUNK.match(head):
        return "a later chunk of a browser's recording (WebM) without the first, which has the header: join the chunks"
    if _TORRENT.match(head):
        return "a torrent (send the audio that it leads to)"
    if _S3M.match(head) or (not headerless and _MOD.match(head)):
        return f"a tracker module, {_NOTES}"
    return None
