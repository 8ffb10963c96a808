"""`earshot up`: the whole deployment on this machine, from the template to a first transcript.

It needs a clone of the repository: the local cloud (`localcloud`) and the CDK app (`infra`) are not in the wheel.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

from earshot_cli.aws import api_keys, deployed_stack
from earshot_cli.console import write
from earshot_cli.errors import CliError, Status
from earshot_cli.local import first_run
from earshot_cli.local.ended_jobs import print_ended_jobs
from earshot_contract.credentials.api_keys import Scope

_ONLY_IN_CLONE = ("infra", "localcloud")


def up(port: int, aws_port: int, data_dir: Path, *, allow_private_urls: bool, require_key: bool, sample: bool) -> int:
    """Serve until SIGINT or SIGTERM.

    Args:
        port: port of the API; 0: any free one.
        aws_port: port of the AWS endpoint; 0: any free one.
        data_dir: folder of the local cloud's data, kept between starts.
        allow_private_urls: also fetch audio from addresses that are not public.
        require_key: reject requests without an API key.
        sample: transcribe the sample first.

    Returns:
        The exit status.

    Raises:
        CliError: the local cloud cannot start, or the command does not run from a clone.
    """
    try:
        from infra import ROOT
        from localcloud.cloud import Cloud
        from localcloud.data_folder import StartFailed, lock_folder
        from localcloud.deploy import DeploymentFailed
        from localcloud.embedded_model import CorruptModel
        from localcloud.ports import PortTaken, choose_ports
        from localcloud.serve import STOPPING, interrupt, serve
    except ModuleNotFoundError as error:
        raise _missing_module(error) from None

    started = time.monotonic()

    def print_stage(stage: str) -> None:
        write(f"{time.monotonic() - started:5.1f} s  {' '.join(stage.splitlines())}")

    def on_ready(cloud: Cloud) -> None:
        write(f"ready {cloud.api}")
        table = deployed_stack.local_outputs(data_dir)["TableName"]
        key = api_keys.create("earshot up", table, scope=Scope.ADMIN) if require_key else None
        if sample:
            print_stage("Transcribing the sample: uploaded to the bucket, and sent to the API")
            asyncio.run(first_run.transcribe_sample(cloud, ROOT, key, print_stage))
        write(first_run.addresses(cloud, key, ROOT))
        print_ended_jobs(cloud.client, cloud.outputs["BusName"])

    for number in STOPPING:  # `serve` does this too, but synthesis runs before it
        signal.signal(number, interrupt)
    try:
        with lock_folder(data_dir.resolve()):  # before synthesis, which takes up to a minute
            choose_ports({"port": port, "aws-port": aws_port})
        print_stage("Checking the template")
        # In a process of its own: CDK takes 300 MB, which are not needed once the template is there.
        if subprocess.run([sys.executable, "-m", "infra.synth"], cwd=ROOT).returncode:
            raise CliError("The template could not be synthesized; the error is printed above.")
        return serve(
            port=port,
            aws_port=aws_port,
            data_dir=data_dir,
            allow_private_urls=allow_private_urls,
            require_key=require_key,
            on_ready=on_ready,
            progress=print_stage,
        )
    except KeyboardInterrupt:
        return Status.OK
    except PortTaken as error:
        other = f"{first_run.command()} up {error.options}"
        raise CliError(f"{error} Stop what listens there, or choose other ports: {other}", Status.USAGE) from None
    except (CorruptModel, StartFailed, DeploymentFailed) as error:
        raise CliError(str(error)) from None


def _missing_module(error: ModuleNotFoundError) -> CliError:
    name = (error.name or "").partition(".")[0]
    if name in _ONLY_IN_CLONE:
        return CliError(
            "`earshot up` runs from a clone of the repository: git clone it, then `make run` in its folder.",
            Status.USAGE,
        )
    return CliError(f"`earshot up` needs the package {name}, which is not installed: make install.", Status.USAGE)
