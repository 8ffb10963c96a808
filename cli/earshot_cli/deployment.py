"""Where a deployment's parts are: the stack's outputs, of a stack in AWS or of the local cloud."""

from __future__ import annotations

import json
import os
from pathlib import Path

from earshot_cli.errors import Problem, Status

NEEDED = {"TableName", "ModelsBucket"}  # what the command reaches without the API
STATE = "cloud.json"  # written into its data folder by the local cloud while it runs


def outputs(stack: str | None, data_dir: Path) -> dict[str, str]:
    """Of the stack, or without one of the local cloud that runs on `data_dir`. Raises Problem."""
    return stack_outputs(stack) if stack else local_outputs(data_dir)


def local_outputs(data_dir: Path) -> dict[str, str]:
    """Outputs of the local cloud that runs on `data_dir`; boto3 is pointed at it."""
    try:
        state = json.loads((data_dir / STATE).read_text())
    except (OSError, ValueError):
        raise Problem(
            f"No local cloud has run with its data in {data_dir}. Start one with `earshot up`, or name "
            "another folder with --data-dir, or a stack in AWS with --stack.",
            Status.UNREACHABLE,
        ) from None
    os.environ.update(
        AWS_ENDPOINT_URL=state["aws"],
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
        AWS_DEFAULT_REGION="us-east-1",
    )
    return state["outputs"]


def stack_outputs(stack: str) -> dict[str, str]:
    """Outputs of a stack in AWS, asked with the environment's credentials."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        described = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except (BotoCoreError, ClientError) as error:
        raise Problem(
            f"The stack {stack} cannot be asked for its table and buckets: {error}. Check AWS_PROFILE and AWS_REGION.",
            Status.UNREACHABLE,
        ) from None
    found = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    if not found.keys() >= NEEDED:
        raise Problem(f"The stack {stack} is no Earshot: it has no output {', '.join(sorted(NEEDED - found.keys()))}.")
    return found
