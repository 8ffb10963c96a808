"""Necessity of the patches of ministack's S3 and DynamoDB; see test_ministack.py."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from localcloud.emulator.durability.journal import Journal
from tests.localcloud.patches.conftest import Apply, mended


@pytest.mark.upstream
def test_s3_event_without_patch_has_no_version(apply: Apply, monkeypatch: pytest.MonkeyPatch) -> None:
    from ministack.services import eventbridge, s3

    events: list[dict[str, Any]] = []
    configuration = "<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>"
    monkeypatch.setattr(eventbridge, "_dispatch_event", lambda event, view=None: events.append(event))
    monkeypatch.setitem(s3._bucket_notifications, "uploads", configuration)

    def uploaded_object() -> dict[str, Any]:
        s3._fire_s3_event("uploads", "a.wav", "s3:ObjectCreated:Put", 9, "etag", version_id="v1", sequencer="5")
        return json.loads(events[-1]["Detail"])["object"]  # type: ignore[no-any-return]

    assert "version-id" not in uploaded_object(), mended("ministack_s3_event_version")

    apply("ministack_s3_event_version")

    assert uploaded_object()["version-id"] == "v1"


@pytest.mark.upstream
def test_ranged_version_without_patch_is_whole(apply: Apply, monkeypatch: pytest.MonkeyPatch) -> None:
    from ministack.services import s3

    monkeypatch.setattr(s3, "S3_PERSIST", False)
    s3._create_bucket("ranges", b"", {})
    s3._bucket_versioning["ranges"] = "Enabled"
    _, written, _ = s3._put_object("ranges", "a.wav", b"0123456789", {})
    s3._put_object("ranges", "a.wav", b"later", {})
    query = {"versionId": [written["x-amz-version-id"]]}

    def get(query: Any = query, if_range: str = "", **headers: str) -> tuple[int, Any, bytes]:
        sent = headers | ({"if-range": if_range} if if_range else {})
        status, answer, body = s3._get_object("ranges", "a.wav", sent, query)
        return status, answer.get("Content-Range"), body

    assert get(range="bytes=2-4") == (200, None, b"0123456789"), mended("ministack_s3_version_range")

    apply("ministack_s3_version_range")

    assert get(range="bytes=2-4") == (206, "bytes 2-4/10", b"234")
    assert get(range="bytes=8-99") == (206, "bytes 8-9/10", b"89")
    assert get(range="bytes=-3") == (206, "bytes 7-9/10", b"789")
    assert get(range="bytes=10-")[:2] == (416, "bytes */10")
    assert get() == (200, None, b"0123456789")
    for no_single_range in ("bytes=0-1,5-6", "bytes=a-b", "items=0-5", "bytes=-"):
        assert get(range=no_single_range) == (200, None, b"0123456789")
        assert get(query=None, range=no_single_range) == (200, None, b"later")
    assert get(query=None, range="bytes=0-1") == (206, "bytes 0-1/5", b"la")
    assert get(range="bytes=0-1", if_range=written["ETag"]) == (206, "bytes 0-1/10", b"01")
    assert get(query=None, range="bytes=0-1", if_range=written["ETag"]) == (200, None, b"later")


@pytest.mark.upstream
@pytest.mark.parametrize("versioned", [False, True])
def test_range_without_patch_reads_the_whole_file(
    apply: Apply, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, versioned: bool
) -> None:
    from ministack.services import s3

    size = 4 * 2**20
    monkeypatch.setattr(s3, "S3_PERSIST", True)
    monkeypatch.setattr(s3, "DATA_DIR", str(tmp_path))
    bucket = f"large-{versioned}".lower()
    s3._create_bucket(bucket, b"", {})
    if versioned:
        s3._bucket_versioning[bucket] = "Enabled"
    _, written, _ = s3._put_object(bucket, "a.wav", b"0123456789" + bytes(size), {})
    query = {"versionId": [written["x-amz-version-id"]]} if versioned else None

    def peak_memory(**headers: str) -> tuple[bytes, int]:
        tracemalloc.start()
        try:
            body = s3._get_object(bucket, "a.wav", headers, query)[2]
            return body, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    if versioned:  # as after a restart: until then its bytes are in memory
        s3._object_versions[(bucket, "a.wav")][0]["data"] = None
    else:
        assert peak_memory(range="bytes=2-4")[1] > size, mended("ministack_s3_version_range")

    apply("ministack_s3_version_range")

    body, maximum = peak_memory(range="bytes=2-4")
    assert body == b"234"
    assert maximum < size / 4
    assert peak_memory(range=f"bytes={size + 8}-")[0] == bytes(2)
    assert len(peak_memory()[0]) == size + 10
    whole, _ = peak_memory(range="bytes=2-4", **{"if-range": '"another"'})
    assert isinstance(whole, bytes)
    assert len(whole) == size + 10


@pytest.mark.upstream
def test_row_without_patch_is_in_memory_only(apply: Apply, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Changes nothing on disk without the patch; with it the row is in the journal, and comes back from there."""
    from ministack.core import persistence
    from ministack.services import dynamodb

    monkeypatch.setattr(persistence, "PERSIST_STATE", True)
    monkeypatch.setattr(persistence, "STATE_DIR", str(tmp_path))
    table = {"TableName": "t", "TableArn": "arn:t", "TableId": "id", "items": {}, "pk_name": "pk", "sk_name": None}
    table["GlobalSecondaryIndexes"] = table["LocalSecondaryIndexes"] = []
    dynamodb._set_item(table, "1", "__no_sort__", {"pk": {"S": "1"}})
    assert not list(tmp_path.iterdir()), mended("ministack_durable_state")

    state = apply("ministack_durable_state").state
    dynamodb._set_item(table, "2", "__no_sort__", {"pk": {"S": "2"}})
    state.journal.commit()

    assert [key for key, _ in state.journal.records("row")] == [("arn:t", "id", "2", "__no_sort__")]
    dynamodb._remove_item(table, "2", "__no_sort__")
    state.journal.commit()
    assert not list(state.journal.records("row"))


