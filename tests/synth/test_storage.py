"""Buckets and the table: keys and indexes, what expires when, what an end of the stack keeps."""

from __future__ import annotations

from collections.abc import Callable

from tests.synth.assembly import Assembly, second


def test_table_has_partition_key_and_list_indexes(gpu: Assembly) -> None:
    _, table = gpu.resource("DynamoDB::GlobalTable")
    assert table["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]
    keys = {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
        for index in table["GlobalSecondaryIndexes"]
    }
    assert keys == {
        "listing": ["day", "created"],
        "owners": ["owner", "created"],
        "waiting": ["waiting", "created"],  # counted, never read: it holds the keys alone
    }
    projections = {
        index["IndexName"]: index["Projection"]["ProjectionType"] for index in table["GlobalSecondaryIndexes"]
    }
    assert projections == {"listing": "ALL", "owners": "ALL", "waiting": "KEYS_ONLY"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    [replica] = table["Replicas"]
    assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_objects_expire_under_work_and_jobs_only(gpu: Assembly) -> None:
    def expiring(bucket: str) -> dict[str, int]:
        _, props = gpu.resource("S3::Bucket", f"Storage{bucket}")
        rules = props["LifecycleConfiguration"]["Rules"]
        return {r.get("Prefix", ""): r["ExpirationInDays"] for r in rules if "ExpirationInDays" in r}

    assert expiring("Transcripts") == {"work/": 5, "jobs/": 30}
    assert expiring("Uploads") == {}
    assert expiring("Models") == {}


def test_audio_of_requests_is_kept_as_long_as_set(synthesized: Callable[..., Assembly]) -> None:
    other = second(synthesized)
    _, bucket = other.resource("S3::Bucket", "StorageTranscripts")
    assert [
        rule["ExpirationInDays"] for rule in bucket["LifecycleConfiguration"]["Rules"] if rule.get("Prefix") == "work/"
    ] == [9]
    assert other.functions()["api"]["Environment"]["Variables"]["KEEP_AUDIO_DAYS"] == "9"


def test_deleted_upload_leaves_nothing_for_ever(gpu: Assembly) -> None:
    """A versioned bucket keeps what was deleted, and a marker of it that outlives it."""
    versioned = [props for props in gpu.resources("S3::Bucket").values() if "VersioningConfiguration" in props]
    assert len(versioned) == 1
    [old] = [r for r in versioned[0]["LifecycleConfiguration"]["Rules"] if "NoncurrentVersionExpiration" in r]
    assert old["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
    assert old["ExpiredObjectDeleteMarker"] is True


def test_uploads_expire_if_the_deployment_says_so(synthesized: Callable[..., Assembly]) -> None:
    other = second(synthesized)
    for bucket, prefix in (("Uploads", ""), ("Transcripts", "uploads/")):
        _, props = other.resource("S3::Bucket", f"Storage{bucket}")
        rules = props["LifecycleConfiguration"]["Rules"]
        assert [r["ExpirationInDays"] for r in rules if r.get("Prefix", "") == prefix and "ExpirationInDays" in r] == [
            90
        ]


def test_only_uploads_bucket_notifies_without_custom_resource(assembly: Assembly) -> None:
    notifying = [n for n, b in assembly.resources("S3::Bucket").items() if "NotificationConfiguration" in b]
    assert [n.startswith("StorageUploads") for n in notifying] == [True]
    resource_types = {r["Type"] for r in assembly.template["Resources"].values()}
    assert not [k for k in resource_types if k.startswith(("Custom::", "AWS::CloudFormation::"))]


def test_data_is_kept_but_not_by_a_failed_first_deployment(assembly: Assembly) -> None:
    kept = {
        name: (r["DeletionPolicy"], r["UpdateReplacePolicy"])
        for name, r in assembly.template["Resources"].items()
        if r.get("DeletionPolicy", "Delete") != "Delete"
    }
    # The account's role for API Gateway's logs, which other APIs use from then on.
    account = {name for name in kept if name.startswith("ApiRest")}
    assert {kept.pop(name) for name in account} == {("Retain", "Retain")}
    assert len(account) == 2
    assert set(kept.values()) == {("RetainExceptOnCreate", "Retain")}
    stateful = {*assembly.resources("S3::Bucket"), *assembly.resources("DynamoDB::GlobalTable")}
    assert len(stateful) == 5
    assert stateful <= set(kept)
