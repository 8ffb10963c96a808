"""`earshot logs`: what every program logged about a job."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from earshot_cli.aws import job_logs
from earshot_cli.aws.clients import aws_errors, client
from earshot_cli.aws.deployed_stack import DATA_DIR, local_outputs, stack_outputs
from earshot_cli.commands.admin import DataDir, Stack
from earshot_cli.console import write
from earshot_cli.errors import CliError


def logs(
    job_id: Annotated[str, typer.Argument(metavar="ID", help="Id of a job, or its first 6 characters or more.")],
    stack: Stack = None,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Print what every function, worker and state machine logged about a job, by time."""
    outputs = stack_outputs(stack) if stack else local_outputs(data_dir)
    with aws_errors(f"The logs of {job_id} cannot be read"):
        job = job_logs.find_job(client, outputs["TableName"], job_id)
        local = data_dir / "logs"
        lines = job_logs.cloud_lines(client, stack, job) if stack else job_logs.local_lines(local, job.id)
    if not lines:
        raise CliError(f"No log has a line of {job.id}: lines come within a minute, and are deleted after a month.")
    for line in lines:
        fields = " ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in line.fields.items())
        write(" ".join(filter(None, (line.time, f"{line.source:<13}", f"{line.level:<7}", line.text, fields))))
        if line.traceback:
            write(line.traceback)
