"""S3 objects: read, write, stream, ranges, presigned URLs."""

from __future__ import annotations

import pytest
import requests

from earshot_contract.documents.s3_object import S3Object
from functions.aws import clients, s3
from functions.aws.clients import client
from tests.fixtures.accounts.account import USES_MOTO

pytestmark = pytest.mark.usefixtures("aws")
OBJECT = S3Object("transcripts", "work/j 1/ü+%.wav")


def test_object_is_written_read_and_listed() -> None:
    assert s3.get(OBJECT) is None
    assert s3.head(OBJECT) is None
    s3.put(OBJECT, b"abc", "audio/wav")
    assert s3.get(OBJECT) == b"abc"
    info = s3.head(OBJECT)
    assert info is not None
    assert (info.size, info.content_type) == (3, "audio/wav")
    assert list(s3.keys("transcripts", "work/j 1/")) == [OBJECT.key]


def test_metadata_names_are_lower_case() -> None:
    client("s3").put_object(Bucket="uploads", Key="k", Body=b"", Metadata={"Listen": "model=whisper"})
    assert s3.head(S3Object("uploads", "k")).metadata == {"listen": "model=whisper"}  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [0, 5, s3.PART_BYTES, s3.PART_BYTES + 7])
def test_stream_of_any_length_is_stored_whole(size: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    chunks = (body[at : min(at + 1_000_003, size)] for at in range(0, size, 1_000_003))
    assert s3.put_stream(OBJECT, chunks) == size
    assert s3.get(OBJECT) == body[:size]


def test_interrupted_stream_leaves_no_object() -> None:
    def broken():
        yield b"abc"
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        s3.put_stream(OBJECT, broken())
    assert s3.head(OBJECT) is None
    assert "Uploads" not in client("s3").list_multipart_uploads(Bucket="transcripts")


def test_reader_seeks_like_a_file() -> None:
    body = bytes(n % 251 for n in range(400_000))
    s3.put(OBJECT, body, "x/y")
    with s3.reader(OBJECT, len(body)) as file:
        assert file.read(10) == body[:10]
        file.seek(-5, 2)
        assert file.read() == body[-5:]
        file.seek(200_000)
        assert file.read(100_000) == body[200_000:300_000]


def test_reader_works_with_a_server_that_ignores_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    body = bytes(n % 251 for n in range(400_000))
    s3.put(OBJECT, body, "x/y")
    client = clients.client("s3")
    get_whole = client.get_object
    monkeypatch.setattr(client, "get_object", lambda **call: get_whole(Bucket=call["Bucket"], Key=call["Key"]))
    with s3.reader(OBJECT, len(body)) as file:
        file.seek(200_000)
        assert file.read(100_000) == body[200_000:300_000]


@pytest.mark.slow
@pytest.mark.skipif(not USES_MOTO, reason="requests over HTTP; the account in memory answers boto3 alone")
def test_presigned_urls_read_and_write() -> None:
    assert requests.put(s3.presigned_put(OBJECT), b"abc", timeout=5).status_code == 200
    assert requests.get(s3.presigned_get(OBJECT), timeout=5).content == b"abc"


def test_keys_with_characters_that_xml_lacks_are_removed() -> None:
    keys = [
        f"uploads/{name}.json" for name in ("esc\x1b[31m", "return\r", "feed\n", "tab\t", "\ufffe", "\x01", "plain")
    ]
    for key in keys:
        s3.put(S3Object("transcripts", key), b"{}", "application/json")

    s3.remove("transcripts", [*keys, "uploads/never\x1b"])

    assert [key for key in keys if s3.head(S3Object("transcripts", key))] == []
