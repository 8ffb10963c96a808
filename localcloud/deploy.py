"""Deploying the synthesized template into the emulator, the way `cdk deploy` does it to an account."""

from __future__ import annotations

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

STACK = "Earshot"
UNUSABLE_STATUSES = (
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "CREATE_FAILED",
    "DELETE_FAILED",
)  # holds nothing, takes no update
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
POLL_SECONDS = 0.1
DEADLINE_SECONDS = 120.0
BOOTSTRAP_VERSION = "21"
# Powertools comes from this environment; CloudFormation only wants an ARN.
LAYER = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-arm64:1"
FINGERPRINT = "EarshotFingerprint"  # the stack's tag that says which template and parameters it stands for

Client = Callable[[str], Any]


class DeploymentFailed(Exception):
    """CloudFormation gave up; the message holds what it said of each resource."""


def deploy(client: Client, assets: Path, parameters: dict[str, str]) -> dict[str, str]:
    """Bring the stack to what the synthesized app says; answers its outputs.

    Nothing is done when the stack from an earlier start already is that. Otherwise it is updated, which keeps
    the objects and rows it holds.

    Raises:
        DeploymentFailed: with CloudFormation's reasons.
    """
    template = template_path(assets)
    document = json.loads(template.read_text())
    fingerprint = fingerprint_of(template.read_text(), parameters)
    stack = describe_stack(client)
    if stack and stack["StackStatus"] in UNUSABLE_STATUSES:
        client("cloudformation").delete_stack(StackName=STACK)
        wait_until_finished(client)
        stack = None
    if stack and fingerprint in {tag["Value"] for tag in stack.get("Tags", []) if tag["Key"] == FINGERPRINT}:
        return stack_outputs(stack)
    url = publish_assets(client, assets)
    arguments = {
        "StackName": STACK,
        "TemplateURL": url,
        "Capabilities": CAPABILITIES,
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in (publish_ssm_parameters(client, document) | parameters).items()
            if name in document.get("Parameters", {})
        ],
        "Tags": [{"Key": FINGERPRINT, "Value": fingerprint}],
    }
    formation = client("cloudformation")
    if stack is None:
        formation.create_stack(**arguments)
    else:
        formation.update_stack(**arguments)
    return stack_outputs(wait_until_finished(client))


def template_path(assets: Path) -> Path:
    """The stack's template among the synthesized files.

    Raises:
        DeploymentFailed: nothing is synthesized there.
    """
    template = assets / f"{STACK}.template.json"
    if not template.is_file():
        raise DeploymentFailed(f"{template} does not exist: run `make synth` first.")
    return template


def publish_assets(client: Client, assets: Path) -> str:
    """Put the app's file assets into the bootstrap bucket; answers the template's address there."""
    s3, account = client("s3"), client("sts").get_caller_identity()["Account"]
    region = s3.meta.region_name
    bucket = f"cdk-hnb659fds-assets-{account}-{region}"  # the bootstrap's name in every account
    s3.create_bucket(Bucket=bucket)
    url = ""
    for asset in json.loads((assets / f"{STACK}.assets.json").read_text())["files"].values():
        source, destination = asset["source"], next(iter(asset["destinations"].values()))
        path = assets / source["path"]
        body = zip_folder(path) if source["packaging"] == "zip" else path.read_bytes()
        s3.put_object(Bucket=bucket, Key=destination["objectKey"], Body=body)
        if source["path"] == f"{STACK}.template.json":
            url = f"https://s3.{region}.amazonaws.com/{bucket}/{destination['objectKey']}"
    return url


def zip_folder(folder: Path) -> bytes:
    """A folder as a zip whose bytes depend on its content alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.writestr(zipfile.ZipInfo(str(path.relative_to(folder))), path.read_bytes())
    return buffer.getvalue()


def publish_ssm_parameters(client: Client, document: dict[str, Any]) -> dict[str, str]:
    """Publish what CloudFormation is to read from SSM; answers the parameters that name another place for it.

    AWS's own names (`/aws/…`) cannot be written, so those parameters point to names of ours.
    """
    ssm, renamed = client("ssm"), {}
    for key, parameter in document.get("Parameters", {}).items():
        if not parameter["Type"].startswith("AWS::SSM::Parameter::Value"):
            continue
        name, value = parameter["Default"], BOOTSTRAP_VERSION
        if name.startswith("/aws/"):
            name, value = f"/earshot{name}", LAYER
            renamed[key] = name
        ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    return renamed


def describe_stack(client: Client) -> dict[str, Any] | None:
    """The stack, or None when there is none."""
    try:
        return client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def wait_until_finished(client: Client) -> dict[str, Any]:
    """The stack once CloudFormation is done with it; empty once it is deleted.

    Raises:
        DeploymentFailed: it is not, or not well.
    """
    deadline = time.monotonic() + DEADLINE_SECONDS
    stack = describe_stack(client) or {}
    while stack.get("StackStatus", "").endswith("IN_PROGRESS"):
        if time.monotonic() > deadline:
            raise DeploymentFailed(
                f"CloudFormation is still busy after {DEADLINE_SECONDS:.0f} s: {failure_reasons(client)}"
            )
        time.sleep(POLL_SECONDS)
        stack = describe_stack(client) or {}
    if stack and stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"):
        raise DeploymentFailed(
            f"The stack ended as {stack['StackStatus']} ({stack.get('StackStatusReason', '')}): "
            f"{failure_reasons(client)}"
        )
    return stack


def failure_reasons(client: Client) -> str:
    """What CloudFormation said of the resources that failed, the first one first."""
    pages = client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=STACK)
    failed = [e for page in pages for e in page["StackEvents"] if "FAILED" in e["ResourceStatus"]]
    return "; ".join(f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason', '?')}" for e in failed[::-1][:5])


def stack_outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def fingerprint_of(template: str, parameters: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps([template, parameters], sort_keys=True).encode()).hexdigest()
