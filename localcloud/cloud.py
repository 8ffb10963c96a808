"""The local cloud: the synthesized template, deployed into an emulator on this machine.

with Cloud(Path(".earshot")) as cloud:
    requests.post(f"{cloud.api}/v1/listen", data=audio)
    cloud.client("s3").upload_file("a.mp3", cloud.outputs["UploadsBucket"], "a.mp3")
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import IO, Any, Self

import boto3
from botocore.config import Config

from localcloud import embedded_model, ports, restart
from localcloud.deploy import deploy, template_path
from localcloud.emulator_process import REGION, emulator_environment
from localcloud.ports import HOST

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "cdk.out"
MODELS = ROOT / ".cache" / "models"
START_SECONDS = 120.0
STOP_SECONDS = 60.0  # containers get eight, the rest is for a slow disk
IDLE_SECONDS = 30 * 24 * 3600  # the one worker stays: here nobody pays for it by the second

Progress = Callable[[str], None]


class StartFailed(Exception):
    """The emulator ended before it served, or must not start; the message says what to look at."""


class Cloud:
    """One emulator and what is deployed in it.

    Args:
        data_dir: state, logs and the outcome `cloud.json`; kept between starts.
        port: of the API; 0 for any free one.
        aws_port: of the AWS endpoint; 0 for any free one.
        allow_private_urls: let callers have audio fetched from addresses that are not public.
        require_key: refuse callers without an API key.
        idle_seconds: how long the worker waits for work before it leaves.
        wrap: `module:function` around the AWS side's ASGI application, for faults in tests.
        assets: the synthesized app.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int = 0,
        aws_port: int = 0,
        *,
        allow_private_urls: bool = False,
        require_key: bool = False,
        idle_seconds: int = IDLE_SECONDS,
        wrap: str | None = None,
        assets: Path = ASSETS,
    ) -> None:
        self.data_dir, self.synthesized, self.wrap = data_dir.resolve(), assets, wrap
        self.assets = self.data_dir / "assets"  # of this start, whatever is synthesized meanwhile
        self._port, self._aws_port = port, aws_port
        self.parameters = {
            "DefaultModel": embedded_model.NAME,
            "MaxWorkers": "1",
            "IdleSeconds": str(idle_seconds),
            "PublicAccess": str(not require_key).lower(),
            "AllowPrivateUrls": str(allow_private_urls).lower(),
        }
        self.outputs: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self.client = cache(self._client)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, progress: Progress = lambda stage: None) -> None:
        """Bring everything up. `progress` is told each stage as it begins.

        Raises:
            ports.PortTaken, StartFailed, models.CorruptModel, deploy.DeploymentFailed
        """
        port, aws_port = ports.choose_ports({"port": self._port, "aws-port": self._aws_port})
        self.api, self.aws = f"http://{HOST}:{port}", f"http://{HOST}:{aws_port}"
        began = datetime.now(UTC)
        self._lock = lock_folder(self.data_dir)
        try:
            template_path(self.synthesized)
            shutil.rmtree(self.assets, ignore_errors=True)
            shutil.copytree(self.synthesized, self.assets)
            progress("Starting the AWS emulator")
            self._process = self._launch()
            progress("Checking the speech model")
            model = embedded_model.embedded(MODELS)
            self._await_emulator()
            progress("Deploying the stack")
            self.outputs = deploy(self.client, self.assets, self.parameters)
            self._prepare(model, began)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the emulator and all it started; it saves its state first. Safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdin is not None
            process.stdin.close()
            (self.data_dir / "cloud.json").unlink(missing_ok=True)
            shutil.rmtree(self.data_dir / "tmp", ignore_errors=True)
        if self._lock is not None:
            self._lock.close()

    def wait(self) -> int:
        """Until the emulator ends by itself, which it does not unless something is wrong; its exit code."""
        assert self._process is not None
        return self._process.wait()

    @property
    def pid(self) -> int:
        """Of the emulator's process."""
        assert self._process is not None
        return self._process.pid

    def _client(self, service: str) -> Any:
        """A boto3 client of the emulated account."""
        return boto3.client(
            service,
            endpoint_url=self.aws,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(s3={"addressing_style": "path"}, max_pool_connections=32, proxies={}),
        )

    def _launch(self) -> subprocess.Popen[bytes]:
        assert self._lock is not None
        logs = self.data_dir / "logs"
        for fresh in (logs, self.data_dir / "tmp"):
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
        options = {
            "--assets": str(self.assets),
            "--folder": str(self.data_dir),
            "--models": str(MODELS),
            "--port": port_of(self.api),
            "--aws-port": port_of(self.aws),
        } | ({"--wrap": self.wrap} if self.wrap else {})
        command = [
            sys.executable,
            "-m",
            "localcloud.emulator_process",
            *(word for pair in options.items() for word in pair),
        ]
        with (logs / "emulator.log").open("wb") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=emulator_environment(self.data_dir, port_of(self.aws)),
                pass_fds=[self._lock.fileno()],  # the folder is free when the emulator, too, is gone
                stdin=subprocess.PIPE,  # never written to: its end tells the emulator that we are gone
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for whoever called us, who then stops it in order
            )

    def _await_emulator(self) -> None:
        assert self._process is not None
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with direct.open(f"{self.aws}/_ministack/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        log = (self.data_dir / "logs" / "emulator.log").read_text(errors="replace").strip().splitlines()
        raise StartFailed(f"The emulator did not come up. {self.data_dir}/logs/emulator.log ends: {log[-1:]}")

    def _prepare(self, model: Path, began: datetime) -> None:
        """What a start adds to the deployed stack."""
        key, content = embedded_model.manifest(model)
        self.client("s3").put_object(Bucket=self.outputs["ModelsBucket"], Key=key, Body=content)
        restart.free_slots(self.client, self.outputs["TableName"])
        restart.restart_interrupted(self.client, self.outputs["JobMachineArn"], began)
        addresses = {"api": self.api, "aws": self.aws, "outputs": self.outputs, "pid": os.getpid()}
        (self.data_dir / "cloud.json").write_text(json.dumps(addresses, indent=2))


def lock_folder(folder: Path) -> IO[str]:
    """The folder's lock, held until it is closed or this process ends.

    Raises:
        StartFailed: another local cloud holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise StartFailed(
            f"Another local cloud runs from {folder}. Stop it, or choose another folder with --data-dir."
        ) from error
    return lock


def port_of(address: str) -> str:
    return address.rpartition(":")[2]
