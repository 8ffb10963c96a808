"""`earshot transcribe` and the files it writes: where, under which names, and what it leaves alone."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.errors import CliError
from earshot_cli.transcription.sources import find_sources


def test_out_folder_gets_one_file_a_source(earshot: Any) -> None:
    result = earshot("transcribe", earshot.file("deep/a b.wav", b"1"), earshot.file("ü.mp3", b"2"), "-o", "texts")

    assert (result.returncode, result.stdout) == (0, "")
    assert (earshot.folder / "texts/a b.txt").read_text() == "txt: 1\n"
    assert (earshot.folder / "texts/ü.txt").read_text() == "txt: 2\n"


def test_several_formats_are_written_next_to_their_sources(earshot: Any) -> None:
    result = earshot("transcribe", earshot.file("talks/ep1.flac", b"1"), "-f", "srt,json", "-f", "srt")

    assert (result.returncode, result.stdout) == (0, "")
    assert (earshot.folder / "talks/ep1.srt").read_text() == "srt: 1\n"
    assert (earshot.folder / "talks/ep1.json").read_text() == "json: 1\n"
    assert "talks/ep1.flac → talks/ep1.srt, talks/ep1.json" in result.stderr


def test_folder_is_transcribed_with_subfolders_if_requested(earshot: Any) -> None:
    for name in ("talks/a.mp3", "talks/b/c.OGG", "talks/notes.txt", "talks/.hidden.mp3", "talks/.git/d.mp3"):
        earshot.file(name, b"x")

    assert earshot("transcribe", "talks").returncode == 0
    assert not (earshot.folder / "talks/b/c.txt").exists()
    assert earshot("transcribe", "talks", "-r", "-o", "texts").returncode == 0
    assert earshot("transcribe", "talks", "-r", "-x", ".ogg", "-o", "only").returncode == 0

    written = {str(path.relative_to(earshot.folder)) for path in earshot.folder.rglob("*.txt")}
    assert written == {"talks/a.txt", "talks/notes.txt", "texts/a.txt", "texts/b/c.txt", "only/b/c.txt"}


def test_existing_file_is_replaced_only_with_overwrite(earshot: Any, deployment: Any) -> None:
    audio, notes = earshot.file("ep1.mp3", b"1"), earshot.folder / earshot.file("ep1.txt", b"my notes")

    refused = earshot("transcribe", "-b", audio)

    assert (refused.returncode, deployment.requests, notes.read_text()) == (2, [], "my notes")
    assert "ep1.txt is there already. --skip-existing leaves them, --overwrite replaces them." in refused.stderr
    assert earshot("transcribe", "-b", "--overwrite", audio).returncode == 0
    assert notes.read_text() == "txt: 1\n"


def test_skip_existing_fetches_only_what_is_missing(earshot: Any, deployment: Any) -> None:
    for number in range(3):
        earshot.file(f"talks/{number}.mp3", str(number).encode())
    earshot.file("talks/0.srt", b"x"), earshot.file("talks/0.txt", b"x"), earshot.file("talks/1.txt", b"x")

    result = earshot("transcribe", "talks", "-f", "srt,text", "--skip-existing")

    assert sorted(deployment.audio.values()) == [b"1", b"2"]
    assert (earshot.folder / "talks/1.txt").read_text() == "x"
    assert "Transcribed 2 of 3" in result.stderr
    assert "Skipped 1: there are files of them already." in result.stderr
    again = earshot("transcribe", "talks", "-f", "srt,text", "--skip-existing")
    assert (again.returncode, len(deployment.audio)) == (0, 2)
    assert "Transcribed 0 of 3." in again.stderr


def test_sources_of_one_stem_keep_their_whole_names(earshot: Any) -> None:
    earshot("transcribe", earshot.file("ep.mp3", b"1"), earshot.file("ep.wav", b"2"), "-o", "texts")

    assert {path.name for path in (earshot.folder / "texts").iterdir()} == {"ep.mp3.txt", "ep.wav.txt"}


def test_name_of_a_url_is_never_a_path(earshot: Any) -> None:
    earshot("transcribe", "https://example.org/..%2F..%2Fevil.mp3", "-o", "texts")

    assert [path.name for path in (earshot.folder / "texts").iterdir()] == [".._.._evil.txt"]


def test_same_output_name_twice_fails_before_any_request(earshot: Any, deployment: Any) -> None:
    result = earshot("transcribe", earshot.file("x/a.wav", b"1"), earshot.file("y/a.wav", b"2"), "-o", "texts")

    assert (result.returncode, deployment.requests) == (2, [])
    assert "a.wav" in result.stderr


def test_out_that_means_a_file_is_refused_at_once(earshot: Any, deployment: Any) -> None:
    audio, notes = earshot.file("ep1.mp3", b"1"), earshot.file("notes", b"mine")

    for out in ("ep1.txt", "talks/ep1.srt", notes):
        refused = earshot("transcribe", audio, "-o", out)

        assert (refused.returncode, deployment.requests) == (2, [])
        assert f"--out names a folder, and {out} is a file's name." in refused.stderr
    (earshot.folder / "v1.txt").mkdir()
    assert earshot("transcribe", audio, "-o", "v1.txt").returncode == 0


def test_folder_in_the_way_of_a_file_is_reported(earshot: Any) -> None:
    earshot.file("talks/a/ep1.mp3", b"1")
    (earshot.folder / "texts/a/ep1.txt").mkdir(parents=True)

    failed = earshot("transcribe", "talks", "-r", "-o", "texts")

    assert failed.returncode == 1
    assert "The transcript cannot be written to texts/a/ep1.txt: " in failed.stderr
    assert "Traceback" not in failed.stderr


def test_current_folder_has_a_name_in_the_summary(earshot: Any) -> None:
    names = [earshot.file(f"ep{n}.mp3", b"1") for n in range(5)]

    assert "Written: 5 files in the current folder." in earshot("transcribe", "-b", *names).stderr


def test_source_without_a_name_is_refused(earshot: Any, deployment: Any) -> None:
    """`earshot transcribe "$FILE"` with no such variable would take all recordings of the current folder."""
    earshot.file("ep1.mp3", b"1")

    for command, name in (("transcribe", ""), ("transcribe", " "), ("upload", "")):
        refused = earshot(command, name)

        assert (refused.returncode, deployment.requests) == (2, [])
        assert "One of the sources has no name." in refused.stderr


@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_copy_of_standard_input_leaves_nothing(
    trouble: BaseException, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: Any) -> None:
        raise trouble

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"audio")))
    monkeypatch.setattr(shutil, "copyfileobj", fail)

    with pytest.raises((CliError, KeyboardInterrupt)) as raised:
        find_sources(["-"])

    assert list(tmp_path.iterdir()) == []
    if isinstance(trouble, OSError):
        assert str(raised.value) == f"Standard input cannot be copied into {tmp_path}: No space left on device."