@pytest.mark.upstream
def test_part_without_patch_is_in_memory_only(apply: Apply, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Parts that were acknowledged come back from the journal; those of a completed or aborted upload leave it."""
    from ministack.services import s3

    monkeypatch.setattr(s3, "DATA_DIR", str(tmp_path / "objects"))
    monkeypatch.setattr(s3, "S3_PERSIST", True)
    monkeypatch.setitem(s3._buckets, "b", {"name": "b", "objects": {}})

    def begin(*parts: bytes) -> tuple[str, str]:
        _, _, body = s3._create_multipart_upload("b", "k", {})
        upload = str(body).partition("<UploadId>")[2].partition("</UploadId>")[0]
        for number, data in enumerate(parts, 1):
            assert s3._upload_part("b", "k", data, {"uploadId": upload, "partNumber": str(number)}, {})[0] == 200
        return upload, "".join(f"<Part><PartNumber>{n}</PartNumber></Part>" for n in range(1, len(parts) + 1))

    begin(b"one")
    assert not list(tmp_path.rglob("*")), mended("ministack_durable_uploads")
    s3._multipart_uploads._data.clear()

    state = apply("ministack_durable_uploads").state
    state.__init__(Journal(tmp_path / "journal.sqlite"))  # type: ignore[misc]
    upload, listed = begin(b"old", b"two")
    s3._upload_part("b", "k", b"one", {"uploadId": upload, "partNumber": "1"}, {})
    aborted, _ = begin(b"x")
    assert s3._abort_multipart_upload("b", "k", {"uploadId": aborted})[0] == 204
    state.journal.commit()
    s3._multipart_uploads._data.clear()

    state.__init__(state.journal)  # type: ignore[misc]
    state.uploads.restore()
    request = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
    assert s3._complete_multipart_upload("b", "k", request, {"uploadId": upload}, {})[0] == 200
    state.journal.commit()

    assert s3._read_body("b", "k", s3._buckets["b"]["objects"]["k"]) == b"onetwo"
    assert not [*state.journal.records("upload"), *state.journal.records("part")]
    assert not [path for path in (tmp_path / "parts").rglob("*") if path.is_file()]


@pytest.mark.upstream
def test_upload_without_patch_takes_any_parts(apply: Apply, monkeypatch: pytest.MonkeyPatch) -> None:
    """What S3 refuses: parts in the wrong order, small ones before the last, unknown ones, and lists without ETags."""
    from ministack.services import s3

    monkeypatch.setattr(s3, "S3_PERSIST", False)
    s3._create_bucket("in-parts", b"", {})
    whole = bytes(5 * 2**20)

    def completed(listed: list[int], *sent: bytes, tags: dict[int, str] | None = None) -> str:
        """Send parts 1, 2 …, complete the upload; return the code of the error, or the object's bytes as a number."""
        _, _, answer = s3._create_multipart_upload("in-parts", "k", {})
        upload = str(answer).partition("<UploadId>")[2].partition("</UploadId>")[0]
        made = {}
        for number, data in enumerate(sent, 1):
            query = {"uploadId": upload, "partNumber": str(number)}
            made[number] = s3._upload_part("in-parts", "k", data, query, {})[1]["ETag"]
        of = made | (tags or {})
        parts = "".join(
            f"<Part><PartNumber>{n}</PartNumber>{f'<ETag>{of[n]}</ETag>' if of[n] else ''}</Part>" for n in listed
        )
        request = f'<CompleteMultipartUpload xmlns="x">{parts}</CompleteMultipartUpload>'.encode()
        status, _, problem = s3._complete_multipart_upload("in-parts", "k", request, {"uploadId": upload}, {})
        if status == 200:
            return str(s3._buckets["in-parts"]["objects"]["k"]["size"])
        return bytes(problem).decode().partition("<Code>")[2].partition("</Code>")[0]

    assert completed([2, 1], b"small", b"last") == "9", mended("ministack_s3_part_rules")

    apply("ministack_s3_part_rules")

    assert completed([1, 2], whole, b"last") == str(len(whole) + 4)
    assert completed([1], b"the last one may be small") == "25"
    assert completed([2, 1], whole, whole) == "InvalidPartOrder"
    assert completed([1, 1], whole) == "InvalidPartOrder"
    assert completed([1, 2], whole[1:], b"last") == "EntityTooSmall"
    assert completed([1, 2], whole, b"last", tags={2: '"other"'}) == "InvalidPart"
    assert completed([1, 3], whole, b"last", tags={3: '"x"'}) == "InvalidPart"
    assert completed([1, 2], b"small", b"last", tags={1: '"other"'}) == "InvalidPart"
    assert completed([1], whole, tags={1: ""}) == "MalformedXML"
    assert completed([], whole) == "MalformedXML"


@pytest.mark.upstream
def test_updated_global_table_without_patch_is_replaced(apply: Apply) -> None:
    from ministack.services import dynamodb
    from ministack.services.cloudformation import provisioners

    key = [{"AttributeName": "pk", "KeyType": "HASH"}]
    index = {"IndexName": "owners", "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}]}
    before = {"KeySchema": key, "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}
    after = {
        "KeySchema": key,
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "owner")],
        "GlobalSecondaryIndexes": [{**index, "Projection": {"ProjectionType": "ALL"}}],
    }

    def updated(stack: str) -> tuple[str, str]:
        """Names of a table before and after it gets an index."""
        provisioner = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::GlobalTable"]
        name, _ = provisioner["create"]("Table", before, stack)
        return name, provisioner["update"](name, before, after, stack)[0]

    old, new = updated("Unpatched")
    assert old != new, mended("ministack_global_table_update")

    apply("ministack_global_table_update")

    old, new = updated("Patched")
    assert old == new
    assert [found["IndexName"] for found in dynamodb._tables[new]["GlobalSecondaryIndexes"]] == ["owners"]
