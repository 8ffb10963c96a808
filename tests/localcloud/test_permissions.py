"""IAM in the local cloud: a role's calls are held to its policies, the operator's are not."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from localcloud.emulator.iam import role_credentials
from localcloud.emulator.iam.aws_call import Call
from localcloud.emulator.iam.permissions import FILE
from localcloud.emulator.iam.required_actions import checks
from localcloud.emulator_process import REGION


def calls_of(cloud: Cloud) -> dict[str, list[dict[str, Any]]]:
    return json.loads((cloud.data_dir / "logs" / FILE).read_text())


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A cloud of its own: what is refused here must not be counted as the stack's."""
    with Cloud(tmp_path_factory.mktemp("permissions")) as cloud:
        yield cloud


def client_of(cloud: Cloud, role: str, service: str) -> Any:
    create: Any = boto3.client
    key = role_credentials.environment(f"arn:aws:iam::000000000000:role/{role}")
    signed = {name.lower(): value for name, value in key.items()}
    options = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, proxies={})
    return create(service, endpoint_url=cloud.aws, region_name=REGION, config=options, **signed)


def test_role_does_what_its_policies_allow_and_no_more(own: Cloud) -> None:
    """The authorizer reads and updates the table, and has nothing else."""
    [role] = [r["RoleName"] for r in own.client("iam").list_roles()["Roles"] if "FunctionsAuthorize" in r["RoleName"]]
    table, uploads = own.outputs["TableName"], own.outputs["UploadsBucket"]
    dynamodb, s3 = client_of(own, role, "dynamodb"), client_of(own, role, "s3")

    dynamodb.get_item(TableName=table, Key={"pk": {"S": "KEY#x"}})
    refused = {
        "dynamodb:DeleteItem": lambda: dynamodb.delete_item(TableName=table, Key={"pk": {"S": "KEY#x"}}),
        "s3:PutObject": lambda: s3.put_object(Bucket=uploads, Key="a", Body=b""),
        "s3:ListBucket": lambda: s3.list_objects_v2(Bucket=uploads),
    }
    for action, call in refused.items():
        with pytest.raises(ClientError, match=f"not authorized to perform: {action}"):
            call()
    url = s3.generate_presigned_url("put_object", Params={"Bucket": uploads, "Key": "a"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(urllib.request.Request(url, data=b"x", method="PUT"))
    own.client("s3").put_object(Bucket=uploads, Key="a", Body=b"")  # the operator's key

    [prepare] = [r["RoleName"] for r in own.client("iam").list_roles()["Roles"] if "FunctionsPrepare" in r["RoleName"]]
    own.client("s3").put_object(Bucket=uploads, Key="line\nbreak", Body=b"x")
    client_of(own, prepare, "s3").head_object(Bucket=uploads, Key="line\nbreak")  # which `*` of a policy means, too

    record = calls_of(own)
    assert {entry["action"] for entry in record["denied"]} == set(refused)
    assert ("dynamodb:GetItem", role) in {(entry["action"], entry["role"]) for entry in record["used"]}
    failures = (own.data_dir / "logs" / "failures.log").read_text()
    assert f"{role} has no dynamodb:DeleteItem" in failures


def call(method: str, path: str, query: dict[str, list[str]] | None = None, **headers: str) -> Call:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Call(method, path, query or {}, named, b"", REGION)


@pytest.mark.parametrize(
    ("request_", "actions"),
    [
        (call("GET", "/b/k"), ["s3:GetObject"]),
        (call("HEAD", "/b/k", {"versionId": ["1"]}), ["s3:GetObjectVersion"]),
        (call("PUT", "/b/k", if_match='"x"'), ["s3:PutObject", "s3:GetObject"]),
        (call("PUT", "/b/k", x_amz_copy_source="/c/k"), ["s3:PutObject", "s3:GetObject"]),
        (call("POST", "/b/k", {"uploads": [""]}), ["s3:PutObject"]),
        (call("DELETE", "/b/k", {"uploadId": ["1"]}), ["s3:AbortMultipartUpload"]),
        (call("GET", "/b", {"list-type": ["2"]}), ["s3:ListBucket"]),
        (call("POST", "/2015-03-31/functions/f/invocations"), ["lambda:InvokeFunction"]),
    ],
)
def test_requests_need_the_actions_of_awss_reference(request_: Call, actions: list[str]) -> None:
    assert [check.action for check in checks(request_)] == actions
