"""Local cloud: the synthesized template, deployed into an emulator on this machine.

Example:
    with Cloud(Path(".earshot")) as cloud:
        requests.post(f"{cloud.api}/v1/listen", data=audio)
        cloud.client("s3").upload_file("a.mp3", cloud.outputs["UploadsBucket"], "a.mp3")
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import IO, Self

from localcloud import aws_endpoint, default_key, embedded_model, ports, restart
from localcloud.data_folder import STATE_FILE, StartFailed, check_disk, lock_folder
from localcloud.deploy import check_assembly, deploy
from localcloud.emulator import failure_log
from localcloud.emulator.durability.configuration_snapshot import DELIVER_PATH, SAVE_PATH, discard_partial_state
from localcloud.emulator_process import emulator_environment
from localcloud.ports import HOST
from localcloud.speaker_models.embedded import available_manifests as speaker_manifests

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "build" / "assembly"  # not cdk.out, where the CDK CLI may leave unbundled code
MODELS = ROOT / ".cache" / "models"
START_SECONDS = 120.0  # for the emulator to answer its health check
STOP_SECONDS = 60.0  # until the emulator is killed: 8 of them are for containers, the rest for saving on a slow disk
IDLE_SECONDS = 30 * 24 * 3600  # the worker stays: here an idle worker costs nothing

Progress = Callable[[str], None]


class Cloud:
    """One emulator and what is deployed in it.

    Args:
        data_dir: state, logs and `cloud.json` with addresses and outputs; kept between starts.
        port: port of the API; 0 for any free one.
        aws_port: port of the AWS endpoint; 0 for any free one.
        allow_private_urls: fetch callers' URLs also from addresses that are not public.
        require_key: reject callers without an API key.
        idle_seconds: how long the worker waits for work before it ends.
        workers: how many tasks may run at the same time.
        quick_workers: how many quick workers may run at the same time; each is a process with a model of its own.
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
        workers: int = 1,
        quick_workers: int = 0,
        wrap: str | None = None,
        assets: Path = ASSETS,
    ) -> None:
        self.data_dir, self.synthesized, self.wrap = data_dir.resolve(), assets, wrap
        self.assets = self.data_dir / "assets"  # a copy: the app may be synthesized again meanwhile
        self._port, self._aws_port, self._require_key = port, aws_port, require_key
        self.environment = {
            "DEFAULT_MODEL": embedded_model.NAME,
            "MAX_WORKERS": str(workers),
            "WORKER_PRICE": "0",  # this machine has no price of an hour
            "QUICK_WORKERS": str(quick_workers),
            "IDLE_SECONDS": str(idle_seconds),
            "PUBLIC_ACCESS": str(not require_key).lower(),
            "ALLOW_PRIVATE_URLS": str(allow_private_urls).lower(),
            "EARSHOT_DEVICE": os.environ.get("EARSHOT_DEVICE", ""),  # empty: what this machine has
        }
        self.outputs: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._stopped = threading.Event()
        self.client = cache(lambda service: aws_endpoint.client(self.aws, service))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, progress: Progress = lambda stage: None) -> None:
        """Start the emulator, deploy the stack, add the embedded model, start interrupted jobs again.

        Args:
            progress: called with a description of each stage as it begins, and of each failure until `stop`.

        Raises:
            PortTaken: a requested port is in use.
            StartFailed: the data folder is in use, or the emulator did not start.
            CorruptModel: a file of the embedded model has another digest than the pinned one.
            DeploymentFailed: nothing is synthesized, or code is missing there, or CloudFormation failed.
        """
        self._lock = lock_folder(self.data_dir)  # first: it waits for a killed one's emulator, which has the ports too
        try:
            (self.data_dir / STATE_FILE).unlink(missing_ok=True)  # a killed one's
            port, aws_port = ports.choose_ports({"port": self._port, "aws-port": self._aws_port})
            self.api, self.aws = f"http://{HOST}:{port}", f"http://{HOST}:{aws_port}"
            check_disk(self.data_dir)
            self._copy_app()
            discard_partial_state(self.data_dir / "state")
            progress("Starting the AWS emulator")
            self._process = self._launch()
            self._follow_failures(progress)
            self._deploy(progress)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the emulator, which saves its state, and all processes it started.

        May be called twice: a second Ctrl-C interrupts the stop of a start that a first one ended, and the next call
        waits for the same emulator.
        """
        self._stopped.set()
        if (process := self._process) is not None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdin is not None
            process.stdin.close()
            self._process = None
            (self.data_dir / STATE_FILE).unlink(missing_ok=True)
            shutil.rmtree(self.data_dir / "tmp", ignore_errors=True)
        if self._lock is not None:
            self._lock.close()

    def wait(self) -> int:
        """Wait until the emulator ends by itself, which only an error causes; return its exit code."""
        assert self._process is not None
        return self._process.wait()

    @property
    def pid(self) -> int:
        """Return the id of the emulator's process."""
        assert self._process is not None
        return self._process.pid

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
                pass_fds=[self._lock.fileno()],  # the folder stays locked until the emulator ends
                stdin=subprocess.PIPE,  # never written to; it closes with this process, and the emulator ends
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the caller only, which then calls `stop`
            )

    def _copy_app(self) -> None:
        check_assembly(self.synthesized)
        shutil.rmtree(self.assets, ignore_errors=True)
        shutil.copytree(self.synthesized, self.assets)

    def _deploy(self, progress: Progress) -> None:
        """Deploy the stack once the emulator answers, and add the models and the default key."""
        progress("Checking the speech model")
        manifests = [embedded_model.manifest(embedded_model.embedded(MODELS)), *speaker_manifests(MODELS, progress)]
        self._await_emulator()
        progress("Deploying the stack")
        self.outputs = deploy(self.client, self.assets, self.environment)
        self._prepare(manifests)
        aws_endpoint.post(self.aws, SAVE_PATH, START_SECONDS)  # a kill from now on loses nothing of the stack

    def _await_emulator(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if aws_endpoint.is_up(self.aws):
                return
            time.sleep(0.05)
        log = (self.data_dir / "logs" / "emulator.log").read_text(errors="replace").strip().splitlines()
        raise StartFailed(f"The emulator did not come up. {self.data_dir}/logs/emulator.log ends: {log[-1:]}")

    def _follow_failures(self, progress: Progress) -> None:
        """Report failures of functions and workers as they happen, until `stop`."""
        self._stopped = threading.Event()
        arguments = (self.data_dir / "logs" / failure_log.FILE, progress, self._stopped)
        threading.Thread(target=failure_log.follow, args=arguments, daemon=True, name="failures").start()

    def _prepare(self, manifests: list[tuple[str, bytes]]) -> None:
        """Add the embedded models and the default key, start what was interrupted, write `cloud.json`.

        Args:
            manifests: keys and contents of the models' manifests.
        """
        for key, content in manifests:
            self.client("s3").put_object(Bucket=self.outputs["ModelsBucket"], Key=key, Body=content)
        default_key.write(self.client("dynamodb"), self.outputs["TableName"], self._require_key)
        restart.restart_interrupted(self.client, self.outputs["JobMachineArn"])
        aws_endpoint.post(self.aws, DELIVER_PATH, START_SECONDS)
        addresses = {"api": self.api, "aws": self.aws, "outputs": self.outputs}
        partial = self.data_dir / f"{STATE_FILE}.partial"
        partial.write_text(json.dumps(addresses, indent=2))
        partial.replace(self.data_dir / STATE_FILE)  # commands read it at any moment


def port_of(address: str) -> str:
    """Return the port of an address `http://host:port`."""
    return address.rpartition(":")[2]
