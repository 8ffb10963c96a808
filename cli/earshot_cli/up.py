"""`earshot up`: the whole deployment on this machine, from the template to a first transcript."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

from earshot_cli import api_keys, deployment, first_run
from earshot_cli.errors import Problem, Status
from infra.synth import ROOT
from localcloud.cloud import Cloud, StartFailed
from localcloud.deploy import DeploymentFailed
from localcloud.embedded_model import CorruptModel
from localcloud.ports import PortTaken
from localcloud.serve import STOPPING, interrupt, serve


def up(port: int, aws_port: int, data_dir: Path, *, allow_private_urls: bool, require_key: bool, sample: bool) -> int:
    """Serve until SIGINT or SIGTERM; the exit status. Raises Problem when the local cloud does not come up."""
    begun = time.monotonic()

    def stage(name: str) -> None:
        print(f"{time.monotonic() - begun:5.1f} s  {name}", flush=True)

    def ready(cloud: Cloud) -> None:
        print(f"ready {cloud.api}", flush=True)
        key = api_keys.create("earshot up", deployment.local_outputs(data_dir)["TableName"]) if require_key else None
        if sample:
            stage("Transcribing the sample: dropped into the bucket, and sent to the API")
            asyncio.run(first_run.both_doors(cloud, key, stage))
        print(first_run.where(cloud, key), flush=True)

    for number in STOPPING:  # while the template is made, too
        signal.signal(number, interrupt)
    try:
        stage("Checking the template")
        # In a process of its own: CDK takes 300 MB, and nobody needs it once the template is there.
        if subprocess.run([sys.executable, "-m", "infra.synth"], cwd=ROOT).returncode:
            raise Problem("The template could not be synthesized; what went wrong stands above.")
        return serve(
            port=port,
            aws_port=aws_port,
            data_dir=data_dir,
            allow_private_urls=allow_private_urls,
            require_key=require_key,
            on_ready=ready,
            progress=stage,
        )
    except KeyboardInterrupt:
        return Status.OK
    except (PortTaken, CorruptModel, StartFailed, DeploymentFailed) as error:
        raise Problem(str(error), Status.USAGE if isinstance(error, PortTaken) else Status.FAILED) from None
