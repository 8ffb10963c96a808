"""Build of the worker's image in the account, by CodeBuild: for machines without Docker.

The image gets the tag under which the CDK looks for it, so `cdk deploy` finds it in the bootstrap's repository and
builds nothing. The project and its role are a stack of their own, without cost while nothing is built.
"""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earshot_cli.errors import CliError
from earshot_contract.aws_errors import error_code

Client = Callable[[str], Any]  # name of a service → boto3 client

STACK = "EarshotImageBuilder"
QUALIFIER = "hnb659fds"  # of the CDK's bootstrap
SOURCES = "earshot-image"  # folder of the bootstrap's bucket that holds build contexts
BUILD_IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
# Docker Hub limits pulls by address, and CodeBuild's addresses are shared; Amazon's public registry has the same images
# (https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-concepts.html).
MIRROR = "public.ecr.aws/docker/library/"
BASE = re.compile(r"(?m)^ARG BASE=(\S+)")  # in the Dockerfile
POLL_SECONDS = 10.0
BUILD_SECONDS = 3600.0
STACK_SECONDS = 300.0
BUILDSPEC = {
    "version": 0.2,
    # Docker would push an index of the image and its provenance, which Lambda refuses ("The image manifest, config or
    # layer media type … is not supported"). The CDK sets the same for its own builds.
    "env": {"variables": {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}},
    "phases": {
        "pre_build": {
            "commands": [
                "aws ecr get-login-password | docker login --username AWS --password-stdin "
                "$REGISTRY.dkr.ecr.$AWS_REGION.$AWS_SUFFIX",
                # The same digest or none: where the mirror lacks it, the build takes it from Docker Hub.
                '[ -z "$MIRROR" ] || ! docker pull $MIRROR || BUILD_ARGS="$BUILD_ARGS --build-arg BASE=$MIRROR"',
            ]
        },
        "build": {
            "commands": [
                "docker build --platform $PLATFORM --file $DOCKERFILE $BUILD_ARGS --tag $IMAGE .",
                "docker push $IMAGE",
            ]
        },
    },
}


@dataclass(frozen=True)
class ImageAsset:
    """An image of the synthesized app: what it is built from, and where the CDK expects it."""

    directory: Path
    dockerfile: str
    build_args: dict[str, str]
    mirror: str  # name of the base image in Amazon's public registry; empty where the Dockerfile names none
    platform: str
    repository: str
    tag: str


def image_assets(folder: Path, account: str, region: str) -> list[ImageAsset]:
    """Return the images of a synthesized app: the workers', and the quick workers' where that is another.

    Raises:
        CliError: the app has none.
    """
    manifests = [json.loads(path.read_text()) for path in folder.glob("*.assets.json")]
    images = {tag: image for manifest in manifests for tag, image in manifest.get("dockerImages", {}).items()}
    if not images:
        raise CliError(f"{folder} has no image: synthesize again.")
    return [_image_asset(folder, image, account, region) for image in images.values()]


def _image_asset(folder: Path, image: dict[str, Any], account: str, region: str) -> ImageAsset:
    source, [destination] = image["source"], image["destinations"].values()
    directory, dockerfile = folder / source["directory"], source.get("dockerFile", "Dockerfile")
    base = BASE.search((directory / dockerfile).read_text())
    repository = destination["repositoryName"].replace("${AWS::AccountId}", account).replace("${AWS::Region}", region)
    return ImageAsset(
        directory,
        dockerfile,
        source.get("dockerBuildArgs", {}),
        f"{MIRROR}{base[1]}" if base else "",
        source.get("platform", "linux/amd64"),
        repository,
        destination["imageTag"],
    )


def is_built(client: Client, image: ImageAsset) -> bool:
    """Return whether the repository has the image already."""
    from botocore.exceptions import ClientError

    try:
        client("ecr").describe_images(repositoryName=image.repository, imageIds=[{"imageTag": image.tag}])
    except ClientError as error:
        if error_code(error) == "ImageNotFoundException":
            return False
        raise
    return True


def build(client: Client, image: ImageAsset, progress: Callable[[str], None], sleep: Callable[[float], None]) -> None:
    """Build an image in CodeBuild and wait for it; do nothing where the repository has it.

    Args:
        client: returns a boto3 client for the name of a service.
        image: what to build.
        progress: is called with a description of each stage.
        sleep: `time.sleep`.

    Raises:
        CliError: the build failed, or took longer than BUILD_SECONDS; the message names its log.
    """
    if is_built(client, image):
        progress("The worker's image is there")
        return
    identity = client("sts").get_caller_identity()
    account, partition = identity["Account"], identity["Arn"].split(":")[1]
    region = client("ecr").meta.region_name
    bucket = f"cdk-{QUALIFIER}-assets-{account}-{region}"
    progress("Preparing CodeBuild")
    ensure_stack(client, bucket, image.repository, sleep)
    key = f"{SOURCES}/{image.tag}.zip"
    client("s3").put_object(Bucket=bucket, Key=key, Body=zip_context(image.directory), ExpectedBucketOwner=account)
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    variables = {
        "REGISTRY": account,
        "AWS_SUFFIX": suffix,
        "IMAGE": f"{account}.dkr.ecr.{region}.{suffix}/{image.repository}:{image.tag}",
        "PLATFORM": image.platform,
        "MIRROR": image.mirror,
        "DOCKERFILE": image.dockerfile,
        "BUILD_ARGS": " ".join(f"--build-arg {name}={value}" for name, value in image.build_args.items()),
    }
    await_build(client, _start(client, f"{bucket}/{key}", variables), progress, sleep)


