"""Build of the worker's image in the account, by CodeBuild: for machines without Docker.

The image gets the tag under which the CDK looks for it, so `cdk deploy` finds it in the bootstrap's repository and
builds nothing. `image_assets` says which images there are, `image_builder_stack` has the CodeBuild project.
"""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from earshot_cli.deployment.account_checks import QUALIFIER
from earshot_cli.deployment.image_assets import ImageAsset
from earshot_cli.deployment.image_builder_stack import BUILD_SECONDS, POLL_SECONDS, SOURCES, STACK, Client, ensure_stack
from earshot_cli.errors import CliError
from earshot_contract.aws_errors import error_code


def is_built(client: Client, image: ImageAsset) -> bool:
    """Return whether the repository has the image already.

    Raises:
        CliError: the CDK's bootstrap has lost its repository.
    """
    from botocore.exceptions import ClientError

    try:
        client("ecr").describe_images(repositoryName=image.repository, imageIds=[{"imageTag": image.tag}])
    except ClientError as error:
        if error_code(error) == "ImageNotFoundException":
            return False
        if error_code(error) == "RepositoryNotFoundException":
            raise CliError(
                f"The CDK's bootstrap has lost its repository {image.repository}. `aws cloudformation delete-stack "
                "--stack-name CDKToolkit`, then `earshot cdk bootstrap`, make it again."
            ) from None
        raise
    return True


def build(
    client: Client,
    image: ImageAsset,
    progress: Callable[[str], None],
    sleep: Callable[[float], None],
    *,
    boundary: str = "",
) -> None:
    """Build an image in CodeBuild and wait for it; do nothing where the repository has it.

    Args:
        client: returns a boto3 client for the name of a service.
        image: what to build.
        progress: called with a description of each stage.
        sleep: `time.sleep`.
        boundary: name of the policy that is the permissions boundary of CodeBuild's role; empty: none.

    Raises:
        CliError: the build failed, or took longer than BUILD_SECONDS; the message names its log.
    """
    if is_built(client, image):
        progress("The worker's image is there")
        return
    account, region = client("sts").get_caller_identity()["Account"], client("ecr").meta.region_name
    bucket = f"cdk-{QUALIFIER}-assets-{account}-{region}"
    progress("Preparing CodeBuild")
    ensure_stack(client, bucket, image.repository, sleep, boundary=boundary)
    key = f"{SOURCES}/{image.tag}.zip"
    client("s3").put_object(Bucket=bucket, Key=key, Body=zip_context(image.directory), ExpectedBucketOwner=account)
    # The registry's address ends otherwise in each partition; ECR says how.
    [repository] = client("ecr").describe_repositories(repositoryNames=[image.repository])["repositories"]
    uri = repository["repositoryUri"]
    variables = {
        "REGISTRY": uri.partition("/")[0],
        "IMAGE": f"{uri}:{image.tag}",
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
        CliError: the build failed, or took longer than BUILD_SECONDS.
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
