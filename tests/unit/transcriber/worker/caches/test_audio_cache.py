"""The audio cache on moto's S3."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import ShardError
from transcriber.engine_protocol import ShardFailed
from transcriber.worker.caches.audio_cache import AudioCache


@pytest.fixture
def downloads(account: Any) -> list[str]:
    """The keys that were downloaded."""
    keys: list[str] = []
    account.clients.s3.meta.events.register(
        "before-call.s3.GetObject", lambda params, **_: keys.append(params["url_path"])
    )
    return keys


def test_concurrent_shards_of_one_file_share_one_download(
    account: Any, downloads: list[str], speech: Path, tmp_path: Path
) -> None:
    account.put_audio(speech, "a b/ü+1.flac")
    files = AudioCache(account.clients.s3, tmp_path, 10**9)

    with ThreadPoolExecutor(6) as pool:
        acquired = list(pool.map(lambda _: files.acquire(S3Object("audio", "a b/ü+1.flac")), range(6)))

    assert len(downloads) == 1
    assert {file.path for file in acquired} == {acquired[0].path}
    assert acquired[0].path.read_bytes() == speech.read_bytes()
    assert acquired[0].path.suffix == ".flac"
    assert acquired[0].sha256 == hashlib.sha256(speech.read_bytes()).hexdigest()


def test_overwritten_object_is_downloaded_again(account: Any, tmp_path: Path) -> None:
    files, contents = AudioCache(account.clients.s3, tmp_path, 10**9), []
    for content in (b"monday", b"tuesday"):
        account.clients.s3.put_object(Bucket="audio", Key="a.mp3", Body=content)
        contents.append(files.acquire(S3Object("audio", "a.mp3")).path.read_bytes())

    assert contents == [b"monday", b"tuesday"]


def test_version_id_selects_object_version(account: Any, tmp_path: Path) -> None:
    account.clients.s3.put_bucket_versioning(Bucket="audio", VersioningConfiguration={"Status": "Enabled"})
    first = account.clients.s3.put_object(Bucket="audio", Key="a.mp3", Body=b"monday")["VersionId"]
    account.clients.s3.put_object(Bucket="audio", Key="a.mp3", Body=b"tuesday")

    file = AudioCache(account.clients.s3, tmp_path, 10**9).acquire(S3Object("audio", "a.mp3", first))

    assert file.path.read_bytes() == b"monday"


def test_unused_files_are_deleted_above_budget(account: Any, tmp_path: Path) -> None:
    files = AudioCache(account.clients.s3, tmp_path, max_bytes=150)
    for key in ("a", "b"):
        account.clients.s3.put_object(Bucket="audio", Key=key, Body=key.encode() * 100)
    first = files.acquire(S3Object("audio", "a"))

    second = files.acquire(S3Object("audio", "b"))
    assert first.path.exists()  # in use

    files.release(first)
    files.release(second)
    account.clients.s3.put_object(Bucket="audio", Key="c", Body=b"c" * 100)
    third = files.acquire(S3Object("audio", "c"))
    assert [file.path.exists() for file in (first, second, third)] == [False, False, True]


@pytest.mark.parametrize(
    ("audio", "error"),
    [
        (S3Object("audio", "gone.mp3"), ShardError.MISSING),
        (S3Object("no-such-bucket", "a.mp3"), ShardError.MISSING),
        (S3Object("audio", "empty.mp3"), ShardError.EMPTY),
    ],
)
def test_missing_or_empty_object_raises_shard_failed(
    account: Any, tmp_path: Path, audio: S3Object, error: ShardError
) -> None:
    account.clients.s3.put_object(Bucket="audio", Key="empty.mp3", Body=b"")

    with pytest.raises(ShardFailed) as caught:
        AudioCache(account.clients.s3, tmp_path, 10**9).acquire(audio)

    assert caught.value.error == error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["../../etc/passwd", "a/..", "a.tar.gz/", "x." + "y" * 300])
def test_hostile_key_stays_inside_cache_directory(account: Any, tmp_path: Path, key: str) -> None:
    account.clients.s3.put_object(Bucket="audio", Key=key, Body=b"x")

    file = AudioCache(account.clients.s3, tmp_path, 10**9).acquire(S3Object("audio", key))

    assert file.path.parent == tmp_path
