"""Stack of the image builder: the CodeBuild project that builds the worker's image, and its role.

It costs nothing while nothing is built.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from earshot_cli.aws import stack_state
from earshot_cli.errors import CliError
from earshot_contract.aws_errors import error_code

Client = Callable[[str], Any]  # name of a service → boto3 client

STACK = "EarshotImageBuilder"  # name of the stack and of its project
SOURCES = "earshot-image"  # folder of the bootstrap's bucket that holds build contexts
BUILD_IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
POLL_SECONDS = 10.0
STACK_SECONDS = 300.0  # for the stack to be made
BUILD_SECONDS = 3600.0  # for one build
BUILDSPEC = {
    "version": 0.2,
    # Docker would push an index of the image and its provenance, which Lambda refuses ("The image manifest, config or
    # layer media type … is not supported"). The CDK sets the same for its own builds.
    "env": {"variables": {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}},
    "phases": {
        "pre_build": {
            "commands": [
                "aws ecr get-login-password | docker login --username AWS --password-stdin $REGISTRY",
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


def ensure_stack(
    client: Client, bucket: str, repository: str, sleep: Callable[[float], None], *, boundary: str = ""
) -> None:
    """Create or update the stack with the CodeBuild project.

    Args:
        client: returns a boto3 client for the name of a service.
        bucket: bucket of the CDK's bootstrap.
        repository: repository of the CDK's bootstrap.
        sleep: `time.sleep`.
        boundary: name of the policy that is the permissions boundary of its role; empty: none.

    Raises:
        CliError: CloudFormation failed.
    """
    from botocore.exceptions import ClientError

    cloudformation = client("cloudformation")
    arguments = {
        "StackName": STACK,
        "TemplateBody": json.dumps(template(bucket, repository, boundary)),
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
        why = " ".join(stack_state.failures(cloudformation, STACK))
        advice = f"`aws cloudformation delete-stack --stack-name {STACK}`, then repeat the command."
        if status == "UPDATE_ROLLBACK_COMPLETE":  # CloudFormation has restored what was there before
            advice = "Mend that, then repeat the command."
        raise CliError(f"The stack {STACK} is {status}. {why} {advice}")


def template(bucket: str, repository: str, boundary: str = "") -> dict[str, Any]:
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
    role: dict[str, Any] = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [
            {"PolicyName": "build", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}},
        ],
    }
    if boundary:
        arn = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy/{boundary}"
        role["PermissionsBoundary"] = {"Fn::Sub": arn}
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
