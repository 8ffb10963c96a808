"""Deployment of the synthesized template into the emulator, as `cdk deploy` does it in an account."""

from __future__ import annotations

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

STACK = "Earshot"
# A stack in one of these was never complete, so it contains no data, and CloudFormation does not update it.
UNUSABLE_STATUSES = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
POLL_SECONDS = 0.1  # between two looks at the stack's status
DEADLINE_SECONDS = 120.0  # for CloudFormation to finish
BOOTSTRAP_VERSION = "21"  # of CDK's bootstrap stack, a parameter of the template
# Stands for the Powertools layer: CloudFormation needs an ARN, functions import this environment's own Powertools. The
# account is that of AWS's layer: ministack looks for layers of its own account (000000000000).
LAYER = "arn:aws:lambda:us-east-1:017000801446:layer:placeholder:1"
FINGERPRINT = "EarshotFingerprint"  # tag of the stack: digest of template and environment

Client = Callable[[str], Any]


class DeploymentFailed(Exception):
    """CloudFormation failed; the message contains its reason for each resource."""


def deploy(client: Client, assets: Path, environment: dict[str, str]) -> dict[str, str]:
    """Create or update the stack; return its outputs.

    A stack that already has this template and this environment is left alone. An update keeps objects and rows.

    Args:
        client: returns a boto3 client for a service's name.
        assets: folder of the synthesized app.
        environment: values that replace those of the template, as in `with_environment`.

    Raises:
        DeploymentFailed: nothing is synthesized, or CloudFormation failed.
    """
    template = template_path(assets)
    document = json.loads(template.read_text())
    document = with_environment(document, environment)
    fingerprint = fingerprint_of(document)
    stack = describe_stack(client)
    if stack and stack["StackStatus"] in UNUSABLE_STATUSES:
        client("cloudformation").delete_stack(StackName=STACK)
        wait_until_finished(client)
        stack = None
    if stack and fingerprint in {tag["Value"] for tag in stack.get("Tags", []) if tag["Key"] == FINGERPRINT}:
        return stack_outputs(stack)
    url = publish_assets(client, assets, json.dumps(document).encode())
    arguments = {
        "StackName": STACK,
        "TemplateURL": url,
        "Capabilities": CAPABILITIES,
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in publish_ssm_parameters(client, document).items()
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
    """Return the path of the stack's template.

    Raises:
        DeploymentFailed: nothing is synthesized there.
    """
    template = assets / f"{STACK}.template.json"
    if not template.is_file():
        raise DeploymentFailed(f"{template} does not exist: run `make synth` first.")
    return template


def check_assembly(assets: Path) -> None:
    """Check that the template is there, every file asset, and in each function's code the module of its handler.

    Commands of the CDK CLI that need no code (`cdk ls`) leave it unbundled, and a function without its module fails
    only when it is called.

    Raises:
        DeploymentFailed: something is missing; the message names it.
    """
    document = json.loads(template_path(assets).read_text())
    code: dict[str, Path] = {}
    for asset in json.loads((assets / f"{STACK}.assets.json").read_text())["files"].values():
        path = assets / asset["source"]["path"]
        if not path.exists():
            raise DeploymentFailed(f"{path} does not exist: remove {assets} and run `make synth`.")
        code |= {destination["objectKey"]: path for destination in asset["destinations"].values()}
    for name, resource in document["Resources"].items():
        if resource["Type"] != "AWS::Lambda::Function":
            continue
        properties = resource["Properties"]
        if properties.get("PackageType") == "Image":  # its image is an asset of its own kind
            continue
        bundle = code.get(properties["Code"].get("S3Key", ""), assets)
        module = properties["Handler"].rpartition(".")[0]
        if not bundle.joinpath(*module.split(".")).with_suffix(".py").is_file():
            raise DeploymentFailed(
                f"The function {name} has no module {module} in {bundle}: its code is not bundled. "
                f"Remove {assets} and run `make synth`."
            )


def with_environment(document: dict[str, Any], environment: dict[str, str]) -> dict[str, Any]:
    """Return the template with other values of environment variables, wherever it sets them for functions or workers.

    The template's own values are those of a deployment in AWS. On this machine there is one worker and one model.
    """
    copy: dict[str, Any] = json.loads(json.dumps(document))
    for resource in copy["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Lambda::Function":
            variables = properties["Environment"]["Variables"]
            variables |= {name: value for name, value in environment.items() if name in variables}
        if resource["Type"] == "AWS::ECS::TaskDefinition":
            for container in properties["ContainerDefinitions"]:
                for variable in container["Environment"]:
                    variable["Value"] = environment.get(variable["Name"], variable["Value"])
    return copy


def publish_assets(client: Client, assets: Path, template: bytes) -> str:
    """Put the app's file assets into the bootstrap bucket, `template` as its template; return the template's URL."""
    s3, account = client("s3"), client("sts").get_caller_identity()["Account"]
    region = s3.meta.region_name
    bucket = f"cdk-hnb659fds-assets-{account}-{region}"  # the bootstrap's name in every account
    # There is one if a start was killed before its state was saved.
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=bucket)
    url = ""
    for asset in json.loads((assets / f"{STACK}.assets.json").read_text())["files"].values():
        source, destination = asset["source"], next(iter(asset["destinations"].values()))
        path = assets / source["path"]
        body = zip_folder(path) if source["packaging"] == "zip" else path.read_bytes()
        if source["path"] == f"{STACK}.template.json":
            body = template
            url = f"https://s3.{region}.amazonaws.com/{bucket}/{destination['objectKey']}"
        s3.put_object(Bucket=bucket, Key=destination["objectKey"], Body=body)
    return url


def zip_folder(folder: Path) -> bytes:
    """Return a folder as a ZIP archive whose bytes depend on its content only."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.writestr(zipfile.ZipInfo(str(path.relative_to(folder))), path.read_bytes())
    return buffer.getvalue()


def publish_ssm_parameters(client: Client, document: dict[str, Any]) -> dict[str, str]:
    """Write the SSM parameters that CloudFormation reads; return new values for parameters whose names cannot be used.

    Names that begin with `/aws/` cannot be written, so those parameters get names that begin with `/earshot/aws/`.

    Args:
        client: returns a boto3 client for a service's name.
        document: the template.
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
    """Return CloudFormation's description of the stack, or None if there is no stack."""
    try:
        stack: dict[str, Any] = client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return stack


def wait_until_finished(client: Client) -> dict[str, Any]:
    """Wait until CloudFormation has finished; return the stack's description, empty if it was deleted.

    Raises:
        DeploymentFailed: CloudFormation failed, or is still busy after DEADLINE_SECONDS.
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
    """Return CloudFormation's reasons for up to five failed resources, the first failure first."""
    pages = client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=STACK)
    failed = [e for page in pages for e in page["StackEvents"] if "FAILED" in e["ResourceStatus"]]
    return "; ".join(f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason', '?')}" for e in failed[::-1][:5])


def stack_outputs(stack: dict[str, Any]) -> dict[str, str]:
    """Return the outputs in a description of the stack."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def fingerprint_of(template: dict[str, Any]) -> str:
    """Return a digest of a template."""
    return hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()
