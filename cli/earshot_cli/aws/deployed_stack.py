"""Outputs of a deployment (table and bucket names), from a stack in AWS or from the local cloud."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from earshot_cli import CLONE
from earshot_cli.aws import stack_state
from earshot_cli.aws.clients import aws_errors, client
from earshot_cli.aws.stack_state import Stage
from earshot_cli.errors import CliError, Status

REQUIRED_OUTPUTS = {"TableName", "ModelsBucket"}  # what the command reaches without the API
STATE_FILE = "cloud.json"  # the local cloud writes it into its data folder

# In a clone the same folder from everywhere; otherwise one in the current folder.
DATA_DIR = CLONE / ".earshot" if (CLONE / "localcloud").is_dir() else Path(".earshot")


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
    """Return the outputs of a stack in AWS, read with the environment's credentials.

    Raises:
        CliError: there is no such stack, it is not Earshot's, or its creation has not succeeded.
    """
    description, region = read_stack(stack)
    found = {output["OutputKey"]: output["OutputValue"] for output in (description or {}).get("Outputs", [])}
    if missing := REQUIRED_OUTPUTS - found.keys():
        if description and stack_state.stage(description) is Stage.STANDS:
            raise CliError(f"The stack {stack} is not Earshot's: it has no output {', '.join(sorted(missing))}.")
        raise stack_state.refusal(stack, description, region)
    return found


def read_stack(stack: str) -> tuple[dict[str, Any] | None, str]:
    """Return CloudFormation's description of a stack in AWS, None if there is none, and the region.

    Raises:
        CliError: CloudFormation does not answer, or does not accept the credentials.
    """
    cloudformation = client("cloudformation")
    with aws_errors(f"The stack {stack} cannot be read", Status.UNREACHABLE):
        return stack_state.describe(cloudformation, stack), cloudformation.meta.region_name
