"""Outputs of a deployment (table and bucket names), from a stack in AWS or from the local cloud."""

from __future__ import annotations

import json
import os
from pathlib import Path

from earshot_cli.aws_clients import aws_errors, client
from earshot_cli.errors import CliError, Status

REQUIRED_OUTPUTS = {"TableName", "ModelsBucket"}  # what the command reaches without the API
STATE_FILE = "cloud.json"  # the local cloud writes it into its data folder

_CLONE = Path(__file__).resolve().parents[2]
# In a clone the same folder from everywhere; otherwise one in the current folder.
DATA_DIR = _CLONE / ".earshot" if (_CLONE / "localcloud").is_dir() else Path(".earshot")


def outputs(stack: str | None, data_dir: Path) -> dict[str, str]:
    """Return the outputs of a stack, or without one of the local cloud whose data is in `data_dir`.

    Raises:
        CliError: the stack cannot be read or is not Earshot's, or no local cloud has run there.
    """
    return stack_outputs(stack) if stack else local_outputs(data_dir)


def local_outputs(data_dir: Path) -> dict[str, str]:
    """Return the outputs of the local cloud whose data is in `data_dir`, and point boto3 at it."""
    try:
        state = json.loads((data_dir / STATE_FILE).read_text())
    except (OSError, ValueError):
        raise CliError(
            f"No local cloud has run with its data in {data_dir}. Start one with `earshot up`, or name "
            "another folder with --data-dir, or a stack in AWS with --stack.",
            Status.UNREACHABLE,
        ) from None
    os.environ.update(
        AWS_ENDPOINT_URL=state["aws"],
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_REGION="us-east-1",
    )
    local: dict[str, str] = state["outputs"]
    return local


def stack_outputs(stack: str) -> dict[str, str]:
    """Return the outputs of a stack in AWS, read with the environment's credentials."""
    cloudformation = client("cloudformation")
    message, hint = f"The outputs of the stack {stack} cannot be read", ". Check AWS_PROFILE and AWS_REGION."
    with aws_errors(message, Status.UNREACHABLE, hint):
        description = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    found = {output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])}
    if missing := REQUIRED_OUTPUTS - found.keys():
        raise CliError(f"The stack {stack} is not Earshot's: it has no output {', '.join(sorted(missing))}.")
    return found
