"""Sources and folders as other people have them: links in a circle, pipes, locked folders, names with no room."""

from __future__ import annotations

import os
import re
import string
import tempfile
import threading
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.errors import CliError
from earshot_cli.transcription.sources import EXTENSIONS, find_sources
from tests.fixtures.rows import each_row
from tests.paths import ROOT


def test_links_in_a_circle_fail_alone(earshot: Any) -> None:
    earshot.file("talks/ep1.mp3", b"1")
    (earshot.folder / "talks/loop.mp3").symlink_to("loop.mp3")
    (earshot.folder / "talks/again").symlink_to("..")

    result = earshot("transcribe", "talks", "-r")

    assert result.returncode == 1
    assert (earshot.folder / "talks/ep1.txt").read_text() == "txt: 1\n"
    assert "talks/loop.mp3: The file cannot be read" in result.stderr


def test_name_that_begins_as_a_home_folder_is_a_file(earshot: Any) -> None:
    result = earshot("transcribe", earshot.file("~nobody here.mp3", b"1"))

    assert (result.returncode, result.stdout) == (0, "txt: 1\n")


def test_pipe_is_read_once_and_has_no_name(earshot: Any, deployment: Any) -> None:
    pipe = earshot.folder / "pipe"
    os.mkfifo(pipe)  # as a shell makes one for <(ffmpeg …)
    threading.Thread(target=pipe.write_bytes, args=(b"1",), daemon=True).start()

    result = earshot("transcribe", "pipe", "-f", "text,srt")

    assert result.returncode == 0
    assert (earshot.folder / "pipe.txt").read_text() == "txt: 1\n"


@each_row("extensions", [("mp3,ogg",), ("*.mp3", ".OGG"), (" mp3 , *.ogg,",)])
def test_extensions_are_taken_as_people_write_them(tmp_path: Path, extensions: tuple[str, ...]) -> None:
    for name in ("a.mp3", "b.ogg", "c.wav"):
        (tmp_path / name).write_bytes(b"1")

    assert [source.name for source in find_sources([str(tmp_path)], extensions=extensions)] == ["a.mp3", "b.ogg"]


def test_locked_folder_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    (tmp_path / "locked").mkdir()
    (tmp_path / "ep1.mp3").write_bytes(b"1")
    scan = os.scandir

    def scan_unless_locked(path: str | Path) -> Any:
        if Path(path).name == "locked":  # root may read everything, and tests run as root, too
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scan_unless_locked)

    assert len(find_sources([str(tmp_path)], recursive=True)) == 1
    assert f"{tmp_path}/locked cannot be read: Permission denied. It is left out." in capsys.readouterr().err
    with pytest.raises(CliError, match="locked cannot be read: Permission denied"):
        find_sources([str(tmp_path / "locked")])


def test_folder_that_cannot_be_written_is_known_before(
    earshot: Any, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transcription costs money: nothing is sent whose text could not be written."""
    audio = earshot.file("ep1.mp3", b"1")

    inside_a_file = earshot("transcribe", audio, "-o", "ep1.mp3/texts")
    monkeypatch.setattr(os, "access", lambda *_: False)
    locked = earshot("transcribe", audio, "-o", "deep/texts"), earshot("transcribe", audio, "-b")

    assert "ep1.mp3 is no folder." in inside_a_file.stderr
    assert all("no permission. --out DIR names another folder." in each.stderr for each in locked)
    assert [each.returncode for each in (inside_a_file, *locked)] == [2, 2, 2]
    assert deployment.requests == []


def test_long_name_gives_a_file_that_can_be_written(earshot: Any) -> None:
    audio = earshot.file(f"{'ü' * 125}x.mp3", b"1")  # 255 bytes; .json is one longer than .mp3

    result = earshot("transcribe", "-b", "-f", "json", audio)

    assert result.returncode == 0
    assert (earshot.folder / f"{'ü' * 125}.json").is_file()


def test_out_is_in_the_home_folder_where_it_says_so(earshot: Any, tmp_path: Path) -> None:
    result = earshot("transcribe", earshot.file("ep1.mp3", b"1"), "--out=~/texts", HOME=str(tmp_path / "home"))

    assert result.returncode == 0
    assert (tmp_path / "home/texts/ep1.txt").is_file()


def test_path_below_a_closed_folder_is_refused_in_words(
    earshot: Any, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    audio, look = earshot.file("ep1.mp3", b"1"), os.stat

    def look_unless_closed(path: Any, *arguments: Any, **options: Any) -> Any:
        if "closed/" in str(path):  # root may enter every folder, and tests run as root, too
            raise PermissionError(13, "Permission denied", str(path))
        return look(path, *arguments, **options)

    (earshot.folder / "closed").mkdir()
    access = os.access
    monkeypatch.setattr(os, "stat", look_unless_closed)
    monkeypatch.setattr(os, "access", lambda path, mode: "closed" not in str(path) and access(path, mode))
    texts, source = earshot("transcribe", audio, "-o", "closed/texts"), earshot("transcribe", "closed/ep1.mp3")

    assert "no permission. --out DIR names another folder." in texts.stderr
    assert "closed/ep1.mp3 cannot be read: " in source.stderr
    assert ([texts.returncode, source.returncode], deployment.requests) == ([2, 2], [])


def test_copy_goes_when_a_later_source_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_bytes, args=(b"1",), daemon=True).start()
    (tmp_path / "copies").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "copies"))

    with pytest.raises(CliError, match=r"missing\.mp3 cannot be read"):
        find_sources([str(pipe), str(tmp_path / "missing.mp3")])

    assert list((tmp_path / "copies").iterdir()) == []


def test_page_takes_the_same_files_of_a_folder() -> None:
    [pattern] = re.findall(r"MEDIA = /(.+)/i;", (ROOT / "functions/page/folders.js").read_text(encoding="utf-8"))
    letters = string.ascii_lowercase + string.digits
    short = {"".join(each) for length in (1, 2, 3) for each in product(letters, repeat=length)}
    # Longer endings are too many to try: those that the pattern could have by mistake begin as a shorter one.
    longer = EXTENSIONS | {ending + letter for ending in EXTENSIONS for letter in letters}

    taken = {ending for ending in short | longer if re.search(pattern, f"ep1.{ending}")}

    assert taken == EXTENSIONS
