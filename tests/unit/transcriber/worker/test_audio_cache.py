"""Audio objects, downloaded once."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from earshot_contract.shards import S3Object, ShardError
from transcriber.engine_protocol import ShardFailed
from transcriber.worker.audio_cache import Files


@pytest.fixture
def downloads(account: Any) -> list[str]:
    """The keys that were really fetched."""
    keys: list[str] = []
    account.clients.s3.meta.events.register(
        "before-call.s3.GetObject", lambda params, **_: keys.append(params["url_path"])
    )
    return keys


def test_shards_of_one_file_share_one_download(
    account: Any, downloads: list[str], speech: Path, tmp_path: Path
) -> None:
    account.put_audio(speech, "a b/ü+1.flac")
    files = Files(account.clients.s3, tmp_path, 10**9)

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda _: files.take(S3Object("audio", "a b/ü+1.flac")), range(6)))

    assert len(downloads) == 1
    assert {file.path for file in taken} == {taken[0].path}
    assert taken[0].path.read_bytes() == speech.read_bytes()
    assert taken[0].path.suffix == ".flac"
    assert taken[0].sha256 == hashlib.sha256(speech.read_bytes()).hexdigest()


def test_the_same_key_with_other_content_is_another_file(account: Any, tmp_path: Path) -> None:
    files, contents = Files(account.clients.s3, tmp_path, 10**9), []
    for content in (b"monday", b"tuesday"):
        account.clients.s3.put_object(Bucket="audio", Key="a.mp3", Body=content)
        contents.append(files.take(S3Object("audio", "a.mp3")).path.read_bytes())

    assert contents == [b"monday", b"tuesday"]


def test_a_version_is_what_its_id_says(account: Any, tmp_path: Path) -> None:
    account.clients.s3.put_bucket_versioning(Bucket="audio", VersioningConfiguration={"Status": "Enabled"})
    first = account.clients.s3.put_object(Bucket="audio", Key="a.mp3", Body=b"monday")["VersionId"]
    account.clients.s3.put_object(Bucket="audio", Key="a.mp3", Body=b"tuesday")

    file = Files(account.clients.s3, tmp_path, 10**9).take(S3Object("audio", "a.mp3", first))

    assert file.path.read_bytes() == b"monday"


def test_the_disk_holds_what_is_used_and_little_more(account: Any, tmp_path: Path) -> None:
    files = Files(account.clients.s3, tmp_path, budget=150)
    for key in ("a", "b"):
        account.clients.s3.put_object(Bucket="audio", Key=key, Body=key.encode() * 100)
    first = files.take(S3Object("audio", "a"))

    second = files.take(S3Object("audio", "b"))
    assert first.path.exists()  # in use

    files.give(first)
    files.give(second)
    account.clients.s3.put_object(Bucket="audio", Key="c", Body=b"c" * 100)
    third = files.take(S3Object("audio", "c"))
    assert [file.path.exists() for file in (first, second, third)] == [False, False, True]


@pytest.mark.parametrize(
    ("pointer", "error"),
    [
        (S3Object("audio", "gone.mp3"), ShardError.MISSING),
        (S3Object("no-such-bucket", "a.mp3"), ShardError.MISSING),
        (S3Object("audio", "empty.mp3"), ShardError.EMPTY),
    ],
)
def test_what_cannot_be_had(account: Any, tmp_path: Path, pointer: S3Object, error: ShardError) -> None:
    account.clients.s3.put_object(Bucket="audio", Key="empty.mp3", Body=b"")

    with pytest.raises(ShardFailed) as caught:
        Files(account.clients.s3, tmp_path, 10**9).take(pointer)

    assert caught.value.error == error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["../../etc/passwd", "a/..", "a.tar.gz/", "x." + "y" * 300])
def test_a_key_never_decides_where_a_file_lies(account: Any, tmp_path: Path, key: str) -> None:
    account.clients.s3.put_object(Bucket="audio", Key=key, Body=b"x")

    file = Files(account.clients.s3, tmp_path, 10**9).take(S3Object("audio", key))

    assert file.path.parent == tmp_path
