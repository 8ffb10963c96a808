"""ECS containers: the image of a task runs as a local process.

Container and ContainerRuntime have those methods of docker-py that ministack's ECS calls. Tasks find the emulator
through their environment; each writes to a log file of its own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from localcloud.emulator import dockerfile
from localcloud.emulator.failure_log import EMULATOR_LOG, FailureLog, last_message

RUN_IMAGE = Path(__file__).resolve().parents[2] / "containers" / "transcriber" / "run_image.sh"
STOP_TIMEOUT_SECONDS = 30  # ECS's default stopTimeout: SIGTERM, then SIGKILL
# Variables of this process that a task inherits. So are those that begin with EARSHOT_: the worker's engine reads them.
INHERITED_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "SSL_CERT_FILE")

# Program that asks Linux to kill it together with the process that started it, then replaces itself by the container's.
LAUNCHER = """
import ctypes, os, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 9)
os.execvp(sys.argv[1], sys.argv[1:])
"""


class Container:
    """A container of docker-py: one process in a session of its own.

    Args:
        image: name and tag.
        log: file that receives standard output and error.
        labels: as ministack gave them.
    """

    def __init__(self, process: subprocess.Popen[bytes], image: str, log: Path, labels: dict[str, str]) -> None:
        self.process, self.log, self.labels = process, log, labels
        self.stopping = False  # a signal was sent on purpose
        self.id = self.name = uuid.uuid4().hex
        self.attrs = {"NetworkSettings": {"Networks": {}}, "Config": {"Image": image}}

    @property
    def status(self) -> str:
        """Return Docker's word for the state of the process."""
        return "running" if self.process.poll() is None else "exited"

    def reload(self) -> None:
        """Do nothing: `status` is always current."""

    def wait(self, **_: Any) -> dict[str, int]:
        """Wait for the end; return the exit code, for a signal 128 and its number, as Docker does."""
        code = self.process.wait()
        return {"StatusCode": code if code >= 0 else 128 - code}

    def stop(self, timeout: float = STOP_TIMEOUT_SECONDS, **_: Any) -> None:
        """Send SIGTERM, after `timeout` seconds SIGKILL, and wait for the end."""
        self.signal(signal.SIGTERM)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()

    def kill(self) -> None:
        """Send SIGKILL."""
        self.signal(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to every process of the container."""
        self.stopping = True
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def remove(self, **_: Any) -> None:
        """Stop it; its log file stays."""
        self.stop()

    def logs(self, stream: bool = False, **_: Any) -> bytes | Iterator[bytes]:
        """Return the log file's content; a stream is empty, for nothing is forwarded while the container runs."""
        return iter(()) if stream else self.log.read_bytes()


class ContainerRuntime:
    """A client of docker-py: images known by their asset hash, and the containers made of them.

    Args:
        assets: the folder with the synthesized `*.assets.json`.
        folder: gets `containers/{hash}` and `logs/`.
        environment: variables of every container, which take precedence over those that ministack injects.
        credentials: returns the variables with the credentials of a task's role for the labels of its container.
        flavour: run every container in the image of this flavour that `make image` built; None: as a local process.
    """

    def __init__(
        self,
        assets: Path,
        folder: Path,
        environment: dict[str, str],
        credentials: Callable[[dict[str, str]], dict[str, str]] = lambda labels: {},
        flavour: str | None = None,
    ) -> None:
        self.folder, self.environment, self.credentials = folder, environment, credentials
        self.flavour = flavour
        self.failures = FailureLog(folder / "logs")
        self.assets, self.images_by_hash = assets, image_assets(assets)
        self.containers = self.images = self  # docker-py's client.containers.run, client.images.get
        self.containers_by_id: dict[str, Container] = {}
        # Linux kills such a process when the thread that started it ends, so one thread starts all and lives as long.
        self.starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="container-starter")

    def run(self, image: str, command: list[str] | None = None, **options: Any) -> Container:
        """Start a container.

        Raises:
            LookupError: no synthesized asset has the image's tag.
        """
        try:
            container = self.starter.submit(self.start_process, image, command, options).result()
        except Exception as error:
            self.failures.report(f"A worker could not be started: {error} (log: {self.folder / 'logs' / EMULATOR_LOG})")
            raise
        self.containers_by_id[container.id] = container
        threading.Thread(target=self.report_death, args=(container,), daemon=True, name="container-watch").start()
        return container

    def report_death(self, container: Container) -> None:
        """Wait for the container's end; report it to the terminal if it failed and was not stopped."""
        code = container.process.wait()
        if code and not container.stopping:
            ended = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
            memory = " (by hand, or because memory ran out)" if code == -signal.SIGKILL else ""
            self.failures.report(f"A worker {ended}{memory}: {last_message(container.log)} (log: {container.log})")

    def start_process(self, name: str, command: list[str] | None, options: dict[str, Any]) -> Container:
        """Start the process of a container; as `run`, but on the thread that starts all of them."""
        digest = name.rsplit(":", 1)[-1]
        if digest not in self.images_by_hash:
            self.images_by_hash |= image_assets(self.assets)  # the app was synthesized again for an upgrade
        image = self.images_by_hash.get(digest)
        if image is None:
            raise LookupError(f"No image {name} among the synthesized assets: synthesize again.")
        argv = [*(options.get("entrypoint") or image.entrypoint), *(command or image.command)]
        own = {key: value for key, value in os.environ.items() if key.startswith("EARSHOT_")} | image.environment
        task = {key: str(value) for key, value in (options.get("environment") or {}).items()}
        environment = own | task | self.environment | self.credentials(options.get("labels") or {})
        inherited = {key: value for key, value in os.environ.items() if key in INHERITED_VARIABLES}
        folder = self.folder
        if self.flavour:
            argv = in_image(self.flavour, argv, environment)
            inherited["NETWORK"] = "host"
        else:
            root = self.folder / "containers" / digest
            folder = root / image.workdir.lstrip("/") if root.exists() else image.unpack(root)
            argv[0] = sys.executable if argv[0] in ("python", "python3") else argv[0]
        log = self.folder / "logs" / f"{options.get('name') or 'container'}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-S", "-c", LAUNCHER, *argv],
                env=inherited | environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Container(process, name, log, options.get("labels") or {})

    def get(self, container_id: str) -> Container:
        """Return the container with an id."""
        return self.containers_by_id[container_id]

    def list(self, all: bool = False, **_: Any) -> list[Container]:
        """Return the running containers, or all that were started."""
        return [c for c in self.containers_by_id.values() if all or c.status == "running"]

    def close(self, grace: float) -> None:
        """Send SIGTERM to every container, and SIGKILL to each that still runs after `grace` seconds."""
        containers = self.list()
        for container in containers:
            container.signal(signal.SIGTERM)
        for container in containers:
            with suppress(subprocess.TimeoutExpired):
                container.process.wait(grace)
            container.kill()
        self.starter.shutdown(wait=False)


def in_image(flavour: str, argv: list[str], environment: dict[str, str]) -> list[str]:
    """Return the command line that runs another one in the image that `make image` built.

    Args:
        flavour: cpu or gpu.
        argv: the command line of the container.
        environment: its variables; the folder of models in them is mounted under its own path, not to be written to.
    """
    variables = [word for key, value in environment.items() for word in ("--env", f"{key}={value}")]
    models = environment["MODEL_DIR"]
    return [str(RUN_IMAGE), flavour, *variables, "--volume", f"{models}:{models}:ro", "--", *argv]


def image_assets(assets: Path) -> dict[str, dockerfile.Image]:
    """Return every Docker image asset of the synthesized app by its hash, which is the image's tag."""
    found = {}
    for manifest in assets.glob("*.assets.json"):
        for digest, asset in json.loads(manifest.read_text()).get("dockerImages", {}).items():
            source = asset["source"]
            found[digest] = dockerfile.parse_dockerfile(
                assets / source["directory"], source.get("dockerFile", "Dockerfile")
            )
    return found