def _start(client: Client, source: str, variables: dict[str, str]) -> str:
    """Start a build and return its id."""
    from botocore.exceptions import ClientError

    try:
        started = client("codebuild").start_build(
            projectName=STACK,
            sourceTypeOverride="S3",
            sourceLocationOverride=source,
            environmentVariablesOverride=[{"name": name, "value": value} for name, value in variables.items()],
        )
    except ClientError as error:
        if error_code(error) != "AccountLimitExceededException":
            raise
        raise CliError(
            f"CodeBuild starts no build in this account: {error}. A new account may have none of the quota "
            "`Concurrently running builds for Linux/Medium environment` of CodeBuild: request 1 (Service Quotas), or "
            "build with Docker on this machine."
        ) from None
    return str(started["build"]["id"])


def await_build(client: Client, build_id: str, progress: Callable[[str], None], sleep: Callable[[float], None]) -> None:
    """Wait until a build has succeeded.

    Raises:
        CliError: it failed, or took longer than BUILD_SECONDS.
    """
    phase, deadline = "", time.monotonic() + BUILD_SECONDS
    while time.monotonic() < deadline:
        [build] = client("codebuild").batch_get_builds(ids=[build_id])["builds"]
        if build["buildStatus"] == "SUCCEEDED":
            return
        if build["buildStatus"] != "IN_PROGRESS":
            reasons = [c["message"] for p in build.get("phases", []) for c in p.get("contexts", []) if c.get("message")]
            log = build.get("logs", {}).get("deepLink", "CodeBuild's console")
            raise CliError(f"CodeBuild could not build the image: {' '.join(reasons) or build['buildStatus']} ({log})")
        if build.get("currentPhase", "") != phase:
            phase = build["currentPhase"]
            progress(f"CodeBuild: {phase.lower().replace('_', ' ')}")
        sleep(POLL_SECONDS)
    raise CliError(f"CodeBuild needed more than {BUILD_SECONDS:.0f} s for {build_id}.")


def zip_context(directory: Path) -> bytes:
    """Return a build context as a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(directory).as_posix())
    return out.getvalue()


def ensure_stack(client: Client, bucket: str, repository: str, sleep: Callable[[float], None]) -> None:
    """Create or update the stack with the CodeBuild project.

    Raises:
        CliError: CloudFormation failed.
    """
    from botocore.exceptions import ClientError

    cloudformation = client("cloudformation")
    arguments = {
        "StackName": STACK,
        "TemplateBody": json.dumps(template(bucket, repository)),
        "Capabilities": ["CAPABILITY_IAM"],
        "Tags": [{"Key": "Application", "Value": "Earshot"}],
    }
    try:
        cloudformation.create_stack(**arguments)
    except ClientError as error:
        if error_code(error) != "AlreadyExistsException":
            raise
        try:
            cloudformation.update_stack(**arguments)
        except ClientError as refused:
            if "No updates are to be performed" in str(refused):
                return
            if "can not be updated" not in str(refused):  # its creation failed once; the status below says so
                raise
    deadline = time.monotonic() + STACK_SECONDS
    while (status := cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]).endswith("PROGRESS"):
        if time.monotonic() > deadline:
            break
        sleep(POLL_SECONDS)
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise CliError(f"The stack {STACK} is {status}: delete it in the console and try again.")


def template(bucket: str, repository: str) -> dict[str, Any]:
    """Return the template of the CodeBuild project; its role may read one folder and push to one repository."""

    def allow(actions: list[str], resource: Any) -> dict[str, Any]:
        return {"Effect": "Allow", "Action": actions, "Resource": resource}

    push = ["BatchCheckLayerAvailability", "BatchGetImage", "CompleteLayerUpload", "InitiateLayerUpload", "PutImage"]
    push += ["UploadLayerPart", "GetDownloadUrlForLayer"]
    account = "${AWS::Region}:${AWS::AccountId}"
    statements = [
        allow(
            ["s3:GetObject", "s3:GetObjectVersion"], {"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::{bucket}/{SOURCES}/*"}
        ),
        allow(["ecr:GetAuthorizationToken"], "*"),
        allow(
            [f"ecr:{action}" for action in push],
            {"Fn::Sub": f"arn:${{AWS::Partition}}:ecr:{account}:repository/{repository}"},
        ),
        allow(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            {"Fn::Sub": f"arn:${{AWS::Partition}}:logs:{account}:log-group:/aws/codebuild/{STACK}*"},
        ),
    ]
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "codebuild.amazonaws.com"}}
    role = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [
            {"PolicyName": "build", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}},
        ],
    }
    project = {
        "Name": STACK,
        "Description": "Builds the image of Earshot's worker.",
        "ServiceRole": {"Fn::GetAtt": ["Role", "Arn"]},
        "Artifacts": {"Type": "NO_ARTIFACTS"},
        "Source": {"Type": "NO_SOURCE", "BuildSpec": json.dumps(BUILDSPEC)},
        "Environment": {
            "Type": "LINUX_CONTAINER",
            "ComputeType": "BUILD_GENERAL1_MEDIUM",
            "Image": BUILD_IMAGE,
            "PrivilegedMode": True,  # docker in the build
        },
        "TimeoutInMinutes": int(BUILD_SECONDS // 60),
    }
    return {
        "Description": "CodeBuild project that builds the image of Earshot's worker",
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "Project": {"Type": "AWS::CodeBuild::Project", "Properties": project},
        },
    }
