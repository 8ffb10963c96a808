"""Texts that programs print for an object, and send where a file's bytes were meant."""

from __future__ import annotations

from earshot_contract.signatures.file_signatures import non_audio_kind
from tests.fixtures.rows import each_row


@each_row(
    "head",
    [
        *(b"[object Blob]", b"[object Object]\n", b"undefined", b"null", b"None"),
        *(b"<_io.BufferedReader name='a.flac'>", b"<Response [200]>", b"System.IO.FileStream", b"System.Byte[]"),
    ],
)
def test_printed_object_is_named(head: bytes) -> None:
    kind = non_audio_kind(head)
    assert kind is not None
    assert kind.startswith("what a program prints for an object")


@each_row("head", [b"undefined behaviour", b"None of them came.", b"<3 you all", b"System.", b"[object]"])
def test_text_that_begins_alike_is_text(head: bytes) -> None:
    assert non_audio_kind(head) == "plain text"
